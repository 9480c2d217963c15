# Starting the old named again at once, when the new one does not serve. What ps showed of it may be its own invention, so its
# command line is built anew from what the kernel says and from options that lend nobody the rights of root.

# build_old: after look_at_serving and remember_old: sets again to the words that start it, program first, or again_why to
# why it is not started by them; then the run is rolled back, and its rc script starts it.
build_old() {
  again='' again_words='' again_why=
  look_at_process "$old_pid" && judge_process || {
    again_why="pid $old_pid has ended"
    return 1
  }
  [ "$proc_program" != named ] || proc_program=/usr/sbin/named
  again_root=$old_root
  [ -z "$old_cage" ] || again_root=$old_cage
  case $again_root in '?') again_why='its root directory cannot be found out' ;; esac
  [ -n "$again_why" ] || take_options || [ -n "$again_why" ] || again_why='its options are not known to this playbook'
  [ -z "$again_why" ] || return 1
  if [ -n "$again_root" ]; then
    must_be_roots "$again_root" || return 1
  fi
  # By chroot(8), everything that it loads is in there.
  must_be_roots "${old_cage:+$old_cage}$proc_program" && must_be_roots "$again_root${again_conf:-$old_conf}" || return 1
  again=$proc_program$again_words
}

# must_be_roots PATH
must_be_roots() {
  is_roots "$1" || {
    again_why=$roots_why
    return 1
  }
}

# take_options: of proc_arguments, those that mean the same for root as for everybody: the rest would have root write or
# load what the command line names. It runs as who it runs, in the root directory that it has, whatever it says.
take_options() {
  again_user='' again_caged='' again_conf=
  set -f
  # The words of a command line.
  # shellcheck disable=SC2086
  set -- $proc_arguments
  set +f
  while [ $# -gt 0 ]; do
    option=$1
    shift
    case $option in
      -4 | -6 | -s)
        again_words="$again_words $option"
        continue
        ;;
      -[unctpUSD]) [ $# -gt 0 ] || return 1 ;;
      -[unctpUSD]?*)
        value=${option#??}
        set -- "$value" "$@"
        option=${option%"$value"}
        ;;
      *)
        again_why="its option $(printf '%s' "$option" | tr -dc 'A-Za-z0-9-') is not one that root may take from a process"
        return 1
        ;;
    esac
    take_option "$option" "$1" || return 1
    shift
  done
  [ "$proc_uid" = 0 ] || [ -n "$again_user" ] || {
    again_why="it runs as uid $proc_uid, and does not say so (-u)"
    return 1
  }
  [ -z "$again_root" ] || [ -n "$again_caged$old_cage" ] || {
    again_why="its root directory is $again_root, and it does not say so (-t)"
    return 1
  }
}

# take_option OPTION VALUE
take_option() {
  case $1:$2 in
    -[nUS]:*[!0-9]* | -p:*[!a-z0-9=]* | -D:*[!A-Za-z0-9._-]* | -?:) false ;;
    -u:*)
      m_uid_of "$2"
      [ "$m_id" = "$proc_uid" ] && again_user=$2
      ;;
    -t:*) [ "${2%/}" = "$again_root" ] && [ -z "$old_cage" ] && again_caged=1 ;;
    -c:/*) again_conf=$2 && is_its_conf "$2" ;;
    -c:*) false ;;
    *) : ;;
  esac && again_words="$again_words $1 $2" && return 0
  again_why="its option $1 does not say what is so"
  return 1
}

# is_its_conf FILE: what is read as root, and quoted in the log where it is no configuration, is nobody's choice but root's:
# the var names it, the program itself, or rc.conf as it was before this run.
is_its_conf() {
  [ "$proc_uid" != 0 ] || return 0
  [ "$1" != "$named_conf" ] || return 0
  find_default_conf "$proc_program"
  [ "$1" != "$default_conf" ] || return 0
  mentions /etc/rc.conf "-c $1" || mentions /etc/rc.conf.d/named "-c $1"
}
