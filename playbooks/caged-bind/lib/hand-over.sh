# Resources of this playbook: from the named that serves to the caged one, with as little in between as can be.

# look_at_named: every process called named, into $m_work/named.ps: pid, user, command with its arguments.
# All columns (ps cuts lines at 80), and the program's name alone: syslogd's own arguments hold /home/named.
look_at_named() {
  ps -axww -o pid -o user -o command |
    awk '{ n = split($3, part, "/"); if (part[n] == "named") { sub(/ *$/, ""); print } }' >"$m_work/named.ps"
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

# look_at_root PID: sets root_inode and root_mount as fstat has them, empty when the process is not caged (only then is
# there a root line), and cage_inode.
look_at_root() {
  read -r root_inode root_mount <<EOT
$(fstat -p "$1" 2>/dev/null | awk '$4 == "root" { print $6, $5; exit }')
EOT
  read -r cage_inode rest <<EOT
$(ls -ldi "$cage" 2>/dev/null)
EOT
}

# what_is_wrong_with_args ARGUMENTS: sets wrong to how they differ from what rc.conf should have given, or to nothing.
what_is_wrong_with_args() {
  wrong=
  left=" $1 "
  take_words "$rc_args"
  if [ "$style" = chrootdir ]; then
    case $left in *" -t $cage "*) ;; *) wrong="no -t $cage" ;; esac
    m_replace "$left" " -t $cage " ' '
    left=$m_replaced
    # The script names the user; a second one in our flags comes after it and counts.
    case " $1 " in *" -u "*) ;; *) wrong="${wrong:+$wrong, }no -u" ;; esac
    m_replace "$left" ' -u named ' ' '
    # A BIND 8 is told the group as well. (The -g of BIND 9 takes no word.)
    m_replace "$m_replaced" ' -g named ' ' '
    left=$m_replaced
  fi
  left=${left# }
  left=${left% }
  [ -z "$left" ] || wrong="${wrong:+$wrong, }'$left' was not asked for"
}

take_words() {
  [ -n "$1" ] || return 0
  case $left in
    *" $1 "*)
      m_replace "$left" " $1 " ' '
      left=$m_replaced
      ;;
    *) wrong="no '$1'" ;;
  esac
}

# hand_over TOKEN...: one named runs: ours, in the cage, with the flags of rc.conf, and started after the last change of
# each TOKEN (see `restart --when-changed`). Everything is proved and recorded before the old one stops. When the new
# one does not serve, the old one is started again as it was, and the step fails.
hand_over() {
  m_begin hand_over "$rc_file"
  look_at_named
  find_ours
  while read -r pid command; do
    [ -z "$pid" ] || m_need "stop $command"
  done <<EOT
$others
EOT
  need_ours "$@"
  m_settled && return 0
  rehearse
  remember_old
  record_hand_over
  stop_old
  pid_link_is_right || m_put_link "$cage$pid_file" "$pid_link" || :
  (unset flags; sh "$run_script" start) </dev/null || :
  serves_within 15 || put_back
  m_note_change restarted "$rc_file"
  m_changed
}

# need_ours TOKEN...: adds why our named must be started or restarted.
need_ours() {
  case $ours in
    '')
      if is_there "$run_script"; then
        m_need 'start it'
      else
        will_exist "$run_script" || fail "hand_over $rc_file: there is no rc script $run_script"
        m_need "start it${m_after:+ (after $m_after)}"
      fi
      return 0
      ;;
    *' '*) m_need "only one may run (pids $ours)" ;;
  esac
  look_at_root "${ours%% *}"
  if [ "$root_inode" != "$cage_inode" ]; then
    m_need "restart it: its root directory is ${root_inode:+inode }${root_inode:-/}, not $cage"
  fi
  what_is_wrong_with_args "$ours_args"
  [ -z "$wrong" ] || m_need "restart it: $wrong"
  for token; do
    ! m_is_touched "$rc_file" "$token" || m_need "restart it: $token changed"
  done
  [ -n "$m_why" ] || need_fresh_zones
}

# need_fresh_zones: a zone file that was edited in the cage itself, and never loaded. Asked only when there is one that is
# younger than the daemon.
need_fresh_zones() {
  [ -n "$(find "$cage$namedb" -type f -newer "$cage$pid_file" ! -user "$run_user" -print 2>/dev/null)" ] || return 0
  has_checkconf && m_have dig && find_zones || return 0
  ask_all_zones udp
  stale=$(stale_zones)
  [ -z "$stale" ] || m_need "restart it: $stale"
}

# rehearse: what can be proved while the old one still serves: the program starts in its cage, and accepts its
# configuration and zones there. Leaves the zones with their serials in $m_work/zones.
rehearse() {
  if [ "$style" = chroot8 ]; then
    said=$(chroot "$cage" "$program" -v 2>&1) || fail "$program does not start inside the cage, nothing was stopped: $said"
  fi
  if ! has_checkconf; then
    notice 'there is no named-checkconf: the configuration is not checked before the old named stops'
    : >"$m_work/zones"
    return 0
  fi
  find_zones || fail "the configuration in the cage is refused, nothing was stopped: $(grep -v ': loaded serial ' "$m_work/checked" | head -n 3)"
}

# has_checkconf: sets checkconf to the one that belongs to our program, or another one.
has_checkconf() {
  checkconf=${program%/*}/named-checkconf
  [ -x "$checkconf" ] || checkconf=named-checkconf
  m_have "$checkconf"
}

# find_zones: checks the configuration inside the cage, and leaves `zone serial` of each primary in $m_work/zones.
find_zones() {
  checked=0
  run_checkconf checked -t "$cage" || checked=1
  awk '$1 == "zone" && / loaded serial / {
    name = $2
    sub(/\/.*/, "", name)
    for (i = 3; i < NF; i++) if ($i == "serial") print tolower(name), $(i + 1)
  }' "$m_work/checked" >"$m_work/zones"
  return "$checked"
}

# remember_old: how to start again what serves now, should the new one not serve: by its own command line, because
# rc.conf is the new one's by now.
remember_old() {
  old_command='' old_cage=''
  read -r pid user old_command <"$m_work/named.ps" || return 0
  look_at_root "$pid"
  case " $old_command " in
    *' -t '*) ;;
    *) [ -z "$root_inode" ] || [ "$root_inode" != "$cage_inode" ] || old_cage=$cage ;;
  esac
}

# record_hand_over: what a rollback undoes: backwards, so ours stops, the link goes, and what ran before starts again.
record_hand_over() {
  while read -r pid command; do
    [ -n "$pid" ] || continue
    old_service "$command"
    m_record service "$old_name" "$m_step" "$old_script" running
  done <<EOT
$others
EOT
  [ -z "$ours" ] || m_record service "$rc_file" "$m_step" "$run_script" running
  pid_link_is_right || record_pid_link
  m_record service "$rc_file" "$m_step" "$run_script" stopped
}

# old_service PROGRAM: sets old_name and old_script to the service that PROGRAM belongs to.
old_service() {
  case $1 in
    /usr/sbin/named | named) old_name=named ;;
    *) old_name=$rc_name ;;
  esac
  old_script=/etc/rc.d/$old_name
  [ -f "$old_script" ] || old_script=$package_rc_script
  [ -f "$old_script" ] || fail "hand_over $rc_file: $1 runs, and no rc script of it is known; stop it first"
}

# stop_old: not by rc.d, which looks every two seconds only whether it is gone.
stop_old() {
  pids=
  while read -r pid rest; do
    pids="$pids $pid"
  done <"$m_work/named.ps"
  [ -n "$pids" ] || return 0
  end_processes "$pids" || m_stuck "pid$pids does not end"
}

# end_processes PIDS: true when they are gone, within half a minute. Looked at often in the beginning: nobody serves then.
end_processes() {
  # shellcheck disable=SC2086
  kill $1 2>/dev/null || :
  rounds=700
  for pid in $1; do
    while kill -0 "$pid" 2>/dev/null; do
      rounds=$((rounds - 1))
      [ "$rounds" -gt 0 ] || return 1
      if [ "$rounds" -gt 600 ]; then sleep 0.005; else sleep 0.05; fi
    done
  done
}

# serves_within SECONDS: true when exactly our named runs and answers. A daemon that dies is not waited for.
serves_within() {
  rounds=$(($1 * 10))
  seen_alive=
  read -r zone rest <"$m_work/zones" || zone=
  while [ "$rounds" -gt 0 ]; do
    rounds=$((rounds - 1))
    if answers "$zone" && look_at_named && find_ours && [ -n "$ours" ]; then
      return 0
    fi
    if [ $((rounds % 5)) -eq 0 ]; then
      look_at_named
      find_ours
      [ -z "$ours" ] || seen_alive=1
      # It was there and is gone, or it did not come within a second.
      [ -n "$ours" ] || { [ -z "$seen_alive" ] && [ "$rounds" -gt $(($1 * 10 - 10)) ]; } || return 1
    fi
    sleep 0.1
  done
  return 1
}

# answers ZONE: named answers for ZONE, or, without one, says anything at all. Without recursion: a resolver would go and
# ask others first.
answers() {
  if m_have dig; then
    said=$(dig +norec +noall +answer +time=1 +tries=1 "@$answers_at" "${1:-.}" SOA 2>/dev/null) || return 1
    [ -z "$1" ] || [ -n "$said" ]
  else
    host -r -t SOA "${1:-.}" "$answers_at" >/dev/null 2>&1
  fi
}

# put_back: the new named does not serve: the old one does again, and the step fails.
put_back() {
  look_at_named
  find_ours
  reason='it does not run'
  if [ -n "$ours" ]; then
    reason="it runs and does not answer at $answers_at"
    end_processes "$ours" || :
  fi
  [ -n "$old_command" ] || m_stuck "$reason; none ran before it"
  # The pid file is the old one's again. (The rollback that follows finds the link gone, and leaves it at that.)
  [ ! -h "$pid_link" ] || [ -n "$old_cage" ] || rm -f "$pid_link"
  # shellcheck disable=SC2086
  (cd / && ${old_cage:+chroot "$old_cage"} $old_command) </dev/null || :
  m_await 10 answers "$zone" || m_stuck "$reason; and '$old_command' does not answer either: roll this host back"
  m_stuck "$reason; the old one ($old_command) serves again; roll this host back, for rc.conf is the new one's"
}
