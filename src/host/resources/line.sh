# line PATH --line TEXT [--match REGEX] [--after REGEX] [--gone] [--owner USER] [--group GROUP] [--mode MODE]
#
# A text file has this line. All other lines stay, in their order.
#   --line    the whole line
#   --match   an awk (extended) regular expression: the last line that it matches is replaced by --line
#   --after   a new line is put after the last line that matches (otherwise at the end)
#   --gone    the opposite: no line equals --line (or matches --match)
# The file is made if it is missing (not with --gone).
# Undo: the file is as before.
# Example: line /etc/ssh/sshd_config --match '^#*PermitRootLogin' --line 'PermitRootLogin prohibit-password'
# Works on: NetBSD 1.5
line() {
  m_begin_path line "$1"
  shift
  m_options 'line= match= after= gone owner= group= mode=' ${1+"$@"}
  [ -n "$m_has_line$m_has_match" ] || fail "line $m_path: give it --line or --match"
  case $m_o_line in *"$m_nl"*) fail "line $m_path: --line holds a newline; use \`block\`" ;; esac
  m_see "$m_path"
  if [ -n "$m_o_gone" ] && [ "$m_type" = absent ]; then
    m_say ok ''
    return 0
  fi
  m__edit_value line "$m_o_line"
  m__edit_value match "$m_o_match"
  m__edit_value after "$m_o_after"
  m__edit_value gone "$m_o_gone"
  m__edit line || fail "line $m_path: cannot edit it"
  m_place "$m_new_file" 0644
}
