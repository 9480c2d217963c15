# Making what waits, see together.sh: recorded first, then made, then looked at.

# m__make_waiting: makes what waits. A caller that has seen a path must look at it again. The ways to all paths are looked at
# anew, because a raw command may have given a directory away since the last look.
m__make_waiting() {
  [ ! -s "$m_work/waiting" ] || m__make_new
  [ -z "$m__rc_waits" ] || m__write_rc_conf
  [ ! -s "$m_work/waiting.events" ] || m__emit_lines "$m_work/waiting.events"
  : >"$m_work/waiting.events"
}

m__make_new() {
  m__waiting=$m_nl m__waiting_count=0
  m__forget_ways
  m__expected_files=$m_nl m__expected_dirs=$m_nl
  m__look_at_sources
  m__record_waiting
  m__make_new_directories
  m__make_new_files
  m__check_made file "$m__expected_files"
  m__give_new_directories
  m__check_made directory "$m__expected_dirs"
  m__forget_ways
  : >"$m_work/waiting"
}

# m__write_rc_conf: all that waits to be changed in m__rc_waits, as one change. The services that read what changes are recorded before it.
m__write_rc_conf() {
  local m__left m__new m__content_differs m__key m__value
  m_path=$m__rc_waits m__new=$m__rc_next m__left=$m__rc_changes
  m__rc_waits='' m__rc_next='' m__rc_changes=''
  m_begin rc_conf "$m_path"
  m_need content
  m_see "$m_path"
  m__text_of "$m_path"
  [ "$m_type:$m__text_read" = "file:$m__rc_before" ] || fail "rc_conf $m_path: somebody changed it while the run looked; run again"
  m_want_mode=$m_mode m_want_uid=$m_uid m_want_gid=$m_gid
  m__diff_old=$m_path m__content_differs=1
  while [ -n "$m__left" ]; do
    m__key=${m__left%%=*} m__value=${m__left#*=}
    m__value=${m__value%%"$m_nl"*}
    m__left=${m__left#*"$m_nl"}
    m__record_change "$m_path" "$m__new"
  done
  m__put_in_place
}

# m__look_at_sources: into $m_work/waiting.digests a line for each file that waits.
m__look_at_sources() {
  local m__kind m__path m__mode m__uid m__gid m__passes m__stays m__from m__whole m__bits m__links m__rest
  set --
  while IFS='|' read -r m__kind m__path m__mode m__uid m__gid m__passes m__stays m__from m__whole <&9; do
    [ "$m__kind" = dir ] || set -- ${1+"$@"} "$m__from"
  done 9<"$m_work/waiting"
  : >"$m_work/waiting.digests"
  [ $# -gt 0 ] || return 0
  ls -ldnL "$@" >"$m_work/waiting.sources" || fail "the file to copy no longer exists"
  while read -r m__bits m__links m_uid m_gid m__bytes m__rest; do
    ! m__is_hollow "/${m__rest#*" /"}" || fail "/${m__rest#*" /"}: $m_hold_why"
  done <"$m_work/waiting.sources"
  m__digests_of "$@" >"$m_work/waiting.digests" || fail "cannot read the file to copy"
}

# m__record_waiting: an entry for each, as of m_journal_path, and one sync for all of them. Into $m_work/waiting.dirs and waiting.files:
# what is to be made.
m__record_waiting() {
  local m__kind m__path m__mode m__uid m__gid m__passes m__stays m__from m__whole m__line m__post m__recorded
  m__recorded=$m_nl
  : >"$m_work/waiting.dirs"
  : >"$m_work/waiting.files"
  while IFS='|' read -r m__kind m__path m__mode m__uid m__gid m__passes m__stays m__from m__whole <&9; do
    m__post="$m__kind|$m__mode|$m__uid|$m__gid"
    if [ "$m__kind" = file ]; then
      IFS= read -r m__line <&8
      m__digest_in "$m__line"
    fi
    # Named twice, in a subshell.
    case $m__recorded in *"$m_nl$m__path$m_nl"*) continue ;; esac
    m_parent "$m__path"
    case $m__recorded in
      *"$m_nl$m_dir$m_nl"*) ;;
      *) m_walk "$m_dir" && [ -z "$m_foreign$m_missing" ] || fail "$m__path: somebody changed its directory while the run looked; run again" ;;
    esac
    ! is_there "$m__path" || fail "$m__path: somebody put it there while the run looked; run again"
    m__recorded=$m__recorded$m__path$m_nl
    m__record_hook
    m__record_program "$m__path"
    m__keep_time "$m_dir"
    m__seq=$((m__seq + 1))
    m__join "$m__seq" path "$m__path" "$m_step"
    if [ "$m__kind" = dir ]; then
      m__kept_times="$m__kept_times|$m__path|"
      m__expected_dirs=$m__expected_dirs$m__path$m_nl$m__post$m_nl
      printf '%s\n' "$m__path|$m__mode|$m__uid:$m__gid" >>"$m_work/waiting.dirs"
      m__post="$m__post|-"
    else
      m__expected_files=$m__expected_files$m__path$m_nl$m__post$m_nl
      printf '%s\n' "$m_dir|$m__mode|$m__uid:$m__gid|$m__seq|${m__path##*/}|$m__from|$m_digest_value" >>"$m_work/waiting.files"
      m__post="$m__post|$m_digest_value"
    fi
    printf '%s\n' "$m__joined|$m__passes|absent|-|-|-|-|$m__post|$m__stays|." >>"$m__receipt/journal" || fail "cannot write the journal in $m__receipt"
    m_escape "$m__path"
    m__note_change changed "$m_escaped"
    # It is a change of the whole, too, as in m_touched.
    [ -z "$m__whole" ] || m__note_change changed "$m__whole"
  done 8<"$m_work/waiting.digests" 9<"$m_work/waiting"
  m__sync
}

# m__make_new_directories: those behind each other that have one mode at once. One of root's alone gets its mode at once: a kill must not leave
# it closed, because the next run looks only at a declared mode.
m__make_new_directories() {
  local m__path m__mode m__rest m__with
  set --
  m__with=
  while IFS='|' read -r m__path m__mode m__rest; do
    case $m__mode in ?[0-7][0145][0145]) ;; *) m__mode=0700 ;; esac
    if [ "$m__mode" != "$m__with" ]; then
      [ $# -eq 0 ] || mkdir -m "$m__with" "$@" || fail "mkdir failed: $*"
      m__with=$m__mode
      set --
    fi
    set -- ${1+"$@"} "$m__path"
  done <"$m_work/waiting.dirs"
  [ $# -eq 0 ] || mkdir -m "$m__with" "$@" || fail "mkdir failed: $*"
}

# m__make_new_files: those of a directory are copied into a closed one beside their places, get owner and mode, and are moved: each is there
# whole, or not at all. It has the run's name, so that an undo finds it.
m__make_new_files() {
  local m__to m__mode m__owner m__number m__leaf m__rest m__temp m__last m__wanted
  LC_ALL=C sort "$m_work/waiting.files" >"$m_work/waiting.sorted"
  [ -s "$m_work/waiting.sorted" ] || return 0
  set --
  m__last='' m__temp='' m__wanted=$m_nl
  while IFS='|' read -r m__to m__mode m__owner m__number m__leaf m__rest; do
    [ "$m__to" = "$m__last" ] || {
      m__last=$m__to m__temp=$m__to/.muster-$m__run_id-$m__number
      m__note_temp "$m__temp"
      set -- ${1+"$@"} "$m__temp"
    }
    m__wanted=$m__wanted$m__temp/$m__leaf'|'$m__mode'|'$m__owner$m_nl
  done <"$m_work/waiting.sorted"
  mkdir -m 0700 "$@" && m__each_directory m__fill_one "$@" && m__give_new_files "$m__wanted" && m__each_directory m__move_one "$@" && rmdir "$@" || {
    m__each_directory m__drop_temps "$@"
    fail "cannot write in $m__last"
  }
}

m__each_directory() {
  local m__one_function m__temp
  m__one_function=$1
  shift
  for m__temp do
    "$m__one_function" "$m__temp" || return 1
  done
}

# m__fill_one CLOSED-DIRECTORY: with the files of the directory that it is in.
m__fill_one() {
  local m__here m__to m__mode m__owner m__number m__leaf m__from m__rest
  m__here=$1
  set --
  while IFS='|' read -r m__to m__mode m__owner m__number m__leaf m__from m__rest <&9; do
    [ "$m__to" = "${m__here%/*}" ] || continue
    if [ "${m__from##*/}" = "$m__leaf" ]; then
      set -- ${1+"$@"} "$m__from"
    else
      cp "$m__from" "$m__here/$m__leaf" || return 1
    fi
  done 9<"$m_work/waiting.sorted"
  [ $# -eq 0 ] || cp "$@" "$m__here/"
}

m__move_one() {
  mv -f "$1"/* "${1%/*}/"
}

# m__give_new_files WANTED: lines `PATH|MODE|OWNER`, in which those of one directory, mode and owner stand behind each other: most of
# them are so, as they were copied.
m__give_new_files() {
  local m__wanted m__left m__path m__access m__same m__bits m__links m__uid m__gid m__rest
  m__wanted=$1 m__left=${1#"$m_nl"}
  set --
  while [ -n "$m__left" ]; do
    set -- ${1+"$@"} "${m__left%%"|"*}"
    m__left=${m__left#*"$m_nl"}
  done
  ls -ldn "$@" >"$m_work/waiting.now" || return 1
  while read -r m__bits m__links m__uid m__gid m__rest; do
    m_octal "$m__bits"
    m_replace "$m__wanted" "$m_nl/${m__rest#*" /"}|$m_mode|$m__uid:$m__gid$m_nl" "$m_nl"
    m__wanted=$m_replaced
  done <"$m_work/waiting.now"
  m__left=${m__wanted#"$m_nl"} m__same=
  while [ -n "$m__left" ]; do
    m__path=${m__left%%"|"*} m__access=${m__left#*"|"}
    m__access=${m__access%%"$m_nl"*}
    if [ "$m__access" != "$m__same" ]; then
      [ -z "$m__same" ] || m__give_some "$@" || return 1
      m__same=$m__access
      set -- "$m__access"
    fi
    set -- "$@" "$m__path"
    m__left=${m__left#*"$m_nl"}
  done
  [ -z "$m__same" ] || m__give_some "$@"
}

# m__give_new_directories: gives new directories their owner and mode. Those that stay root's alone are done first, many at
# once. The others follow, the innermost first: the directories above one are still closed to its new owner.
m__give_new_directories() {
  local m__path m__mode m__owner m__accesses m__one m__backwards
  m__accesses=$m_nl m__backwards=
  while IFS='|' read -r m__path m__mode m__owner; do
    case $m__owner:$m__mode in
      "$m_self_uid":*:?[0-7][0145][0145])
        case $m__accesses in *"$m_nl$m__mode|$m__owner$m_nl"*) ;; *) m__accesses=$m__accesses$m__mode'|'$m__owner$m_nl ;; esac
        ;;
      *) m__backwards=$m__path'|'$m__mode'|'$m__owner$m_nl$m__backwards ;;
    esac
  done <"$m_work/waiting.dirs"
  m__accesses=${m__accesses#"$m_nl"}
  while [ -n "$m__accesses" ]; do
    m__one=${m__accesses%%"$m_nl"*}
    m__accesses=${m__accesses#*"$m_nl"}
    set -- "$m__one"
    while IFS='|' read -r m__path m__mode m__owner; do
      [ "$m__mode|$m__owner" != "$m__one" ] || set -- "$@" "$m__path"
    done <"$m_work/waiting.dirs"
    m__give_some "$@" || fail "cannot set owner or mode of $*"
  done
  set -- ''
  while [ -n "$m__backwards" ]; do
    m__one=${m__backwards%%"$m_nl"*}
    m__backwards=${m__backwards#*"$m_nl"}
    m__path=${m__one%%"|"*}
    # What is below it goes before it.
    if [ "$1" != "${m__one#*"|"}" ] || m__is_above "$m__path" "$@"; then
      m__give_some "$@" || fail "cannot set owner or mode of $*"
      set -- "${m__one#*"|"}"
    fi
    set -- "$@" "$m__path"
  done
  m__give_some "$@" || fail "cannot set owner or mode of $*"
}

# m__give_some MODE|OWNER PATH...
m__give_some() {
  local m__of_all
  [ -n "$1" ] || return 0
  m__of_all=$1
  shift
  chown "${m__of_all#*"|"}" "$@" && chmod "0${m__of_all%"|"*}" "$@"
}

# m__is_above DIRECTORY PATH...: one of them is in it.
m__is_above() {
  local m__top m__path
  m__top=$1
  shift
  for m__path do
    case $m__path in "$m__top"/*) return 0 ;; esac
  done
  return 1
}

# m__check_made file|directory EXPECTED: a line with a path and a line with its fingerprint, each: they are so; and files hold what was recorded.
m__check_made() {
  local m__left m__path m__bits m__links m__uid m__gid m__rest m__kind m__digests m__made
  m__made=$1
  m__left=${2#"$m_nl"}
  [ -n "$m__left" ] || return 0
  set -- "$2"
  while [ -n "$m__left" ]; do
    set -- "$@" "${m__left%%"$m_nl"*}"
    m__left=${m__left#*"$m_nl"*"$m_nl"}
  done
  m__left=$1
  shift
  ls -ldn "$@" >"$m_work/waiting.now" 2>/dev/null || m__not_made "$m__made" "$1" 'it or another one that was made with it is not there'
  m__digests=
  while read -r m__bits m__links m__uid m__gid m__rest; do
    m__path=/${m__rest#*" /"}
    m_octal "$m__bits"
    case $m__bits in -*) m__kind='file' m__digests=1 ;; d*) m__kind=dir ;; *) m__kind=other ;; esac
    case $m__left in
      *"$m_nl$m__path$m_nl$m__kind|$m_mode|$m__uid|$m__gid$m_nl"*) ;;
      *) m__not_made "$m__made" "$m__path" "it is $m__kind|$m_mode|$m__uid|$m__gid" ;;
    esac
  done <"$m_work/waiting.now"
  [ -z "$m__digests" ] || m__check_contents "$@"
}

m__check_contents() {
  local m__line
  m__digests_of "$@" >"$m_work/waiting.now" || m__not_made file "$1" 'it or another one that was made with it cannot be read'
  while IFS= read -r m__line; do
    m__digest_in "$m__line"
    IFS= read -r m__line <&9
    [ "$m_digest_value" = "${m__line##*"|"}" ] || m__not_made file "${m__line%%"|"*}" 'a file in it does not have the declared content'
  done <"$m_work/waiting.now" 9<"$m_work/waiting.files"
}

# m__not_made KIND PATH WORDS
m__not_made() {
  m__emit res failed "$1" "$2" "new; but afterwards $3" 0
  fail "$1 $2: the change had no effect: $3"
}
