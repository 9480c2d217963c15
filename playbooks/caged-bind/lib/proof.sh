# Expectations of this playbook: what the kernel, the daemon and the network say, not what rc.conf says.

# prove_process: one named runs, as the user, with its root directory in the cage, with the flags of rc.conf.
prove_process() {
  know_named
  find_ours
  case $ours in
    '') m_check 'the caged named runs' "there is no process of $program" ;;
    *' '*) m_check 'the caged named runs' "$program runs more than once: pids $ours" ;;
    *) m_check 'the caged named runs' '' ;;
  esac
  refused=
  [ ! -s "$m_work/named.refused" ] || refused=$(cat "$m_work/named.refused")
  m_check 'no other named runs' "${others:+pid $others runs as well}$refused"
  [ -n "$ours" ] || return 0
  pid=${ours%% *}
  expect_equal 'named runs as the unprivileged user' "$run_user" "$ours_user"
  prove_root "$pid"
  what_is_wrong_with_args "$ours_args"
  m_check 'named has the flags of rc.conf' "${wrong:+pid $pid: $wrong}"
  prove_pid_file "$pid"
  observe named.user "$ours_user"
  observe named.command "$program $ours_args"
  observe '~named.pid' "$pid"
}

# prove_root PID: inode and mount point, because inode numbers are a file system's own.
prove_root() {
  look_at_root "$1"
  find_cage_mount
  if [ "$root_inode" = "$cage_inode" ] && [ "$root_mount" = "$cage_mount" ]; then
    m_check 'its root directory is the cage' ''
  elif [ "$root_inode" = '?' ]; then
    m_check 'its root directory is the cage' "cannot be checked: fstat shows no inode of it, and there is no /proc/$1/root (mount -t procfs procfs /proc)"
  elif [ -z "$root_inode" ]; then
    m_check 'its root directory is the cage' "caged on paper only: root of pid $1 is /, not $cage (inode $cage_inode)"
  else
    m_check 'its root directory is the cage' "root of pid $1 is inode $root_inode on $root_mount, not $cage (inode $cage_inode on $cage_mount)"
  fi
}

# prove_pid_file PID: the pid file says PID, and the rc script finds it where it looks.
prove_pid_file() {
  read_pid "$cage$pid_file"
  expect_equal 'the pid file names the running named' "$1" "$pid_read$pid_why"
  # Emptied at boot: what is not there is drift in the article's style, and made by the script in the other.
  [ -h "$pid_link" ] || return 0
  m_look "$pid_link"
  m_link_target "$pid_link"
  # Root's own link to what was read just now.
  [ "$m_uid:$m_target" = "0:$cage$pid_file" ] || read_pid "$pid_link"
  expect_equal "its link $pid_link leads there" "$1" "$pid_read$pid_why"
}

# prove_answers: each zone of the configuration is answered for, over UDP and TCP, with the serial of its file. What cannot
# be found out from here is reported, and is no failure.
prove_answers() {
  old_pid=${ours%% *}
  find_ask_port
  has_checkconf && m_have dig || {
    expect 'named answers' answers ''
    return 0
  }
  find_zones || :
  if [ ! -s "$m_work/zones" ]; then
    expect 'named answers' answers ''
    return 0
  fi
  closed=no
  ! may_be_closed || closed=yes
  ask_all_zones udp
  ask_all_zones tcp
  judge_zones udp tcp
  m_check 'named answers for each zone over udp' "$missing_udp"
  m_check 'named answers for each zone over tcp' "$missing"
  m_check 'named serves the serials of the zone files' "$stale"
  [ -z "$unseen" ] || notice "$unseen"
  observe serials "$(sort "$m_work/serials")"
}

# ask_all_zones udp|tcp: one dig for all of them; what it says is in $m_work/answers.udp or .tcp. Without recursion: who is sent elsewhere is
# not who serves the zone.
ask_all_zones() {
  asked_by=$1 option=+notcp
  [ "$1" = udp ] || option=+tcp
  set --
  while read -r zone rest; do
    set -- ${1+"$@"} "@$answers_at" "$zone" SOA
  done <"$m_work/zones"
  dig -p "$ask_port" $option +norec +noall +comments +question +answer +time=2 +tries=2 "$@" >"$m_work/answers.$asked_by" 2>/dev/null || :
}

# judge_zones WAY...: compares the answers with the zones. All results are in words, empty when there is nothing to say, and
# about the last WAY:
# - missing: zones that got no answer; missing_udp: those that got none over UDP;
# - stale: zones whose file has a serial ahead of the served one, so it was never loaded (a serial behind it is right for
# zones that are updated over the network: their file lags);
# - unseen: zones that cannot be judged from here, and why.
# The serials that are served are in $m_work/serials. It runs after may_be_closed, whose answer is in closed.
judge_zones() {
  awk -v ways="$*" -v answers="$m_work/answers." -v several="$m_work/zones.several" -v closed="$closed" -v at="$answers_at" -v serials="$m_work/serials" '
    function plain(name) { name = tolower(name); sub(/\.$/, "", name); return name == "" ? "." : name }
    function answered(line, way,    part, n) {
      n = split(line, part, " ")
      if (line ~ /^;; ->>HEADER<<-/) { code = line; sub(/.*status: /, "", code); sub(/,.*/, "", code); zone = "" }
      else if (line ~ /^;[^;]/ && part[n] == "SOA") { zone = plain(substr(part[1], 2)); rcode[way, zone] = code; served[way, zone] = "-" }
      else if (zone != "" && part[4] == "SOA" && plain(part[1]) == zone) served[way, zone] = part[7]
    }
    function add(kind, text) { list[kind] = list[kind] (list[kind] == "" ? "" : ", ") text }
    function judge(way, name, file_has, is_last,    code, serial) {
      if (!((way, name) in rcode)) { add(way, name); return }
      code = rcode[way, name]
      serial = served[way, name]
      # Answered, and no more: it is closed to us, or we are in a view that has it not.
      if (serial == "-" && closed == "yes" && code != "SERVFAIL") { if (is_last) add("unseen", name " (" code ")") }
      else if (serial == "-") add(way, name (code == "NOERROR" ? "" : " (" code ")"))
      else if (is_last && file_has + 0 > serial + 0) add("stale", name " is served with serial " serial ", its file has " file_has)
    }
    BEGIN {
      last = split(ways, asked, " ")
      printf "" >serials
      for (i = 1; i <= last; i++) while ((getline line < (answers asked[i])) > 0) answered(line, asked[i])
      for (key in served) {
        split(key, part, SUBSEP)
        if (part[1] == asked[last] && served[key] != "-") print part[2], served[key] >serials
      }
    }
    { for (i = 1; i <= last; i++) judge(asked[i], $1, $2, i == last) }
    END {
      while ((getline line < several) > 0) {
        name = line; sub(/ .*/, "", name); sub(/^[^ ]*/, "", line)
        add("several", name " (serials" line ")")
      }
      for (i = 1; i <= last; i++) if (asked[i] in list) print asked[i], "no answer for " list[asked[i]]
      if ("stale" in list) print "stale " list["stale"]
      if ("unseen" in list) print "unseen not served to " at ", so what others get cannot be checked here: " list["unseen"]
      if ("several" in list) print "unseen in several views, of which one was asked: " list["several"]
    }' "$m_work/zones" >"$m_work/zones.judged"
  missing='' missing_udp='' stale='' unseen=
  while read -r kind words; do
    case $kind in
      udp) missing_udp=$words ;;
      tcp) missing=$words ;;
      stale) stale=$words ;;
      unseen) unseen=$unseen${unseen:+$m_nl}$words ;;
    esac
  done <"$m_work/zones.judged"
  case " $* " in *' tcp '*) ;; *) missing=$missing_udp ;; esac
}

# may_be_closed: true when the configuration has views or says who may ask, so that a zone may be served to others only.
may_be_closed() {
  know_facts_of_cage
  while IFS= read -r fact; do
    [ "$fact" != closed ] || return 0
  done <"$facts_of_cage"
  return 1
}

# prove_listening: the port at which it is asked is held by our named, UDP and TCP.
prove_listening() {
  find_port_holders
  for way in udp tcp; do
    case $m_nl$listening in
      *"$m_nl$way "*) m_check "named listens on port $ask_port, $way" '' ;;
      *) m_check "named listens on port $ask_port, $way" 'it does not hold' ;;
    esac
  done
  observe '~listening' "$listening"
}

# find_port_holders: sets listening to `udp ADDRESS` and `tcp ADDRESS` of our named at the port, a line each; where there is no
# sockstat, of anybody.
find_port_holders() {
  if m_have sockstat; then
    while read -r socket_user socket_command socket_pid socket_fd socket_kind socket_at rest; do
      [ "$socket_pid" != "${ours%% *}" ] || printf '%s %s\n' "$socket_kind" "$socket_at"
    done <"$m_work/sockets"
  else
    netstat -an >"$m_work/sockets.all" 2>/dev/null || :
    while read -r socket_kind in_queue out_queue socket_at rest; do
      case $socket_kind in udp* | tcp*) printf '%s %s\n' "$socket_kind" "$socket_at" ;; esac
    done <"$m_work/sockets.all"
  fi >"$m_work/sockets.ours"
  listening=
  for way in tcp udp; do
    while read -r socket_kind socket_at; do
      case $socket_kind:$socket_at in "$way"*:*[.:]"$ask_port") ;; *) continue ;; esac
      case $m_nl$listening$m_nl in *"$m_nl$way $socket_at$m_nl"*) ;; *) listening="$listening${listening:+$m_nl}$way $socket_at" ;; esac
    done <"$m_work/sockets.ours"
  done
}

# prove_log: what named said since it started came from inside the cage, and it stands in the log.
prove_log() {
  log=/var/log/messages
  [ -f "$log" ] && [ -n "$ours" ] || return 0
  seen=
  if ! m_await 3 named_has_logged; then
    # The log may have been rotated since; it was not if the pid file is younger than the last full one.
    for full in "$log".0 "$log".0.gz "$log".1; do
      [ ! -f "$full" ] || [ -z "$(find "$full" -newer "$cage$pid_file" -print)" ] || return 0
    done
    seen="$log has no line of pid ${ours%% *} since it started"
  fi
  m_check 'what named logs in the cage reaches syslogd' "$seen"
}

# named_has_logged: the log has a line of our named, and not of one that had its pid before the last boot: none that
# stands above a line of before its start. Only lines of kernel and syslogd tell when that was: the time in a line of named
# is its own, and in a cage without /etc/localtime that is UTC. Lines name no year: it is counted back from today's.
named_has_logged() {
  date '+%a %b %d %H:%M:%S %Y' >"$m_work/log.now"
  start_of_named=
  [ ! -f "$m_work/named.ids" ] || while read -r pid start_of_it; do
    [ "$pid" != "${ours%% *}" ] || start_of_named=$start_of_it
  done <"$m_work/named.ids"
  [ -n "$start_of_named" ] || find_start_of_named
  printf '%s\n' "$start_of_named" >>"$m_work/log.now"
  awk -v tag="named[${ours%% *}]:" '
    function clock(month, day, time,    part) {
      split(time, part, ":")
      return (index("  JanFebMarAprMayJunJulAugSepOctNovDec", month) / 3 * 31 + day) * 86400 + part[1] * 3600 + part[2] * 60 + part[3]
    }
    NR == 1 { now = clock($2, $3, $4); this_year = $5; next }
    NR == 2 { start = clock($2, $3, $4); start_year = $5; next }
    $5 == tag { ours = NR }
    $5 ~ /^(syslogd(\[[0-9]+\])?|\/netbsd|kernel):$/ {
      at = clock($1, $2, $3)
      if (count && at < clocks[count] - 180 * 86400) year++
      count++
      clocks[count] = at
      years[count] = year
      lines[count] = NR
    }
    END {
      if (!ours) exit 1
      # Of a start that ps does not tell, any line is good enough.
      if (!start_year) exit 0
      if (count) latest = this_year - (clocks[count] > now) - years[count]
      for (i = count; i > 0; i--) {
        its_year = latest + years[i]
        if (its_year < start_year || its_year == start_year && clocks[i] < start) exit ours < lines[i]
      }
    }' "$m_work/log.now" "$log"
}

# find_start_of_named: sets start_of_named by ps. In company: alone it would be cut to the width of a day (docs/netbsd.md).
find_start_of_named() {
  ps -ww -o pid -o lstart -o command -p "${ours%% *}" >"$m_work/log.start" || :
  {
    read -r rest
    read -r rest start_of_named
  } <"$m_work/log.start" || start_of_named=
}

# prove_boot: the next boot starts it, once.
prove_boot() {
  if [ "$start_by" = rc.local ]; then
    expect 'the boot finds the rc script' test -r "$run_script"
  else
    rcorder -s nostart /etc/rc.d/* >"$m_work/boot.order" 2>/dev/null || :
    boot_starts=0
    while IFS= read -r line; do
      [ "$line" != "/etc/rc.d/$rc_file" ] || boot_starts=$((boot_starts + 1))
    done <"$m_work/boot.order"
    # Complaints about circles are ignored: pkgsrc's script provides `named` as the base one does, and the boot goes on.
    expect_equal 'the boot starts it once' 1 "$boot_starts"
  fi
  find_printed said_of_rcvar
  case $printed in
    *"$rc_switch=YES"* | *"$rc_switch=\"YES\""* | *"$rc_switch=yes"*) printed= ;;
    '') printed='it does not hold' ;;
  esac
  m_check 'it is enabled for the boot' "$printed"
}

said_of_rcvar() {
  (unset flags; sh "$run_script" rcvar 2>&1)
}
