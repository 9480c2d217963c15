# The frame that every resource stands in: options, looking, saying, and the overlay that lets a plan understand
# what earlier steps would have made. A resource looks; says `ok`; or says why not, and, when applying, journals its
# undo, changes, and looks again.

# m_options SPEC OPTION...: reads options into m_o_NAME (dashes become underscores). SPEC words: `name=` takes a
# value, `name+` collects values (one a line), `name` is a switch (1 or empty).
m_options() {
  local m__spec m__word m__name
  m__spec=$1
  shift
  for m__word in $m__spec; do
    m_replace "${m__word%[=+]}" - _
    eval "m_o_$m_replaced= m_has_$m_replaced="
  done
  while [ $# -gt 0 ]; do
    case $1 in
      --?*) m__name=${1#--} ;;
      *) fail "$m__resource: expected an option, got '$1'" ;;
    esac
    m_replace "$m__name" - _
    case " $m__spec " in
      *" $m__name= "* | *" $m__name+ "*)
        [ $# -ge 2 ] || fail "$m__resource: option --$m__name needs a value"
        ;;
      *" $m__name "*)
        eval "m_o_$m_replaced=1 m_has_$m_replaced=1"
        shift
        continue
        ;;
      *) fail "$m__resource: unknown option --$m__name (it has: $m__spec)" ;;
    esac
    case " $m__spec " in
      *" $m__name= "*) eval "m_o_$m_replaced=\$2 m_has_$m_replaced=1" ;;
      *) eval "m_o_$m_replaced=\"\${m_o_$m_replaced:+\$m_o_$m_replaced\$m_nl}\$2\" m_has_$m_replaced=1" ;;
    esac
    shift 2
  done
}

# m_begin RESOURCE TARGET: starts a resource.
m_begin() {
  # Some ask what waits, see together.sh. Any other looks at what is there.
  case $1 in
    rc_conf) ;;
    directory | file | template | copy) [ -z "$m__rc_waits" ] || m__make_waiting ;;
    *) ! m__some_wait || m__make_waiting ;;
  esac
  m__resource=$1
  m_target_name=$2
  m_why=
  m__diff_old=
  m__diff_new=
  m__diff_said=
  m__irreversible=0
  m__once=
  m__text=
  m__edited=
  [ -n "$m__group" ] || m__waits_itself=
  # What starts programs may give directories away.
  case $1 in
    command | service_running | restart | package | user | group)
      m__forget_ways
      m__names_of=
      ;;
  esac
}

# m_begin_path RESOURCE PATH [TARGET]: the same for a resource about a path, which is its target unless another one is given. Sets
# m_path.
m_begin_path() {
  m_begin "$1" "${3-$2}"
  m_path=$2
  case $2 in
    *"$m_nl"*) fail "$1: the path '$2' holds a newline" ;;
    */../* | */.. | */./* | */. | *//* | ?*/) fail "$1: the path '$2' is not in its plain form" ;;
    /*) ;;
    *) fail "$1: the path '$2' does not start with a slash" ;;
  esac
  [ "$1" = directory ] || ! m__waits "$2" || m__make_waiting
}

# m_need REASON: the resource is not as declared, because. Each reason is named once.
m_need() {
  case ", $m_why, " in *", $1, "*) return 0 ;; esac
  m_why=${m_why:+$m_why, }$1
}

# m_say STATUS REASON: reports the resource; inside as_one it counts instead.
m_say() {
  local m__line
  if [ -n "$m__group" ]; then
    m__group_total=$((m__group_total + 1))
    case $1 in
      change | changed)
        m__group_changed=$((m__group_changed + 1))
        m__hide "$m__resource $m_target_name: $2"
        m_escape "$m__hidden"
        printf 'd|+%s\n' "$m_escaped" >>"$m_work/group.diff"
        ;;
    esac
    return 0
  fi
  if [ "$1" = change ] && [ -n "$m__supposed" ]; then
    m__emit res change "$m__resource" "$m_target_name" "after $m__supposed_after: $2, if $m__supposed" "$m__irreversible" '' "$m__supposed_after"
  else
    [ "$1" != changed ] || m__begin_saying
    m__emit res "$1" "$m__resource" "$m_target_name" "$2" "$m__irreversible"
  fi
  case $1 in
    change | changed)
      if [ -n "$m__diff_said" ] && [ -n "$m__diff_new" ]; then
        while IFS= read -r m__line; do
          m__emit d "$m__line"
        done <"$m__diff_said"
      elif [ -n "$m__diff_new" ] && { [ -n "$m__edited" ] || { { [ -z "$m__diff_old" ] || m__is_text "$m__diff_old"; } && m__is_text "$m__diff_new"; }; }; then
        m__emit_diff "${m__diff_old:-/dev/null}" "$m__diff_new" "$m_target_name"
      fi
      ;;
  esac
  m__end_saying
}

# m_settled: true when there is nothing to do now: the resource is ok, or this is not an apply. Says which.
m_settled() {
  if [ -z "$m_why" ]; then
    m_say ok ''
    return 0
  fi
  if [ "$m__mode_run" != apply ]; then
    m_say change "$m_why"
    return 0
  fi
  [ "$m__irreversible" -eq 0 ] || [ "$m__allow_irreversible" = yes ] ||
    fail "$m__resource $m_target_name cannot be undone, and the run does not allow that (--allow-irreversible)"
  return 1
}

# m_depends REASON: in a plan, after will_exist: what is to change depends on what the step m_after brings, and cannot be
# known before. An apply may change something else then, or nothing.
m_depends() {
  m__emit res change "$m__resource" "$m_target_name" "after $m_after: $1" 0 '' "$m_after"
}

# m_suppose STEP TEXT: in a plan: what the resources from here to the end of this step say holds if TEXT, which is known only
# when STEP is done.
m_suppose() {
  m__supposed_after=$1
  m__supposed=$2
}
m__supposed=

# m_changed: reports the change that was made.
m_changed() {
  m_say changed "$m_why"
}

# m_stuck WHAT: the change was made and did not stick.
m_stuck() {
  m__emit res failed "$m__resource" "$m_target_name" "$m_why; but afterwards $1" "$m__irreversible"
  fail "$m__resource $m_target_name: the change had no effect: $1"
}

# as_one NAME TARGET [--together]: what follows until as_one_end is one line in plans and reports; its parts are its diff. With
# --together, what is new of them may be made at the end, see together.sh.
as_one() {
  case ${3-}:$m__bracket in
    *:1 | :) ;;
    --together:) m__begin_together ;;
    *) fail "as_one $1: unknown option $3" ;;
  esac
  m__waits_itself=
  m__group=$1
  m__group_target=$2
  m__group_total=0
  m__group_changed=0
  : >"$m_work/group.diff"
}

# as_one_later REASON: in a plan, parts that cannot be known yet would change too.
as_one_later() {
  m__group_changed=$((m__group_changed + 1))
  m__group_total=$((m__group_total + 1))
  m__hide "$1"
  m_escape "$m__hidden"
  printf 'd|+%s\n' "$m_escaped" >>"$m_work/group.diff"
}

as_one_end() {
  local m__status
  m__resource=$m__group
  m_target_name=$m__group_target
  m_why="$m__group_changed of $m__group_total parts"
  [ -n "$m__bracket" ] || {
    ! m__some_wait || m__make_waiting
    m__together=
  }
  m__group=
  m__irreversible=0
  if [ "$m__group_changed" -eq 0 ]; then
    m__emit res ok "$m__resource" "$m_target_name" '' 0
    return 0
  fi
  m__status=change
  [ "$m__mode_run" != apply ] || m__status=changed
  m__begin_saying
  m__emit res "$m__status" "$m__resource" "$m_target_name" "${1:-$m__group_changed of $m__group_total parts}" 0
  m__emit_lines "$m_work/group.diff"
  m__end_saying
}

# --- the overlay: what earlier resources of this plan would have made -------------------------------------------

# m_plan_path PATH TYPE MODE UID GID CONTENT-FILE: in a plan, PATH would now be this. CONTENT-FILE may be empty.
m_plan_path() {
  local m__copy m__planned_count
  [ "$m__mode_run" != apply ] || return 0
  m_touched "$1"
  m__copy=
  if [ -n "$6" ]; then
    m__planned_count=$(($(wc -l <"$m_work/planned") + 1))
    m__copy=$m_work/planned.$m__planned_count
    cp "$6" "$m__copy"
  fi
  m__join "$1" "$2" "$3" "$4" "$5" "$m__copy" "$m_step"
  printf '%s\n' "$m__joined" >>"$m_work/planned"
}

# m_see PATH: m_look through the overlay; also sets m_content, the file to read its content from, and m_after, the
# step that would make it when only the plan has it.
m_see() {
  m__content_foreign=
  # In what waits to be made there is nothing.
  m_is_planned "$1" || { m__waits "${1%/*}" && m_look "$1"; } || m__look_there "$1"
}

# m_is_planned PATH: the same of what only the plan has; false for what is as it is. Starts no process.
m_is_planned() {
  local m__hit m__p m__t m__m m__u m__g m__c m__s
  m_after=
  m_content=$1
  [ "$m__mode_run" != apply ] && [ -s "$m_work/planned" ] || return 1
  m_escape "$1"
  m__hit=
  while IFS='|' read -r m__p m__t m__m m__u m__g m__c m__s; do
    if [ "$m__p" = "$m_escaped" ]; then
      m__hit=1 m_type=$m__t m_mode=$m__m m_uid=$m__u m_gid=$m__g m_content=$m__c m_after=$m__s m_links=1
    elif [ "$m__t" = absent ]; then
      # What was below a directory that an earlier resource would remove is gone with it.
      case $m_escaped in "$m__p"/*) m__hit=1 m_type=absent m_mode=- m_uid=- m_gid=- m_content='' m_after=$m__s ;; esac
    fi
  done <"$m_work/planned"
  [ -n "$m__hit" ] || return 1
  if [ "$m_type" = file ] && [ -z "$m_content" ]; then
    m_content=$1
  fi
}

# m__would_install STEP-TEXT: in a plan, this step would bring files that nobody can name yet.
m__would_install() {
  [ "$m__mode_run" = apply ] || printf '%s\n' "$m_step" >>"$m_work/installs"
}

# will_exist PATH: true when PATH is there, or would be once earlier steps of the plan had run; sets m_after to
# that step (empty when it is there already).
will_exist() {
  # Without an overlay to look through, no process is needed.
  if [ "$m__mode_run" = apply ] || [ ! -s "$m_work/planned" ]; then
    m_after=
    ! is_there "$1" || return 0
  else
    m_see "$1"
    [ "$m_type" = absent ] || return 0
  fi
  if [ "$m__mode_run" != apply ] && [ -s "$m_work/installs" ]; then
    m_after=$(tail -n 1 "$m_work/installs")
    return 0
  fi
  return 1
}

# in_plan: true when nothing may be changed (plan and verify).
in_plan() {
  [ "$m__mode_run" != apply ]
}

# --- owner, group and mode ---------------------------------------------------------------------------------------

# m_need_owner: after m_see and m_options: adds reasons for owner, group and mode that differ from m_o_*, and sets
# m_want_uid, m_want_gid, m_want_mode to what the target should have (its present values where nothing is declared).
# $1 default mode, used when the target is absent.
m_need_owner() {
  m_want_uid=$m_uid m_want_gid=$m_gid m_want_mode=$m_mode
  if [ "$m_type" = absent ]; then
    m_want_uid=$m_self_uid m_want_gid=$m_self_gid m_want_mode=$1
  fi
  if [ -n "$m_o_owner" ]; then
    m_uid_of "$m_o_owner"
    [ -n "$m_id" ] || m__planned_account user "$m_o_owner" || in_plan || fail "$m__resource $m_target_name: there is no user '$m_o_owner'"
    m_want_uid=${m_id:-$m_o_owner}
  fi
  if [ -n "$m_o_group" ]; then
    m_gid_of "$m_o_group"
    [ -n "$m_id" ] || m__planned_account group "$m_o_group" || in_plan || fail "$m__resource $m_target_name: there is no group '$m_o_group'"
    m_want_gid=${m_id:-$m_o_group}
  fi
  if [ -n "$m_o_mode" ]; then
    m__normal_mode "$m_o_mode"
    m_want_mode=$m__mode_wanted
  fi
  [ "$m_type" != absent ] || return 0
  [ "$m_want_uid" = "$m_uid" ] || m_need "owner ${m_o_owner} (was uid $m_uid)"
  [ "$m_want_gid" = "$m_gid" ] || m_need "group ${m_o_group} (was gid $m_gid)"
  [ "$m_want_mode" = "$m_mode" ] || m_need "mode $m_want_mode (was $m_mode)"
}

# m_need_parent PATH: fails when the directory that is to hold PATH is not there and no earlier step would make it.
m_need_parent() {
  local m__wanted_dir
  m_parent "$1"
  m__wanted_dir=$m_dir
  ! m__waits "$m_dir" || {
    m__make_waiting
    m_look "$1"
  }
  will_exist "$m__wanted_dir" || fail "$m__resource $1: its directory $m__wanted_dir is not there; declare it first"
}
