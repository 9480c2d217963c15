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

# look_at_root PID: sets root_inode and root_mount, empty when the process is not caged (fstat prints a root line only for
# one that is), and ? when nothing on this host can tell; and cage_inode.
look_at_root() {
  read -r root_inode root_mount <<EOT
$(fstat -p "$1" 2>/dev/null | awk '$4 == "root" { print $6, $5; row = 2; exit } NR > 1 { row = 1 } END { if (!row) print "? ?" }')
EOT
  # fstat prints a dash for a file system that it does not know, such as ZFS; procfs knows all of them.
  case $root_inode in *[!0-9]*) look_at_procfs "$1" ;; esac
  read -r cage_inode rest <<EOT
$(ls -ldi "$cage" 2>/dev/null)
EOT
}

look_at_procfs() {
  root_inode='?' root_mount='?'
  [ -d "/proc/$1/root/." ] || return 0
  read -r root_inode rest <<EOT
$(ls -ldi "/proc/$1/root/.")
EOT
  root_mount=$(m_mount_of "/proc/$1/root/.")
}

# root_can_be_seen: false when neither fstat nor procfs could tell whether a process has the cage as its root directory.
# Asked of a working directory there, so it can be known before there is such a process.
root_can_be_seen() {
  case $(cd "$cage" && sh -c 'fstat -p "$$"' 2>/dev/null | awk '$4 == "wd" { print $6; exit }') in
    '' | *[!0-9]*) [ -d "/proc/$$/root/." ] ;;
  esac
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
# one does not serve, the old one does again, and the step fails: whatever ends it from then on, the driver sees to that.
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
  [ -z "$old_command" ] || m_guard "$(end_of_new)"
  stop_old
  pid_link_is_right || m_put_link "$cage$pid_file" "$pid_link" || :
  start_new
  serves_within "$load_limit" || put_back
  m_unguard
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
  if [ "$root_inode" != "$cage_inode" ] && [ "$root_inode" != '?' ]; then
    m_need "restart it: its root directory is ${root_inode:+inode }${root_inode:-/}, not $cage"
  fi
  what_is_wrong_with_args "$ours_args"
  [ -z "$wrong" ] || m_need "restart it: $wrong"
  for token; do
    ! m_is_touched "$rc_file" "$token" || m_need "restart it: $token changed"
  done
  [ -n "$m_why" ] || need_fresh_content
}

# need_fresh_content: what was edited in the cage itself, and never loaded: configuration that is younger than the pid file,
# which named writes at each start and each reload; zones whose serial, or which as a whole, it does not serve, asked
# only when there is a file that is younger.
need_fresh_content() {
  config_files
  # The names are words: named.conf is read by people.
  # shellcheck disable=SC2086
  edited=$(find -H $config -newer "$cage$pid_file" -print 2>/dev/null | awk '{ printf "%s%s", (NR > 1 ? ", " : ""), $0 }')
  if [ -n "$edited" ]; then
    m_need "restart it: $edited changed after it was started"
    return 0
  fi
  [ -n "$(find "$cage$namedb" -type f -newer "$cage$pid_file" ! -user "$run_user" -print 2>/dev/null)" ] || return 0
  has_checkconf && m_have dig && find_zones || return 0
  closed=$(may_be_closed && echo yes || echo no)
  ask_all_zones udp
  for seen in "$(stale_zones)" "$(missing_zones)"; do
    [ -z "$seen" ] || m_need "restart it: $seen"
  done
}

# config_files: sets config to named.conf in the cage and what it includes, one a line.
config_files() {
  config=
  set -- "$cage$named_conf"
  while [ $# -gt 0 ]; do
    file=$1
    shift
    case $m_nl$config$m_nl in *"$m_nl$file$m_nl"*) continue ;; esac
    [ -f "$file" ] || continue
    config=$config${config:+$m_nl}$file
    # An include may be a pattern, and is below namedb unless it begins with a slash.
    # shellcheck disable=SC2046
    set -- "$@" $(awk -v cage="$cage" -v namedb="$namedb" '
      { sub(/(#|\/\/).*/, "") }
      {
        while (match($0, /(^|[ \t;{}])include[ \t]*"[^"]*"/)) {
          name = substr($0, RSTART, RLENGTH - 1)
          $0 = substr($0, RSTART + RLENGTH)
          sub(/.*"/, "", name)
          print cage (name ~ /^\// ? "" : namedb "/") name
        }
      }' "$file")
  done
}

# rehearse: what can be proved while the old one still serves: the program starts in its cage, and accepts its
# configuration and zones there. Leaves the zones with their serials in $m_work/zones.
rehearse() {
  root_can_be_seen || fail "whether named is in $cage cannot be checked on this host, nothing was stopped: fstat shows no inodes of that file system, and there is no /proc (mount -t procfs procfs /proc)"
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

# find_zones: checks the configuration inside the cage, and leaves `zone serial` of each primary in $m_work/zones. A zone
# that is in several views has the lowest of its serials there, and all of them in $m_work/zones.several.
find_zones() {
  checked=0
  run_checkconf checked -t "$cage" || checked=1
  : >"$m_work/zones.several"
  awk -v several="$m_work/zones.several" '
    $1 == "zone" && / loaded serial / {
      name = $2
      if (name ~ /\/CH/) next
      sub(/\/.*/, "", name)
      name = tolower(name)
      for (i = 3; i < NF; i++) if ($i == "serial") serial = $(i + 1)
      if (!(name in lowest)) { order[++n] = name; lowest[name] = all[name] = serial }
      else if (index(" " all[name] " ", " " serial " ") == 0) all[name] = all[name] " " serial
      if (serial + 0 < lowest[name] + 0) lowest[name] = serial
    }
    END {
      for (i = 1; i <= n; i++) {
        print order[i], lowest[order[i]]
        if (all[order[i]] != lowest[order[i]]) print order[i], all[order[i]] >several
      }
    }' "$m_work/checked" >"$m_work/zones"
  return "$checked"
}

# remember_old: how to start again what serves now, should the new one not serve: by its own command line, because
# rc.conf is the new one's by now. With old_cage: where it is caged, ? where that is elsewhere or cannot be told.
remember_old() {
  old_command='' old_cage='' old_pid=$(serving_pid)
  while read -r pid user command; do
    [ "$pid" != "$old_pid" ] || old_command=$command
  done <"$m_work/named.ps"
  [ -n "$old_command" ] || return 0
  look_at_root "$old_pid"
  case " $old_command:$root_inode" in
    *' -t '* | *:) ;;
    *":$cage_inode") old_cage=$cage ;;
    *) old_cage='?' ;;
  esac
}

# serving_pid: prints the pid of the named that serves, of those in $m_work/named.ps: the one that holds port 53, or else
# that a pid file names, or else the first.
serving_pid() {
  {
    ! m_have sockstat || sockstat -ln 2>/dev/null | awk '$6 ~ /[.:]53$/ { print $3 }' | sort | uniq -c | sort -rn | awk '{ print $2 }'
    for file in "$cage$pid_file" "$pid_link" /var/run/named/named.pid /var/run/named.pid; do
      first_word_of "$file" || :
    done
    awk '{ print $1 }' "$m_work/named.ps"
  } | awk -v list="$m_work/named.ps" '
    BEGIN { while ((getline line < list) > 0) { split(line, part, " "); runs[part[1]] = 1 } }
    $1 in runs { print $1; exit }'
}

# record_hand_over: what a rollback undoes: backwards, so ours stops, the link goes, and what served before starts again.
# What ran beside it does not: it is no service, and if it were started by an rc script it would take the port.
record_hand_over() {
  while read -r pid command; do
    [ -n "$pid" ] || continue
    if [ "$pid" = "$old_pid" ]; then
      old_service "$command"
      m_record service "$old_name" "$m_step" "$old_script" running
    else
      notice "hand_over $rc_file: pid $pid, a $command beside the one that serves, is ended for good: a rollback does not start it"
    fi
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

# stop_old: not by rc.d, which looks every two seconds only whether it is gone. One that does not come to its end serves
# no more, and is not waited for any longer.
stop_old() {
  pids=
  while read -r pid rest; do
    pids="$pids $pid"
  done <"$m_work/named.ps"
  [ -n "$pids" ] || return 0
  end_processes "$pids" TERM && return 0
  notice "hand_over $rc_file: pid$pids does not end within half a minute, and is killed"
  end_processes "$pids" KILL || m_stuck "pid$pids cannot even be killed"
}

# end_processes PIDS SIGNAL: true when they are gone, within half a minute. Looked at often in the beginning: nobody serves
# then.
end_processes() {
  # shellcheck disable=SC2086
  kill -s "$2" $1 2>/dev/null || :
  rounds=700
  for pid in $1; do
    while kill -0 "$pid" 2>/dev/null; do
      rounds=$((rounds - 1))
      [ "$rounds" -gt 0 ] || return 1
      if [ "$rounds" -gt 600 ]; then sleep 0.005; else sleep 0.05; fi
    done
  done
}

# start_new: starts ours by its rc script, beside this shell: a script that hangs, for want of entropy say, must not keep
# everybody waiting. $m_work/started is there when it is done.
start_new() {
  rm -f "$m_work/started"
  {
    (unset flags; sh "$run_script" start) </dev/null || :
    : >"$m_work/started"
  } &
  starter=$!
}

# end_of_new: prints a sh text that ends ours, however many of them, and also one that has no pid file yet. What the rc
# script itself is about belongs to the step, and ends with it.
end_of_new() {
  cat <<EOT
new=\$(ps -axww -o pid -o command | awk '\$2 == "$program" { print \$1 }')
[ -n "\$new" ] || exit 0
kill \$new 2>/dev/null
rounds=100
while kill -0 \$new 2>/dev/null && [ "\$rounds" -gt 0 ]; do
  rounds=\$((rounds - 1))
  sleep 0.05
done
kill -9 \$new 2>/dev/null
:
EOT
}

# end_starter: ends an rc script that hangs, with all that is below it.
end_starter() {
  [ ! -f "$m_work/started" ] || return 0
  # shellcheck disable=SC2046
  kill -9 $(ps -axo pid,ppid | awk -v top="$starter" '
    { parent[$1] = $2 }
    END {
      for (pid in parent) {
        for (at = pid; (at in parent) && at != top && n[pid] < 99; n[pid]++) at = parent[at]
        if (at == top) print pid
      }
    }') 2>/dev/null || :
}

# serves_within SECONDS: true when our named runs and answers, and its rc script is done. A daemon that dies is not waited
# for.
serves_within() {
  give_up_at=$(($(date +%s) + $1))
  rounds=0 seen_alive='' rcode=''
  read -r zone rest <"$m_work/zones" || zone=
  while :; do
    if [ -f "$m_work/started" ]; then
      rounds=$((rounds + 1))
      served=1
      answers "$zone" || served=
      look_at_named
      find_ours
      [ -z "$ours" ] || seen_alive=1
      [ -z "$ours" ] || [ -z "$served" ] || return 0
      # It was there and is gone, or it did not come within about a second.
      [ -n "$ours" ] || { [ -z "$seen_alive" ] && [ "$rounds" -lt 6 ]; } || return 1
    fi
    [ "$(date +%s)" -lt "$give_up_at" ] || return 1
    sleep 0.2
  done
}

# answers ZONE: named says something about ZONE, and be it that it tells us nothing; but not that it cannot, which is so
# while it loads. Without ZONE anything will do. Sets rcode.
answers() {
  rcode=$(rcode_for "${1:-.}")
  [ -n "$rcode" ] && { [ -z "$1" ] || [ "$rcode" != SERVFAIL ]; }
}

# rcode_for NAME: prints the kind of answer that named gives to us, nothing when it gives none. Without recursion: a
# resolver would go and ask others first.
rcode_for() {
  if m_have dig; then
    dig +norec +noall +comments +time=1 +tries=1 "@$answers_at" "$1" SOA 2>/dev/null |
      awk '/^;; ->>HEADER<<-/ { sub(/.*status: /, ""); sub(/,.*/, ""); print; exit }'
    return 0
  fi
  if said=$(host -r -t SOA "$1" "$answers_at" 2>&1); then
    printf 'NOERROR\n'
    return 0
  fi
  # The words of BIND 9's host(1), and of BIND 8's.
  case $said in
    *'(REFUSED)'* | *'uery refused'*) printf 'REFUSED\n' ;;
    *'(SERVFAIL)'* | *'erver failure'*) printf 'SERVFAIL\n' ;;
    *'(NXDOMAIN)'* | *'does not exist'*) printf 'NXDOMAIN\n' ;;
  esac
}

# put_back: the new named does not serve: the old one does again, and the step fails. What this run replaced under it must
# come back first: that is the driver's part, when the step fails while it is guarded.
put_back() {
  reason="its rc script $run_script did not come to an end within $load_limit s"
  [ ! -f "$m_work/started" ] || reason='it does not run'
  end_starter
  look_at_named
  find_ours
  if [ -n "$ours" ]; then
    [ ! -f "$m_work/started" ] || reason="it runs and does not answer at $answers_at"
    [ -z "$rcode" ] || reason="it runs and answers $rcode for $zone at $answers_at"
  fi
  stop_old
  [ -n "$old_command" ] || m_stuck "$reason; none ran before it"
  old_stands || fail "hand_over $rc_file: $reason"
  # The pid file is the old one's again. (The rollback that follows finds the link gone, and leaves it at that.)
  [ ! -h "$pid_link" ] || [ -n "$old_cage" ] || rm -f "$pid_link"
  # shellcheck disable=SC2086
  (cd / && ${old_cage:+chroot "$old_cage"} $old_command) </dev/null &
  if m_await "$load_limit" answers "$zone"; then
    m_unguard
    m_stuck "$reason; the old one ($old_command) serves again; roll this host back, for rc.conf is the new one's"
  fi
  look_at_named
  stop_old
  fail "hand_over $rc_file: $reason; and the old one ($old_command) does not answer either"
}

# old_stands: true when this run changed nothing that the old named runs on: its program, its configuration, its zones, its
# cage. An entry too many only means that everything is taken back.
old_stands() {
  in_cage=$old_cage
  case " $old_command " in *" -t $cage "*) in_cage=$cage ;; esac
  [ "$in_cage" != '?' ] || return 1
  awk -F'|' -v program="${old_command%% *}" -v cage="$in_cage" -v conf="$named_conf" -v namedb="$namedb" '
    function below(path, top) { return top != "" && (path == top || index(path, top "/") == 1) }
    $2 == "package" && program != "/usr/sbin/named" { found = 1 }
    $2 != "path" && $2 != "tree" { next }
    $3 == program || $3 == conf || below($3, namedb) || below($3, cage) { found = 1 }
    END { exit found }' "$m_receipt/journal"
}
