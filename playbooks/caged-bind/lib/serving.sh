# What the named that serves really is: its command line, its root directory, where it listens, and what it answers. What the
# new one is to serve is held against that.

# look_at_serving: after look_at_named and find_ours: sets what the named that serves was started with:
#   old_pid          empty when none runs           old_is_ours  1 when it is the one in this cage
#   old_command      its command line               old_program  the first word of that
#   old_root         its root directory: empty, a path, or ? if it cannot be found out
#   old_conf         its configuration, as seen from that root
#   old_port         the port of its -p, or 53      old_options  its further options, a space before each
look_at_serving() {
  old_command='' old_program='' old_root='' old_conf='' old_port=53 old_options='' old_user='' old_is_ours=''
  serving_pid >"$m_work/serving"
  read -r old_pid rest <"$m_work/serving" || old_pid=
  while read -r pid user command; do
    [ "$pid" != "$old_pid" ] || old_command=$command
  done <"$m_work/named.ps"
  [ -n "$old_command" ] || return 0
  read_old_options
  look_at_root "$old_pid"
  # What it says of its root directory counts only where the kernel says the same, or nothing.
  case $root_inode in
    '') old_root= ;;
    "$cage_inode") old_root=$cage old_is_ours=1 ;;
    '?') ;;
    *) [ -n "$old_root" ] && [ "$(ls -ldi "$old_root" 2>/dev/null | awk '{ print $1 }')" = "$root_inode" ] || old_root='?' ;;
  esac
  [ -n "$old_conf" ] || find_its_default_conf
}

# read_old_options: takes the command line apart as named does (getopt).
read_old_options() {
  option=
  set -f
  # The words of a command line.
  # shellcheck disable=SC2086
  set -- $old_command
  set +f
  old_program=$1
  shift
  for word; do
    case $option in
      c) old_conf=$word ;;
      t) old_root=${word%/} ;;
      p) old_port=${word##*=} old_options="$old_options -p $word" ;;
      u) old_user=$word ;;
      '') ;;
      *) old_options="$old_options -$option $word" ;;
    esac
    [ -z "$option" ] || {
      option=
      continue
    }
    case $word in
      -[ctpuADELMSTUXdnNmx]) option=${word#-} ;;
      -c?*) old_conf=${word#-c} ;;
      -t?*) old_root=${word#-t} ;;
      -p?*) old_port=${word##*=} old_port=${old_port#-p} old_options="$old_options -p ${word#-p}" ;;
      -u?*) old_user=${word#-u} ;;
      -?*) old_options="$old_options $word" ;;
    esac
  done
  case $old_conf in '' | /*) ;; *) old_conf=/$old_conf ;; esac
  case $old_port in '' | *[!0-9]*) old_port=53 ;; esac
}

# find_its_default_conf: sets old_conf to the configuration that old_pid reads by default. Asked once: what takes the place of its program
# later is another one.
find_its_default_conf() {
  its_conf=$m_work/conf.of.$old_pid
  [ -f "$its_conf" ] || {
    find_default_conf "$old_program"
    printf '%s\n' "$default_conf" >"$its_conf"
  }
  IFS= read -r old_conf <"$its_conf"
}

# find_default_conf PROGRAM: sets default_conf to the configuration that it reads by default. Only a program that this playbook knows, and
# that root alone can change, is asked.
find_default_conf() {
  asked=$1 default_conf=/etc/named.conf
  [ "$1" != named ] || asked=/usr/sbin/named
  known_program "$asked" && is_roots "$asked" || return 0
  "$asked" -V >"$m_work/named.said" 2>/dev/null </dev/null || :
  while read -r said_of said_what said_path said_rest; do
    [ "$said_of $said_what" != 'named configuration:' ] || {
      default_conf=${said_path:-/etc/named.conf}
      return 0
    }
  done <"$m_work/named.said"
}

# refuse_other_serving: what the named that serves has, and the new one would not have: refused where it decides over what is
# answered, told where it does not.
refuse_other_serving() {
  [ -n "$old_pid" ] && [ -z "$old_is_ours" ] || return 0
  problems=
  if [ "$config_from" = host ] && ! same_file "$old_root$old_conf" "$named_conf"; then
    problems="the running named (pid $old_pid, $old_command) reads $old_root$old_conf, but the var named_conf is $named_conf: set named_conf to the file with the zones to serve"
  fi
  has_option -p "$old_port" || [ "$old_port" = 53 ] ||
    problems="$problems${problems:+; and }it answers at port $old_port (-p), and the new one would not: set the var named_options to '-p $old_port'"
  [ -z "$problems" ] || fail "$problems; nothing was stopped or replaced"
  lost=
  for word in $old_options; do
    case $word in
      -p) ;;
      -*) has_option "$word" '' || lost="$lost $word" ;;
    esac
  done
  [ -z "$lost" ] || notice "the running named runs with$lost, but the caged one will not; set the var named_options to keep them, such as '$(printf '%s' "${old_options# }")'"
}

# has_option OPTION VALUE: named_options has it.
has_option() {
  case " $named_options " in
    *" $1 $2 "* | *" $1$2 "*) return 0 ;;
  esac
  [ -z "$2" ] || return 1
  case " $named_options " in *" $1"*) return 0 ;; esac
  return 1
}

# same_file A B: they are one file, whatever links lead there.
same_file() {
  [ "$1" != "$2" ] || return 0
  case $1$2 in *"$m_nl"*) return 1 ;; esac
  one='' two=
  {
    read -r one rest || :
    read -r two rest || :
  } <<EOT
$(ls -ldiL "$1" "$2" 2>/dev/null)
EOT
  [ -n "$one" ] && [ "$one" = "$two" ] || return 1
  # Numbers are a file system's own.
  [ -d "$1" ] || cmp -s "$1" "$2"
}

# answers_from ADDRESS PORT: something answers there, whatever it says.
answers_from() {
  dig +norec +noall +comments +time=1 +tries=1 -p "$2" "@$1" . SOA 2>/dev/null </dev/null | grep HEADER >/dev/null
}

# refuse_silence: the named that serves is asked where the new one will be: what does not answer there now cannot show
# whether the new one serves. One that answers nowhere has nothing to lose.
refuse_silence() {
  [ -n "$old_pid" ] || return 0
  m_have dig || m_have host || return 0
  ! m_await 5 answers '' || return 0
  elsewhere=
  m_have sockstat || elsewhere=' (sockstat, which would show where it listens, is not installed)'
  listening_at "$old_pid" >"$m_work/listens"
  while read -r address port <&5; do
    [ "$address $port" != "$answers_at $ask_port" ] || continue
    ! answers_from "$address" "$port" ||
      elsewhere="$elsewhere${elsewhere:+, }$address$([ "$port" = 53 ] || printf ' port %s' "$port")"
  done 5<"$m_work/listens"
  if [ -z "$elsewhere" ]; then
    notice "the running named (pid $old_pid) answers at no address; it is replaced anyway"
    return 0
  fi
  fail "the running named (pid $old_pid) does not answer at $answers_at, where the new one would be asked; nothing was stopped or replaced. Set the var answers_at to an address at which it answers: $elsewhere"
}

# notice_unread: tells which files of the configuration are younger than its pid file, which named writes when it starts and
# when it reloads: what it serves may not be what they say.
notice_unread() {
  [ -n "$old_pid" ] && [ -z "$old_is_ours" ] || return 0
  for mark in /var/run/named/named.pid /var/run/named.pid; do
    [ -f "$mark" ] && [ ! -h "$mark" ] || continue
    set --
    while IFS= read -r fact; do
      case $fact in 'include	'*) [ ! -f "${fact#*	}" ] || set -- ${1+"$@"} "${fact#*	}" ;; esac
    done <"$m_work/facts"
    [ $# -gt 0 ] || return 0
    find -H "$@" -newer "$mark" -print >"$m_work/unread" 2>/dev/null || :
    unread=
    while IFS= read -r path; do
      unread=$unread${unread:+, }$path
    done <"$m_work/unread"
    [ -z "$unread" ] || notice "$unread changed after the running named (pid $old_pid) read it; reload it first, or its answers from the old text are compared with the new text"
    return 0
  done
}

# find_listening PID: after look_at_named, which saw the sockets: sets listening to `address port` of each UDP socket that it answers
# from, a line each, but link-local ones, which a question from here does not reach without its interface.
find_listening() {
  listening=
  m_have sockstat || return 0
  [ -f "$m_work/sockets" ] || sockstat -ln >"$m_work/sockets" 2>/dev/null || :
  find_listen_ports
  while read -r socket_user socket_command socket_pid socket_fd socket_kind socket_at rest; do
    case $socket_pid:$socket_kind:$socket_at in "$1":udp*:*[.:]*) ;; *) continue ;; esac
    socket_port=${socket_at##*[.:]}
    socket_at=${socket_at%[.:]*}
    # What it asks others from is no place where it answers: it has no fixed port there.
    case " $listen_ports " in *" ${socket_port:-none} "*) ;; *) continue ;; esac
    case $socket_at:$socket_kind in
      '*:udp6') socket_at=::1 ;;
      '*:'*) socket_at=127.0.0.1 ;;
    esac
    case $socket_at in '' | fe80* | *%*) continue ;; esac
    socket_at="$socket_at $socket_port"
    case $m_nl$listening$m_nl in *"$m_nl$socket_at$m_nl"*) ;; *) listening=$listening${listening:+$m_nl}$socket_at ;; esac
  done <"$m_work/sockets"
}

# listening_at PID: prints what find_listening finds.
listening_at() {
  find_listening "$1"
  [ -z "$listening" ] || printf '%s\n' "$listening"
}

# find_listen_ports: sets listen_ports to the ports that its configuration names, in any case the usual one.
find_listen_ports() {
  listen_ports="$old_port 53"
  [ ! -f "$m_work/facts" ] || while IFS= read -r fact; do
    case $fact in 'port	'*) listen_ports="$listen_ports ${fact#*	}" ;; esac
  done <"$m_work/facts"
}

# ask_everywhere NAME PID: `zone address port rcode serial` into the file NAME of the private directory, for each zone of the
# facts and each address and port at which the named PID answers; serial is - where there is none. One dig for all of them.
ask_everywhere() {
  : >"$m_work/$1"
  m_have dig && mentions "$m_work/facts" 'zone	' || return 0
  find_listening "$2"
  # An address that does not answer at all would cost a time-out for each zone.
  while read -r address port; do
    [ -n "$address" ] || continue
    printf '%s\n' "-p $port @$address +norec +noall +comments +stats +time=1 +tries=1 . SOA"
  done >"$m_work/ask.probes" <<EOT
$answers_at $old_port
$listening
EOT
  dig -f "$m_work/ask.probes" 2>/dev/null </dev/null | awk -F '\t' -v facts="$m_work/facts" '
    /^;; ->>HEADER<<-/ { answers = 1 }
    /^;; SERVER: / && answers {
      answers = 0
      port = address = $0
      sub(/^[^#]*#/, "", port); sub(/[^0-9].*/, "", port)
      sub(/^[^(]*\(/, "", address); sub(/\).*/, "", address)
      if (!seen[address, port]++) { at[++n] = address; ports[n] = port }
    }
    END {
      while ((getline line < facts) > 0) {
        if (split(line, part, "\t") < 2 || part[1] != "zone") continue
        name = tolower(part[2]); sub(/\.$/, "", name)
        if (!told[name]++) for (i = 1; i <= n; i++)
          print "-p " ports[i] " @" at[i] " +norec +noall +comments +question +answer +stats +time=2 +tries=2 " (name == "" ? "." : name) " SOA"
      }
    }' >"$m_work/ask.zones"
  [ -s "$m_work/ask.zones" ] || return 0
  dig -f "$m_work/ask.zones" 2>/dev/null | awk '
    function plain(name) { name = tolower(name); sub(/\.$/, "", name); return name == "" ? "." : name }
    /^;; ->>HEADER<<-/ { rcode = $0; sub(/.*status: /, "", rcode); sub(/,.*/, "", rcode); serial = "-"; zone = ""; next }
    /^;[^;]/ && $NF == "SOA" { zone = plain(substr($1, 2)); next }
    $4 == "SOA" && plain($1) == zone { serial = $7; next }
    /^;; SERVER: / && zone != "" {
      at = $3
      sub(/\(.*/, "", at)
      n = split(at, part, "#")
      print zone, part[1], part[2], rcode, serial
      zone = ""
    }' >"$m_work/$1"
}

# know_serial_order: sets serial_order to a function of awk: lower(one, other) is true if a serial is lower than another one (RFC 1982).
know_serial_order() {
  serial_order='
    function lower(one, other,    d) {
      d = other - one
      if (d < 0) d += 4294967296
      return d > 0 && d < 2147483648
    }'
}

# not_as_before BEFORE AFTER: prints in words what was answered with a serial before, and is not, or with a lower one (RFC 1982).
not_as_before() {
  know_serial_order
  awk -v before="$1" "$serial_order"'
    { rcode[$1 " " $2 " " $3] = $4; serial[$1 " " $2 " " $3] = $5 }
    END {
      while ((getline line < before) > 0) {
        split(line, part, " ")
        if (part[5] == "-") continue
        key = part[1] " " part[2] " " part[3]
        at = " at " part[2] (part[3] == 53 ? "" : " port " part[3])
        if (!(key in rcode)) text = part[1] at " (no answer)"
        else if (serial[key] == "-") text = part[1] at " (" rcode[key] ")"
        else if (lower(serial[key], part[5])) text = part[1] at " (serial " serial[key] ", and " part[5] " before)"
        else continue
        if (++n <= 5) list = list (list == "" ? "" : ", ") text
      }
      if (n) print list (n > 5 ? " and " n - 5 " more" : "")
    }' "$2"
}

# refuse_lower_serials: after check_as_in_cage: a zone that is served with a higher serial than its file has now would go back
# for everybody who has it already.
refuse_lower_serials() {
  [ -n "$old_pid" ] && [ -s "$m_work/checkconf" ] || return 0
  ask_everywhere answers.now "$old_pid"
  know_serial_order
  behind=$(awk -v answers="$m_work/answers.now" -v facts="$m_work/facts" "$serial_order"'
    BEGIN {
      while ((getline line < facts) > 0) {
        if (split(line, part, "\t") < 3 || part[1] != "read" || !sub(/^zone /, "", part[2])) continue
        line = tolower(part[2]); sub(/\.$/, "", line); files[line]++
      }
      while ((getline line < answers) > 0) { split(line, part, " "); if (part[5] != "-" && !(part[1] in served)) served[part[1]] = part[5] }
    }
    $1 == "zone" && / loaded serial / {
      name = tolower($2)
      sub(/:$/, "", name)
      sub(/\/in(\/[^\/]*)?$/, "", name)
      for (i = 3; i < NF; i++) if ($i == "serial") serial = $(i + 1)
      if (files[name] == 1 && (name in served) && lower(serial, served[name]) && ++n <= 5)
        list = list (list == "" ? "" : ", ") name " (" serial ", and " served[name] " is served)"
    }
    END { print list }' "$m_work/checkconf")
  [ -z "$behind" ] || fail "the serial of a zone would become lower, and its secondaries would refuse it: $behind; raise the serial in the zone file; nothing was stopped or replaced"
}
