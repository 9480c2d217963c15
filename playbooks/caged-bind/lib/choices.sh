# What this host's cage is like: worked out from vars and host by `choices`, which every state, verify and applies of
# this playbook calls first. Without a process, since every step pays for it; and once for all of them, as long as nothing changes,
# because sh reads a file byte by byte.
#
#   style        chroot8: rc.subr runs chroot(8) around a program that is in the cage as a whole (the article's way).
#                chrootdir: the rc script gives named its own -t; the program and its libraries stay outside.
#   program      the named that is to run        rc_script   the rc script that comes with it
#   package_rc_script  the package's, whichever runs
#   rc_text      a file that says what rc_script says, which may not be there yet; rc_known: no when that is a guess
#   rc_file      the script's name in /etc/rc.d  run_script  the script that is called, here and at boot
#   start_by     base, link, copy or rc.local: how the boot finds the script
#   rc_prefix    what the script calls itself: rc.conf's variables are named after that
#   rc_switch    the variable that enables it
#   pid_by       how a script that runs chroot(8) finds the pid file: rc.conf.d (told there), or link
#   pid_link     where such a link is, outside of the cage
#   knob         the variable that puts named into the cage
#   rc_args      what rc.conf's PREFIX_flags is to say, maybe nothing
#   syslog_by    flags (-p in syslogd_flags) or rc.d (rc.d/syslogd finds the cage by itself)
#   run_group    the group of what named may write
choices() {
  if m_is_known choices made; then
    . "$m_work/choices"
    # A plan may bring another one.
    m_is_planned "$rc_script" || return 0
  fi
  make_choices
  [ "$rc_known:$rc_text" = "yes:$rc_script" ] || return 0
  for chosen in style program rc_script package_rc_script rc_text rc_known rc_file run_script start_by rc_prefix rc_switch rc_config \
    rc_chrootdir rc_crypto pid_by pid_link knob rc_args syslog_by run_group further_paths; do
    eval "m_quote \"\$$chosen\""
    printf '%s=%s\n' "$chosen" "$m_quoted"
  done >"$m_work/choices"
  m_note_known choices made
}

make_choices() {
  : "${package_rc_script:=$rc_script}"
  rc_file=$rc_name
  if [ "$named_source" = base ]; then
    program=/usr/sbin/named
    rc_script=/etc/rc.d/named
    rc_file=named
  fi
  read_rc_script
  choose_style
  choose_start
  choose_args
  knob=${rc_prefix}_chroot
  [ "$style" = chroot8 ] || knob=${rc_prefix}_chrootdir
  choose_pid
  choose_group
  choose_further
  syslog_by=flags
  if [ "$style" = chrootdir ] && [ "$start_by" != rc.local ] && mentions /etc/rc.d/syslogd chrootdir; then
    syslog_by=rc.d
  fi
}

# read_rc_script: what the script says of itself. One that cannot be read yet is taken to be pkgsrc's own.
read_rc_script() {
  rc_prefix=named rc_switch=$rc_file pid_link='' rc_config=named rc_chrootdir=unknown rc_crypto=
  find_rc_text
  [ -f "$rc_text" ] || return 0
  rc_chrootdir=no
  while IFS= read -r text; do
    case $text in
      name=*) plain_word "${text#*=}" && rc_prefix=$word ;;
      rcvar=*) plain_word "${text#*=}" && rc_switch=$word ;;
      pidfile=*) plain_word "${text#*=}" && pid_link=$word ;;
      load_rc_config*) plain_word "${text#* }" && rc_config=$word ;;
    esac
    case $text in *_chrootdir*) rc_chrootdir=yes ;; esac
    case $text in *crypto*) rc_crypto=yes ;; esac
  done <"$rc_text"
  # A name that is put together in ways that plain_word does not follow.
  case $rc_prefix in '' | *[!A-Za-z0-9_]*) rc_prefix=named ;; esac
  case $rc_switch in '' | *[!A-Za-z0-9_]*) rc_switch=$rc_file ;; esac
  case $rc_config in '' | *[!A-Za-z0-9_]*) rc_config=$rc_prefix ;; esac
  case $pid_link in *'$'* | [!/]*) pid_link=/var/run/named/named.pid ;; esac
}

# find_rc_text: sets rc_text to a file with the text that the rc script is going to have. As a rule that is the script
# itself. In a plan it is the script that an earlier step would install. If there is none yet, in an apply too, it is the
# script in the package that is on offer. rc_known is no when that cannot be known; then a script that is there must do.
find_rc_text() {
  rc_text=$rc_script rc_known=yes
  if m_is_planned "$rc_script"; then
    if [ -f "$m_content" ]; then rc_text=$m_content; else rc_known=no; fi
  elif [ ! -f "$rc_script" ]; then
    [ -f "$m_work/rc.offered" ] || offered_rc_script >"$m_work/rc.offered"
    IFS= read -r rc_text <"$m_work/rc.offered" || rc_known=no
  fi
}

# offered_rc_script: prints where a script like the one that the package would bring is; nothing when nobody knows.
offered_rc_script() {
  [ "$named_source:$package_source" = package:binary ] || return 0
  package_offers "$rc_script" "$package_name" "$package_pattern" "$package_path" "$package_tool"
  [ -z "$m_offered" ] || printf '%s\n' "$m_offered"
}

# suppose_names: for a plan that names things after a script that nobody can read yet: it says that it does.
suppose_names() {
  [ "$rc_known" = yes ] || ! in_plan || ! will_exist "$rc_script" || m_suppose "$m_after" "its rc script is the one of pkgsrc"
}

# plain_word TEXT: sets word to what an assignment's right side means, as far as rc scripts go: quotes off, $name
# filled in.
plain_word() {
  word=${1%%[[:space:]]*}
  m_replace "${word%;}" '"' ''
  m_replace "$m_replaced" "'" ''
  # shellcheck disable=SC2016 # the script's own text
  m_replace "$m_replaced" '${name}' "$rc_prefix"
  # shellcheck disable=SC2016
  m_replace "$m_replaced" '$name' "$rc_prefix"
  # shellcheck disable=SC2016
  m_replace "$m_replaced" '$rcvar' "$rc_switch"
  word=$m_replaced
}

# choose_style: once a run, so that a package which this very run installs does not change the mind of later steps:
# what was planned is what is done. The step `package` fails when the script cannot do what was chosen.
choose_style() {
  style=$cage_style
  [ "$style" = auto ] || return 0
  if [ -s "$m_work/style" ]; then
    IFS= read -r style <"$m_work/style"
    return 0
  fi
  style=chrootdir
  # A script of 2005 or later sets rc_flags, which an rc.subr of 1.x does not read: named would run as root, uncaged.
  case $fact_release:$rc_chrootdir in 1.*:* | *:no) style=chroot8 ;; esac
  printf '%s\n' "$style" >"$m_work/style"
}

choose_start() {
  start_by=$start_up
  run_script=/etc/rc.d/$rc_file
  if [ "$named_source" = base ]; then
    start_by=base
  elif [ "$start_up" = auto ]; then
    # pkg_add puts a copy there itself if PKG_RCD_SCRIPTS is set; rc.local is the article's answer to a
    # /usr/pkg that cannot be read when the boot looks for scripts, but syslogd's own way to find cages wants a file.
    if [ -f "/etc/rc.d/$rc_file" ] && [ ! -h "/etc/rc.d/$rc_file" ]; then
      start_by=copy
    elif [ "$fact_mount_usr_pkg" = "$fact_mount_root" ]; then
      start_by='link'
    elif [ "$style" = chrootdir ]; then
      start_by=copy
    else
      start_by=rc.local
    fi
  fi
  [ "$start_by" != rc.local ] || run_script=$rc_script
}

# choose_args: in the chrootdir style the script adds `-u named -t CAGE` itself. pkgsrc's named looks for its
# configuration below /usr/pkg/etc since 2005 or so, the one of the article's day in /etc.
choose_args() {
  rc_args=
  if [ "$style" = chroot8 ] || [ "$run_user" != named ]; then
    rc_args="-u $run_user"
  fi
  case $named_source:$fact_release:$named_conf in
    base:*:/etc/named.conf | *:1.*:/etc/named.conf) ;;
    *) rc_args="$rc_args -c $named_conf" ;;
  esac
  [ -z "$named_options" ] || rc_args="$rc_args $named_options"
  rc_args=${rc_args# }
}

# choose_pid: a script that names a pid file can read another one from its rc.conf.d, which outlives a reboot. A link in
# /var/run, the article's way, does not; it remains for scripts that name none, and for an rc.subr without rc.conf.d.
choose_pid() {
  pid_by='link'
  if [ -n "$pid_link" ] && mentions /etc/rc.subr rc.conf.d; then
    pid_by=rc.conf.d
  fi
  : "${pid_link:=/var/run/named.pid}"
}

# choose_group: by default the primary group of the user; for a user that a step will make, the group that is made with it.
choose_group() {
  [ -z "$run_group" ] || return 0
  m_passwd_entry "$run_user"
  run_group=$run_user
  [ -n "$m_entry" ] || return 0
  IFS=: read -r name password uid run_group rest <<EOF
$m_entry
EOF
  while IFS=: read -r name password gid rest; do
    if [ "$gid" = "$run_group" ]; then
      run_group=$name
      return 0
    fi
  done </etc/group
}

# choose_further: the base system's rc script moves these into the cage at its first start, whatever named reads: what is
# there already is left alone by it, and a rollback knows of it.
choose_further() {
  [ "$named_source:$style" = base:chrootdir ] || return 0
  for path in /etc/named.conf /etc/namedb; do
    [ "$path" != "$named_conf" ] && [ "$path" != "$namedb" ] && [ -e "$path" ] || continue
    case $m_nl$further_paths$m_nl in *"$m_nl$path$m_nl"*) ;; *) further_paths=$further_paths${further_paths:+$m_nl}$path ;; esac
  done
}

# mentions FILE WORD: true when WORD is in FILE; false when there is no such file.
mentions() {
  [ -f "$1" ] || return 1
  while IFS= read -r text; do
    case $text in *"$2"*) return 0 ;; esac
  done <"$1"
  return 1
}

# only_in_chroot8 REASON: for steps that only the article's style needs; says why the other does not.
only_in_chroot8() {
  choices
  [ "$style" = chroot8 ] || {
    printf 'cage style chrootdir: %s\n' "$1"
    return 1
  }
}
