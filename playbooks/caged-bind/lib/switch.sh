# The hand-over itself, after everything that can be proved was: the old named is remembered and stopped, the new one is
# started and waited for, or the old one is put back.

# remember_old: after look_at_serving: records how to restart the daemon that serves now, if the new one does not serve. It
# is restarted with its own command line, because rc.conf is the new one's by then. Sets old_cage to the cage that it runs
# in, or to ? if that is another one or unknown.
remember_old() {
  old_cage=
  [ -n "$old_command" ] || return 0
  case " $old_command:$root_inode" in
    *' -t '* | *:) ;;
    *":$cage_inode") old_cage=$cage ;;
    *) old_cage='?' ;;
  esac
}

# serving_pid: prints the pid of the named that serves, of those in $m_work/named.ps: the one that holds port 53, or else
# that a pid file names, or else the first.
serving_pid() {
  [ -s "$m_work/named.ps" ] || return 0
  [ -f "$m_work/sockets.dns" ] || see_sockets
  holder='' holder_most=0 holder_count=0
  while read -r pid rest; do
    eval "holder_count_$pid=0"
  done <"$m_work/named.ps"
  while read -r pid rest; do
    is_in_named_ps "$pid" || continue
    eval "holder_count=\$((holder_count_$pid + 1)); holder_count_$pid=\$holder_count"
    [ "$holder_count" -le "$holder_most" ] || holder=$pid holder_most=$holder_count
  done <"$m_work/sockets.dns"
  for file in "$cage$pid_file" "$pid_link" /var/run/named/named.pid /var/run/named.pid; do
    [ -z "$holder" ] || break
    read_pid "$file"
    ! is_in_named_ps "$pid_read" || holder=$pid_read
  done
  [ -n "$holder" ] || read -r holder rest <"$m_work/named.ps"
  printf '%s\n' "$holder"
}

# is_in_named_ps PID
is_in_named_ps() {
  while read -r in_ps rest; do
    [ "$in_ps" != "$1" ] || return 0
  done <"$m_work/named.ps"
  return 1
}

# record_hand_over: what a rollback undoes: backwards, so ours stops, the link goes, and what served before starts again.
# What ran beside it does not: it is no service, and if it were started by an rc script it would take the port.
record_hand_over() {
  while read -r pid command; do
    [ -n "$pid" ] || continue
    if [ "$pid" = "$old_pid" ]; then
      old_service "$command"
      m_record_service "$old_name" "$old_script" running
    else
      notice "hand_over $rc_file: pid $pid, a $command beside the one that serves, is ended: a rollback does not start it again"
    fi
  done <<EOT
$others
EOT
  [ -z "$ours" ] || m_record_service "$rc_file" "$run_script" running
  [ "$style" != chrootdir ] || record_pid_directory
  pid_link_is_right || record_pid_link
  record_managed_keys
  m_record_service "$rc_file" "$run_script" stopped
}

# old_service PROGRAM: sets old_name and old_script to the service that PROGRAM belongs to.
old_service() {
  case $1 in
    /usr/sbin/named | named) old_name=named ;;
    *) old_name=$rc_name ;;
  esac
  old_script=/etc/rc.d/$old_name
  [ -f "$old_script" ] || old_script=$package_rc_script
  [ -f "$old_script" ] || fail "hand_over $rc_file: $1 runs, but has no known rc script; stop it first"
}

# stop_old: not by rc.d, which looks every two seconds only whether it is gone. One that does not come to its end serves
# no more, and is not waited for any longer.
stop_old() {
  pids=
  while read -r pid rest; do
    pids="$pids $pid"
  done <"$m_work/named.ps"
  [ -n "$pids" ] || return 0
  end_processes "$pids" TERM && return 0
  notice "hand_over $rc_file: pid$pids does not end within 30 seconds, and is killed"
  end_processes "$pids" KILL || m_stuck "pid$pids cannot be killed"
}

# start_new: starts ours by its rc script, beside this shell: a script that hangs, for want of entropy say, must not keep
# everybody waiting. $m_work/started is there when it is done.
start_new() {
  rm -f "$m_work/started"
  log_size=$(($(wc -c 2>/dev/null </var/log/messages || echo 0)))
  {
    (unset flags; sh "$run_script" start) </dev/null >"$m_work/start.said" 2>&1 || :
    : >"$m_work/started"
  } &
  starter=$!
}

# end_of_new: prints a sh text that ends ours, however many, also one without a pid file. What the rc script itself started ends with the step.
end_of_new() {
  printf "m_work='%s' m_self_uid=%s m_nl='\n'\n" "$m_work" "$m_self_uid"
  for name in cage program run_user; do
    eval "m_quote \"\$$name\""
    printf '%s=%s\n' "$name" "$m_quoted"
  done
  printf '%s\n' 'for part in runtime/codec runtime/paths runtime/facts playbook/lib/processes; do
  . "$m_work/$part.sh"
done
look_at_named
find_ours
end_processes "$ours" TERM 700 || end_processes "$ours" KILL 700'
}

# serves_within SECONDS: true when our named alone runs, its rc script is done, and it answers all that was answered before, everywhere, with
# serials that are not lower. A daemon that dies is not waited for. Sets unserved to what it does not answer, and beside to who else may have.
serves_within() {
  give_up_at=$(($(date +%s) + $1))
  rounds=0 naps=0 seen_alive='' rcode='' unserved='' beside=
  read -r zone rest <"$m_work/zones" || zone=
  while :; do
    if [ -f "$m_work/started" ]; then
      rounds=$((rounds + 1))
      served=1
      answers "$zone" || served=
      look_at_named
      find_ours
      [ -z "$ours" ] || seen_alive=1
      [ -z "$ours" ] || [ -z "$served" ] || ! answers_alone || ! serves_as_before || return 0
      # It was there and is gone, or it did not come within about a second.
      [ -n "$ours" ] || { [ -z "$seen_alive" ] && [ "$rounds" -lt 6 ]; } || return 1
    fi
    # Five naps take a second.
    [ "$naps" -eq 0 ] || [ $((naps % 5)) -ne 0 ] || [ "$(date +%s)" -lt "$give_up_at" ] || return 1
    naps=$((naps + 1))
    sleep 0.2
  done
}

# answers_alone: after look_at_named and find_ours: what answers is our named: it holds the port, and no other named is there,
# such as a child of the old one that stayed.
answers_alone() {
  IFS= read -r beside <"$m_work/named.rivals" || beside=
  [ -z "$others" ] || beside="pid $others runs as well"
  case $ours in *' '*) beside="it runs more than once (pids $ours)" ;; esac
  [ -n "$beside" ] || ! m_have sockstat ||
    listens_at_port "$ours" ||
    beside="something answers at port $ask_port, and pid $ours does not listen there"
  [ -z "$beside" ]
}

# listens_at_port PID: it has a socket at ask_port.
listens_at_port() {
  find_listening "$1"
  case $listening$m_nl in *" $ask_port$m_nl"*) return 0 ;; esac
  return 1
}

# serves_as_before: see above. What nobody answered before is not asked for.
serves_as_before() {
  unserved=
  [ -s "$m_work/answers.before" ] || return 0
  ask_everywhere answers.after "${ours%% *}"
  not_as_before "$m_work/answers.before" "$m_work/answers.after" >"$m_work/unserved"
  IFS= read -r unserved <"$m_work/unserved" || unserved=
  [ -z "$unserved" ]
}

# answers ZONE: named says something about ZONE, and be it that it tells us nothing; but not that it cannot, which is so
# while it loads. Without ZONE anything will do. Sets rcode.
answers() {
  find_rcode "${1:-.}"
  [ -n "$rcode" ] && { [ -z "$1" ] || [ "$rcode" != SERVFAIL ]; }
}

# find_rcode NAME: sets rcode to the kind of answer that named gives to us, to nothing when it gives none. Without recursion: a
# resolver would go and ask others first.
find_rcode() {
  rcode=
  if m_have dig; then
    dig -p "${ask_port:-53}" +norec +noall +comments +time=1 +tries=1 "@$answers_at" "$1" SOA >"$m_work/rcode.said" 2>/dev/null || :
    while IFS= read -r said; do
      case $said in ';; ->>HEADER<<-'*'status: '*)
        rcode=${said##*status: }
        rcode=${rcode%%,*}
        return 0
        ;;
      esac
    done <"$m_work/rcode.said"
    return 0
  fi
  if said=$(host -r -t SOA "$1" "$answers_at" 2>&1); then
    rcode=NOERROR
    return 0
  fi
  # The words of BIND 9's host(1), and of BIND 8's.
  case $said in
    *'(REFUSED)'* | *'uery refused'*) rcode=REFUSED ;;
    *'(SERVFAIL)'* | *'erver failure'*) rcode=SERVFAIL ;;
    *'(NXDOMAIN)'* | *'does not exist'*) rcode=NXDOMAIN ;;
  esac
}

# put_back: the new named does not serve: the old one does again, and the step fails. The step is guarded, so the driver rolls the run back:
# what serves now serves after the next boot, too.
put_back() {
  reason="its rc script $run_script did not end within $load_limit s"
  [ ! -f "$m_work/started" ] || reason='it does not run'
  [ -f "$m_work/started" ] || m_kill_tree "$starter"
  look_at_named
  find_ours
  if [ -n "$ours" ]; then
    [ ! -f "$m_work/started" ] || reason="it runs but does not answer at $answers_at"
    [ -z "$rcode" ] || reason="it runs and answers $rcode for $zone at $answers_at"
    [ -z "$beside" ] || reason="another program may answer: $beside"
    [ -z "$unserved" ] || reason="it runs but does not give the answers from before: $unserved"
  fi
  stop_old
  said=$(what_it_said)
  [ -z "$said" ] || reason="$reason (it reported: $said)"
  [ -n "$old_command" ] || fail "hand_over $rc_file: $reason; none ran before it"
  [ -n "$again" ] && old_stands || fail "hand_over $rc_file: $reason${again_why:+; the old one is not started by its own command line, because $again_why}"
  # The pid file is the old one's again. The rollback that follows finds the link gone.
  [ ! -h "$pid_link" ] || [ -n "$old_cage" ] || rm -f "$pid_link"
  start_old
  if m_await "$load_limit" answers "$zone"; then
    # It is not to be ended with the new one.
    m_guard "$(end_of_found)"
    fail "hand_over $rc_file: $reason; the old one ($old_command) is restored"
  fi
  look_at_named
  stop_old
  fail "hand_over $rc_file: $reason; and the old one ($old_command) does not answer either"
}

# start_old: after build_old: beside this shell, with nothing of this run about it.
start_old() {
  set -f
  # The words of a command line.
  # shellcheck disable=SC2086
  set -- $again
  set +f
  (
    cd / && umask 022 &&
      exec env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin ${old_cage:+chroot "$old_cage"} "$@" 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
  ) </dev/null &
}

# what_it_said: prints the last words of the named that did not serve: in the log, in the log files of its own that its
# configuration names, and on the terminal.
what_it_said() {
  {
    tail -c "+$((log_size + 1))" /var/log/messages 2>/dev/null | grep 'named\[' | sed 's/^.*named\[[0-9]*\]: //'
    facts_of output | sed -n 's/^log channel [^	]*	\([^	]*\)	.*/\1/p' | sort -u | while IFS= read -r path; do
      last_words_of "$cage$path"
    done
    grep -v '^Starting ' "$m_work/start.said" 2>/dev/null
  } | awk '
    # It may say as much as it likes.
    NR > 20000 { exit }
    # It says so in any cage, and at any end.
    /NTA file for view|Unable to fetch DNSKEY|priming query|unreachable resolving|WARNING: root zone key|^exiting$/ { next }
    { line[++n] = $0; if (tolower($0) ~ /fail|error|denied|not found|fatal|unable|could ?n.t|unknown|refus|abort|cannot|exiting/ && !seen[$0]++) bad[++bads] = $0 }
    END {
      if (bads) for (i = bads > 4 ? bads - 3 : 1; i <= bads; i++) printf "%s%s", (k++ ? "; " : ""), bad[i]
      else for (i = n > 2 ? n - 1 : 1; i <= n; i++) printf "%s%s", (k++ ? "; " : ""), line[i]
    }'
}

# old_stands: true when this run, and unfinished ones with which it would be rolled back, changed nothing that the old named runs on: its program, its configuration, its zones, its
# cage. An entry too many only means that everything is rolled back.
old_stands() {
  m_with_journals awk -F'|' -v program="${again%% *}" -v cage="$again_root" -v conf="$named_conf" -v namedb="$namedb" '
    function below(path, top) { return top != "" && (path == top || index(path, top "/") == 1) }
    $2 == "package" && program != "/usr/sbin/named" { found = 1 }
    $2 != "path" && $2 != "tree" { next }
    $3 == program || $3 == conf || below($3, namedb) || below($3, cage) { found = 1 }
    END { exit found }'
}
