# Resources of this playbook: the link by which an rc script finds the pid file of a named in a cage.

# pid_link_is_right: where the rc script looks for the pid file there is a link into the cage, if it needs one. In the
# chrootdir style the script makes it at each start.
pid_link_is_right() {
  [ "$style" != chroot8 ] || [ "$pid_by" != link ] || [ "$(link_text "$pid_link")" = "$cage$pid_file" ]
}

# link_text LINK: prints it; nothing when LINK is none.
link_text() {
  [ -h "$1" ] || return 0
  m_link_target "$1"
  printf '%s\n' "$m_target"
}

# pid_link: the link is there. While the pid file of another named is in its place, it is left to hand_over.
pid_link() {
  m_begin pid_link "$pid_link"
  if ! pid_link_is_right; then
    if [ -f "$pid_link" ] && [ ! -h "$pid_link" ]; then
      m_say ok 'the pid file of the named that still runs; the step hand-over replaces it'
      return 0
    fi
    m_need "link to $cage$pid_file"
  fi
  m_settled && return 0
  record_pid_link
  mkdir -p "${pid_link%/*}"
  m_put_link "$cage$pid_file" "$pid_link" || fail "cannot make the link $pid_link"
  m_changed
}

# pid_file_depends: in a plan: only the script that the package brings says how it finds the pid file.
pid_file_depends() {
  m_begin pid_file "$cage$pid_file"
  m_depends "a block in /etc/rc.conf.d that tells the rc script, if it names a pid file, or a link to this"
}

# record_pid_link: as a command, not as a path: what is there before and after a rollback is a running named's own file.
record_pid_link() {
  m_quote "$pid_link"
  quoted=$m_quoted
  undo="[ ! -h $quoted ] || rm -f $quoted"
  old_text=$(link_text "$pid_link")
  if [ -n "$old_text" ]; then
    m_quote "$old_text"
    # The directory may be named's: by -n, a link that is there by then is never gone through.
    undo="$undo; [ -e $quoted ] || [ -h $quoted ] || ln -sn $m_quoted $quoted"
  fi
  m_record_command 'link of the pid file' "$undo" "[ -h $quoted ]"
}

# record_pid_directory: an rc script that cages named makes the directory of the link at each start, and that of release 11 gives it
# to named. What it was before is put back.
record_pid_directory() {
  [ "${pid_link%/*}" != /var/run ] || return 0
  m_journal_path "${pid_link%/*}" 'dir|?|?|?|-' '*.pid'
}
