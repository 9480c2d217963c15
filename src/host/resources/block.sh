# block PATH --id NAME --content TEXT [--comment CHARS] [--gone] [--owner USER] [--group GROUP] [--mode MODE]
#
# A text file holds this block of lines between two marker lines, once. What is outside the markers is left unchanged.
#   --id        the block's name in its markers; a file has one block of this name
#   --content   the lines
#   --comment   the text that begins a comment in this file; `#` by default
#   --gone      the opposite: no such block
# Undo: the file is as before.
# Example: block /etc/rc.local --id named9 --content 'if [ -f /x ]; then sh /x start; fi'
# Works on: NetBSD 1.5
block() {
  m_begin_path block "$1"
  shift
  m_options 'id= content= comment= gone owner= group= mode=' ${1+"$@"}
  [ -n "$m_o_id" ] || fail "block $m_path: give it --id"
  case $m_nl$m_o_content$m_nl in
    *"$m_nl${m_o_comment:-#} muster: "*) fail "block $m_path: its content holds a marker line" ;;
  esac
  m_see "$m_path"
  if [ -n "$m_o_gone" ] && [ "$m_type" = absent ]; then
    m_say ok ''
    return 0
  fi
  m__edit_value begin "${m_o_comment:-#} muster: begin $m_o_id"
  m__edit_value end "${m_o_comment:-#} muster: end $m_o_id"
  m__edit_value content "$m_o_content"
  m__edit_value gone "$m_o_gone"
  m__edit block ||
    fail "block $m_path: the marker '${m_o_comment:-#} muster: begin $m_o_id' has no end; correct it by hand"
  m_place "$m_new_file" 0644
}
