# file PATH (--content TEXT | --source NAME) [--owner USER] [--group GROUP] [--mode MODE] [--once] [--validate COMMAND]
#
# A file is there with this content. It is written beside its place and renamed, so no program reads half of it.
#   --content   the text itself; a newline is added at the end if there is none
#   --source    the name of a file below the playbook's files/; any bytes
#   --owner, --group, --mode  as for `directory`; a new file is 0644
#   --once      only if the file is missing; what others write into it later is left unchanged
#   --validate  a command run on the new content before it goes live, with %s for the file, e.g. 'named-checkconf %s'
# Undo: content, owner, group, mode and time are as before, or there is no file. If others wrote into a file that was made
# with --once, that is no conflict: the file moves to kept/RUN-ID/PATH in the state directory.
# Example: file /etc/motd --content 'caged' --mode 0644
# Works on: NetBSD 1.5
file() {
  m_begin_path file "$1"
  shift
  m_options 'content= source= owner= group= mode= once validate=' ${1+"$@"}
  m_see "$m_path"
  m__once=${m_o_once:+*}
  if [ -n "$m_o_once" ] && [ "$m_type" = file ]; then
    m_say ok 'is there already'
    return 0
  fi
  if [ -n "$m_has_source" ]; then
    m_new_file=$m_work/playbook/files/$m_o_source
    [ -f "$m_new_file" ] || fail "file $m_path: the playbook has no files/$m_o_source"
  else
    [ -n "$m_has_content" ] || fail "file $m_path: give it --content or --source"
    m_stage
    m__text=$m_o_content
    case $m__text in '' | *"$m_nl") ;; *) m__text=$m__text$m_nl ;; esac
    printf '%s' "$m__text" >"$m_new_file"
  fi
  m_place "$m_new_file" 0644
}
