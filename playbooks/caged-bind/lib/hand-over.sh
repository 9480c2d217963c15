# Resources of this playbook: from the named that serves to the caged one, with as little in between as can be. Here what is
# looked at and proved before; switch.sh has the rest.

# look_at_root PID: sets root_inode and root_mount, empty when the process is not caged (fstat prints a root line only for
# one that is), and ? when nothing on this host can tell; and cage_inode.
look_at_root() {
  [ -f "$m_work/proc.rows.$1" ] || fstat -p "$1" >"$m_work/proc.rows.$1" 2>/dev/null || :
  root_inode='?' root_mount='?' root_rows=0
  while read -r root_user root_command root_pid root_fd mount inode rest; do
    root_rows=$((root_rows + 1))
    case $root_rows:$root_fd in
      1:*) continue ;;
      *:root) root_inode=$inode root_mount=$mount ;;
      *) root_inode='' root_mount='' ;;
    esac
    [ "$root_fd" != root ] || break
  done <"$m_work/proc.rows.$1"
  # fstat prints a dash for a file system that it does not know, such as ZFS; procfs knows all of them.
  case $root_inode in *[!0-9]*) look_at_procfs "$1" ;; esac
  # Once for a look at all of them.
  [ -z "${cage_inode-}" ] || return 0
  read -r cage_inode rest <<EOT
$(ls -ldi "$cage" 2>/dev/null)
EOT
  printf '%s\n' "$cage_inode" >"$m_work/cage.inode"
}

look_at_procfs() {
  root_inode='?' root_mount='?'
  [ -d "/proc/$1/root/." ] || return 0
  read -r root_inode rest <<EOT
$(ls -ldi "/proc/$1/root/.")
EOT
  root_mount=$(m_mount_of "/proc/$1/root/.")
}

# find_cage_mount: sets cage_mount to the mount point of the file system that holds the cage.
find_cage_mount() {
  m_is_known cage-mount yes || {
    m_mount_of "$cage" >"$m_work/cage.mount"
    m_note_known cage-mount yes
  }
  IFS= read -r cage_mount <"$m_work/cage.mount" || :
}

# root_can_be_seen: false when neither fstat nor procfs could tell whether a process has the cage as its root directory.
# Asked of a working directory there, so it can be known before there is such a process.
root_can_be_seen() {
  [ ! -d "/proc/$$/root/." ] || return 0
  case $(cd "$cage" && sh -c 'fstat -p "$$"' 2>/dev/null | awk '$4 == "wd" { print $6; exit }') in
    '' | *[!0-9]*) return 1 ;;
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
    # A BIND 8 gets the group as well. (The -g of BIND 9 takes no word.)
    m_replace "$m_replaced" ' -g named ' ' '
    left=$m_replaced
  fi
  left=${left# }
  left=${left% }
  [ -z "$left" ] || wrong="${wrong:+$wrong, }'$left' was not declared"
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

# hand_over TOKEN...: one named runs: ours, in the cage, with the flags of rc.conf, started after the last change of each TOKEN (see
# `restart --when-changed`). Everything is proved and recorded before the old one stops. If the new one does not serve all that was
# served, the old one does again, the run is rolled back, and the step fails, whatever ends it.
hand_over() {
  m_begin hand_over "$rc_file"
  seen_before=
  ! m_is_known named seen || seen_before=1
  know_named
  find_ours
  refuse_strangers
  while read -r pid command; do
    [ -n "$pid" ] || continue
    m_need "stop $command"
  done <<EOT
$others
EOT
  need_ours "$@"
  if m_settled; then
    in_plan || move_into_cage
    return 0
  fi
  why=$m_why
  # A step that is about to stop one looks again.
  [ -z "$seen_before" ] || {
    look_at_named
    find_ours
    refuse_strangers
  }
  m_forget_known
  all_or_nothing
  rehearse
  look_at_serving
  refuse_other_serving
  find_places
  look_into_cage
  wrong=
  for kind in setid devices-found writable names; do
    find_complaints "$kind"
    wrong=$wrong${wrong:+${words:+, }}$words
  done
  [ -z "$wrong" ] || fail "the cage would not be closed, nothing was stopped: $wrong"
  find_ask_port
  ask_everywhere answers.before "$old_pid"
  prepare_taking_over
  remember_old
  again='' again_why=
  [ -z "$old_pid" ] || build_old || :
  m_with_one_sync record_hand_over
  list_cage "$m_work/cage.before"
  m_guard "$(end_of_new; end_of_found)"
  stop_old
  ! serves_from_host || take_over -newer "$m_work/taken.stamp"
  record_hand_backs
  move_into_cage
  m_begin hand_over "$rc_file"
  m_need "$why"
  pid_link_is_right || m_put_link "$cage$pid_file" "$pid_link" || :
  start_new
  serves_within "$load_limit" || put_back
  record_found
  m_unguard
  m_restarted "$rc_file"
  m_changed
}

# move_into_cage: the base system's rc script does that at its first start; done here, a rollback knows of it.
move_into_cage() {
  [ "$named_source:$style" = base:chrootdir ] || return 0
  for path in /etc/namedb /etc/named.conf /etc/rndc.key; do
    moved_into_cage "$path"
  done
}

# prepare_taking_over: while the old one still serves: what it wrote so far is taken over, so that little is left to do later.
prepare_taking_over() {
  serves_from_host || return 0
  refuse_second_names
  : >"$m_work/taken.stamp"
  # Times of files may have no fractions: what is written from here on is younger by any clock.
  sleep 1
  take_over
  [ "$taken" -eq 0 ] || notice "hand_over $rc_file: $taken files were copied that the running named wrote after the content was copied"
}

# find_ask_port: sets ask_port: where named is asked at answers_at.
find_ask_port() {
  ask_port=53
  if [ -n "${old_pid-}" ]; then
    find_listening "$old_pid"
    ask_port=
    while read -r address port; do
      [ "$address" = "$answers_at" ] || continue
      if [ "$port" = 53 ] || [ -z "$ask_port" ]; then ask_port=$port; fi
      [ "$port" != 53 ] || break
    done <<EOT
$listening
EOT
    : "${ask_port:=53}"
  elif [ -f "$m_work/facts" ]; then
    while IFS= read -r fact; do
      case $fact in 'port	'*)
        ask_port=${fact#*	}
        break
        ;;
      esac
    done <"$m_work/facts"
  fi
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

# need_fresh_content: finds what was edited in the cage itself, and never loaded. Configuration is that if it is younger than
# the pid file, which named writes at each start and each reload. A zone is that if named does not serve it, or serves
# another serial. Zones are asked only when there is a file that is younger.
need_fresh_content() {
  m_look "$cage$pid_file"
  case $m_type in
    file | absent) ;;
    *)
      m_need "restart it: its pid file is not a file, but a $m_type"
      return 0
      ;;
  esac
  config_files
  # The names are words: named.conf is read by people.
  # shellcheck disable=SC2086
  find -H $config -newer "$cage$pid_file" -print >"$m_work/edited" 2>/dev/null || :
  edited=
  while IFS= read -r path; do
    edited=$edited${edited:+, }$path
  done <"$m_work/edited"
  if [ -n "$edited" ]; then
    m_need "restart it: $edited changed after it was started"
    return 0
  fi
  [ -n "$(find "$cage$namedb" -type f -newer "$cage$pid_file" ! -user "$run_user" -print 2>/dev/null)" ] || return 0
  has_checkconf && m_have dig && find_zones || return 0
  closed=no
  ! may_be_closed || closed=yes
  old_pid=${ours%% *}
  find_ask_port
  ask_all_zones udp
  judge_zones udp
  for seen in "$stale" "$missing"; do
    [ -z "$seen" ] || m_need "restart it: $seen"
  done
}

# config_files: sets config to named.conf in the cage and what it includes, one a line.
config_files() {
  know_facts_of_cage
  config=
  while IFS= read -r path; do
    case $path in 'include	'*) path=$cage${path#*	} ;; *) continue ;; esac
    [ ! -f "$path" ] || config=$config${config:+$m_nl}$path
  done <"$facts_of_cage"
}

# know_facts_of_cage: sets facts_of_cage to a file with the facts of the configuration in the cage: what is known already, or what
# stands in it.
know_facts_of_cage() {
  facts_of_cage=$m_work/facts
  m_is_known facts "root $cage" && return 0
  facts_of_cage=$m_work/facts.of-cage
  configuration_facts "$cage" "$named_conf" >"$facts_of_cage"
}

# rehearse: what can be proved while the old one still serves: the program starts in its cage, and accepts its
# configuration and zones there. Leaves the zones with their serials in $m_work/zones.
rehearse() {
  root_can_be_seen || fail "whether named is in $cage cannot be checked on this host, nothing was stopped: fstat shows no inodes of that file system, and there is no /proc (mount -t procfs procfs /proc)"
  if [ "$style" = chroot8 ]; then
    said=$(starts_in_cage 2>&1) || fail "$program does not start inside the cage, nothing was stopped: $said"
  fi
  if ! has_checkconf; then
    notice 'there is no named-checkconf: the configuration is not checked before the old named stops'
    : >"$m_work/zones"
    no_facts
    return 0
  fi
  read_configuration "$cage" || :
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
      # `NAME/CLASS:`, maybe with a view; a name may hold a / itself (RFC 2317).
      name = tolower($2)
      sub(/:$/, "", name)
      if (name !~ /\/in(\/[^\/]*)?$/) next
      sub(/\/in(\/[^\/]*)?$/, "", name)
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
