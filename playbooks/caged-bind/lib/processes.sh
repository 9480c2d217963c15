# Which processes are named, and which only call themselves so. What a process is comes from the kernel: its accounts, the
# file that it runs, its root directory, its sockets. What ps shows of its command line is its own word, and anybody's.

# look_at_named: writes what it finds into files of $m_work:
# - named.ps: every named that may be this playbook's business: pid, user, program, arguments;
# - named.ids: what no other process has, such as the time of its start;
# - named.refused: in words, what calls itself named and is none;
# - named.rivals: those of them that may hold the port of DNS.
look_at_named() {
  : >"$m_work/named.ps"
  : >"$m_work/named.ids"
  : >"$m_work/named.refused"
  : >"$m_work/named.rivals"
  looked_at_named=${m_step-} cage_inode=
  : >"$m_work/cage.inode"
  m_uid_of "$run_user"
  named_uid=$m_id
  see_sockets
  named_candidates >"$m_work/named.candidates"
  while read -r named_pid <&5; do
    look_at_process "$named_pid" && calls_itself_named || continue
    if judge_process; then
      printf '%s %s %s%s\n' "$proc_pid" "$proc_user" "$proc_program" "$proc_arguments" >>"$m_work/named.ps"
      printf '%s\n' "$proc_id" >>"$m_work/named.ids"
    else
      {
        printf 'pid %s has the name named, and %s' "$proc_pid" "$proc_why" | tr '\n' '?'
        printf '\n'
      } >>"$m_work/named.refused"
      case $proc_ruid in 0 | "$named_uid") printf 'pid %s, which is no named, is there\n' "$proc_pid" >>"$m_work/named.rivals" ;; esac
    fi
  done 5<"$m_work/named.candidates"
  m_note_known named seen
}

# know_named: look_at_named, unless this step has done so, or an earlier one of a run that changed nothing since.
know_named() {
  [ "${looked_at_named-}" != "$m_step" ] || return 0
  m_is_known named seen || {
    look_at_named
    return 0
  }
  looked_at_named=$m_step cage_inode=
  m_uid_of "$run_user"
  named_uid=$m_id
  [ ! -f "$m_work/cage.inode" ] || IFS= read -r cage_inode <"$m_work/cage.inode" || :
}

# saw_named_alive: an earlier step of this run looked, and each process that it saw lives. Enough if none is ended.
saw_named_alive() {
  [ -f "$m_work/named.ps" ] && [ -f "$m_work/sockets.dns" ] || return 1
  while read -r pid rest; do
    kill -0 "$pid" 2>/dev/null || return 1
  done <"$m_work/named.ps"
  cage_inode=
}

# see_sockets: into $m_work/sockets, what listens, as sockstat says; nothing where there is none. Of the moment of look_at_named. Into
# sockets.dns, `pid user` of each that has the port of DNS. Columns count from the end, because a command may have blanks.
see_sockets() {
  : >"$m_work/sockets"
  ! m_have sockstat || sockstat -ln >"$m_work/sockets" 2>/dev/null || :
  set -f
  while read -r socket_line; do
    case $socket_line in *[.:]53*) ;; *) continue ;; esac
    # shellcheck disable=SC2086
    set -- $socket_line
    [ $# -ge 7 ] || continue
    socket_user=$1
    shift $(($# - 5))
    case $1 in *[!0-9]*) continue ;; esac
    case $4 in *[.:]53) printf '%s %s\n' "$1" "$socket_user" ;; esac
  done <"$m_work/sockets" >"$m_work/sockets.dns"
  set +f
}

# named_candidates: prints pids: of all that call themselves named, and of whatever runs as our user and holds the port of
# DNS. Each is looked at by itself then: a command line with a line break in it looks like two processes here.
named_candidates() {
  # All columns: ps cuts lines at 80.
  ps -axww -o pid -o user -o ucomm -o command >"$m_work/processes" || :
  candidates=' '
  while read -r pid user ucomm first second rest; do
    case $pid in '' | *[!0-9]*) continue ;; esac
    case $user:$ucomm:/$ucomm/:/$first/:/$second/ in "$run_user":named:* | *:*/named/*) add_candidate "$pid" ;; esac
  done <"$m_work/processes"
  # sockstat cuts names at eight characters.
  short_user=$run_user
  while [ ${#short_user} -gt 8 ]; do short_user=${short_user%?}; done
  while read -r pid user; do
    [ "$user" != "$short_user" ] || add_candidate "$pid"
  done <"$m_work/sockets.dns"
}

add_candidate() {
  case $candidates in *" $1 "*) return 0 ;; esac
  candidates="$candidates$1 "
  printf '%s\n' "$1"
}

# look_at_process PID: false when it has ended. Sets proc_pid; proc_uid, proc_ruid, proc_user, its accounts; proc_id, pid
# and time of its start; proc_command, its command line, empty when that is not one line, and proc_program, its first word.
look_at_process() {
  proc_pid=$1 proc_uid='' proc_ruid='' proc_command='' proc_end=
  ps -ww -o uid -o ruid -o user -o lstart -o command -p "$1" 2>/dev/null >"$m_work/process" || return 1
  {
    read -r rest
    read -r proc_uid proc_ruid proc_user weekday month day time year proc_command
    read -r proc_end && proc_end="more $proc_end"
  } <"$m_work/process" || :
  case $proc_uid$proc_ruid in '' | *[!0-9]*) return 1 ;; esac
  proc_program=${proc_command%% *}
  [ -z "$proc_end" ] || proc_command=
  proc_id="$1 $weekday $month $day $time $year"
}

# calls_itself_named: after look_at_process: it does, or it runs as our user, and was found for another reason.
calls_itself_named() {
  [ "${proc_program##*/}" = named ] || [ "$proc_uid" = "$named_uid" ] || [ "$proc_ruid" = "$named_uid" ]
}

# judge_process: after look_at_process: true for a named that this playbook may end; sets proc_program and proc_arguments then.
# Otherwise proc_why says what it is, and what to do about it.
judge_process() {
  proc_arguments=${proc_command#"$proc_program"}
  [ -n "$proc_command" ] || {
    proc_why='its command line is not one line; end it first'
    return 1
  }
  find_running_file
  proc_why="runs $proc_file as uid $proc_uid"
  [ "$proc_uid" = "$proc_ruid" ] || {
    proc_why="$proc_why with the rights of another account (the program belongs to uid $proc_ruid); end it first"
    return 1
  }
  case $proc_uid in
    0 | "$named_uid") ;;
    *)
      proc_why="$proc_why: muster ends it only for root and for $run_user; end it first, or set the var run_user if that is the account of the service"
      return 1
      ;;
  esac
  known_file || {
    proc_why="$proc_why, which is no program that this playbook knows; end it first, or set the var program if it is the service"
    return 1
  }
  [ "$proc_proved" = yes ] || has_sockets || {
    proc_why="$proc_why: that cannot be proved, because it holds no socket and there is no /proc (mount -t procfs procfs /proc); end it first"
    return 1
  }
}

# find_running_file: of proc_pid: sets proc_file to the file that it runs, by the kernel's word (proc_proved is yes then) or
# else by its own; proc_root to its root directory by name, empty for / and where that is not known. Leaves fstat's rows in
# $m_work/proc.rows.PID.
find_running_file() {
  proc_file=$proc_program proc_proved=no proc_root=''
  fstat -p "$proc_pid" >"$m_work/proc.rows.$proc_pid" 2>/dev/null || :
  find_links_of_process
  case $proc_exe in
    /?*)
      # A file that was replaced since has this behind its name on some systems.
      proc_file=${proc_exe%' (deleted)'} proc_proved=yes
      ;;
  esac
}

# find_links_of_process: sets proc_exe and proc_root by /proc: one ls, which sorts. So the last line is the root's, and all between
# it and the first arrow is the name of the file, whatever lines that has.
find_links_of_process() {
  proc_exe=
  [ -h "/proc/$proc_pid/exe" ] && [ -h "/proc/$proc_pid/root" ] || return 0
  proc_links=$(ls -ldn "/proc/$proc_pid/exe" "/proc/$proc_pid/root" 2>/dev/null) || return 0
  proc_exe=${proc_links%"$m_nl"l*"/proc/$proc_pid/root -> "*}
  proc_exe=${proc_exe#*"/proc/$proc_pid/exe -> "}
  proc_links=${proc_links##*"/proc/$proc_pid/root -> "}
  case $proc_links in *"$m_nl"*) ;; /?*) proc_root=$proc_links ;; esac
}

# known_file: after find_running_file: this playbook knows the program that it runs. If the kernel names the program,
# that is taken, whatever the process calls itself.
known_file() {
  if [ "$proc_proved" = no ]; then
    known_program "$proc_program"
    return
  fi
  proc_inside=$proc_file
  [ -z "$proc_root" ] || proc_inside=${proc_file#"$proc_root"}
  [ "$proc_program" != "$proc_inside" ] || { known_program "$proc_program" && return 0; }
  case $proc_program in
    /*) ! known_program "$proc_program" || ! runs_file "$proc_root$proc_program" || return 0 ;;
  esac
  if known_program "$proc_inside"; then
    proc_program=$proc_inside
    return 0
  fi
  # One that a chroot(8) started, where the kernel's name for the file says nothing.
  for proc_known in "$cage$program" "$program" /usr/sbin/named /usr/pkg/sbin/named; do
    if runs_file "$proc_known"; then
      proc_program=${proc_known#"$cage"}
      return 0
    fi
  done
  return 1
}

# runs_file FILE: it is the very file that proc_pid runs: inode, owner, size and time are the same.
runs_file() {
  [ -f "$1" ] || return 1
  for proc_link in "/proc/$proc_pid/file" "/proc/$proc_pid/exe"; do
    [ ! -e "$proc_link" ] || {
      ls -ldinL "$1" "$proc_link" 2>/dev/null | awk '{ $10 = ""; seen[$0]++ } END { for (one in seen) exit seen[one] != 2 }'
      return
    }
  done
  return 1
}

# has_sockets: after find_running_file: it holds a socket of the Internet.
has_sockets() {
  grep -e ' internet ' -e ' internet6 ' "$m_work/proc.rows.$proc_pid" >/dev/null
}

# known_program PROGRAM: only a program that this playbook knows is ended, and maybe started again.
known_program() {
  case $1 in
    "$program" | /usr/sbin/named | /usr/pkg/sbin/named | named) return 0 ;;
  esac
  return 1
}

# find_ours: after look_at_named: sets ours to the pids of our program, ours_user, ours_args of the first, and others to
# the `pid program` of every other named, one a line.
find_ours() {
  ours='' ours_user='' ours_args='' others=''
  while read -r pid user command arguments; do
    if [ "$command" != "$program" ]; then
      others="$others${others:+$m_nl}$pid $command"
    else
      [ -n "$ours" ] || ours_user=$user ours_args=$arguments
      ours="$ours${ours:+ }$pid"
    fi
  done <"$m_work/named.ps"
}

# refuse_strangers: after look_at_named: what only calls itself named is nobody's service, and is never ended; neither is
# one whose program others than root can change, unless that is in the cage, where it becomes root's.
refuse_strangers() {
  while read -r pid user command rest <&5; do
    look_at_root "$pid"
    [ "$root_inode" != "$cage_inode" ] || [ -z "$cage_inode" ] || continue
    [ "$command" != named ] || command=/usr/sbin/named
    root_at=
    [ -z "$root_inode" ] || [ ! -h "/proc/$pid/root" ] || { m_link_target "/proc/$pid/root" && root_at=${m_target%/}; }
    [ -f "$root_at$command" ] && ! is_roots "$root_at$command" || continue
    printf 'pid %s runs %s, and %s: make it root'\''s alone (chown root, chmod go-w)\n' "$pid" "$root_at$command" "$roots_why" >>"$m_work/named.refused"
    m_note_known named no
  done 5<"$m_work/named.ps"
  [ ! -s "$m_work/named.refused" ] ||
    fail "$(awk '{ printf "%s%s", (NR > 1 ? "; and " : ""), $0 }' "$m_work/named.refused"); nothing was stopped"
}

# end_processes PIDS SIGNAL [ROUNDS]: true when they are gone, within half a minute; often looked at first, because nobody serves then. Just
# before the signal each is looked at once more: numbers are used again.
end_processes() {
  rounds=${3:-700}
  ending=
  for pid in $1; do
    ! is_still_named "$pid" || ! kill -s "$2" "$pid" 2>/dev/null || ending="$ending $pid"
  done
  for pid in $ending; do
    while kill -0 "$pid" 2>/dev/null; do
      rounds=$((rounds - 1))
      [ $((rounds % 100)) -ne 0 ] || is_still_named "$pid" || break
      [ "$rounds" -gt 0 ] || return 1
      if [ "$rounds" -gt 600 ]; then sleep 0.005; else sleep 0.05; fi
    done
  done
}

# is_still_named PID: it is the process that look_at_named saw.
is_still_named() {
  look_at_process "$1" || return 1
  while IFS= read -r known_id; do
    [ "$known_id" != "$proc_id" ] || return 0
  done <"$m_work/named.ids"
  return 1
}
