# The frame that every resource stands in: options, looking, saying, and the overlay that lets a plan understand
# what earlier steps would have made. A resource looks; says `ok`; or says why not, and, when applying, journals its
# undo, changes, and looks again.

# m_options SPEC OPTION...: reads options into m_o_NAME (dashes become underscores). SPEC words: `name=` takes a
# value, `name+` collects values (one a line), `name` is a switch (1 or empty).
m_options() {
  m_spec=$1
  shift
  for m_word in $m_spec; do
    m_replace "${m_word%[=+]}" - _
    eval "m_o_$m_replaced= m_has_$m_replaced="
  done
  while [ $# -gt 0 ]; do
    case $1 in
      --?*) m_name=${1#--} ;;
      *) fail "$m_resource: expected an option, got '$1'" ;;
    esac
    m_replace "$m_name" - _
    case " $m_spec " in
      *" $m_name= "* | *" $m_name+ "*)
        [ $# -ge 2 ] || fail "$m_resource: option --$m_name needs a value"
        ;;
      *" $m_name "*)
        eval "m_o_$m_replaced=1 m_has_$m_replaced=1"
        shift
        continue
        ;;
      *) fail "$m_resource: unknown option --$m_name (it has: $m_spec)" ;;
    esac
    case " $m_spec " in
      *" $m_name= "*) eval "m_o_$m_replaced=\$2 m_has_$m_replaced=1" ;;
      *) eval "m_o_$m_replaced=\"\${m_o_$m_replaced:+\$m_o_$m_replaced\$m_nl}\$2\" m_has_$m_replaced=1" ;;
    esac
    shift 2
  done
}

# m_begin RESOURCE TARGET: starts a resource.
m_begin() {
  m_resource=$1
  m_target_name=$2
  m_why=
  m_diff_old=
  m_diff_new=
  m_irreversible=0
  m_once=
  # What starts programs may give directories away.
  case $1 in command | service_running | restart | package | user | group) m_forget_ways ;; esac
}

# m_begin_path RESOURCE TARGET: the same for a resource whose target is a path.
m_begin_path() {
  m_begin "$1" "$2"
  case $2 in
    *"$m_nl"*) fail "$1: the path '$2' holds a newline" ;;
    */../* | */.. | */./* | */. | *//* | ?*/) fail "$1: the path '$2' is not in its plain form" ;;
    /*) ;;
    *) fail "$1: the path '$2' does not start with a slash" ;;
  esac
}

# m_need REASON: the resource is not as declared, because. Each reason is named once.
m_need() {
  case ", $m_why, " in *", $1, "*) return 0 ;; esac
  m_why=${m_why:+$m_why, }$1
}

# m_say STATUS REASON: reports the resource; inside as_one it counts instead.
m_say() {
  if [ -n "$m_group" ]; then
    m_group_total=$((m_group_total + 1))
    case $1 in
      change | changed)
        m_group_changed=$((m_group_changed + 1))
        m_hide "$m_resource $m_target_name: $2"
        m_escape "$m_hidden"
        printf 'd|+%s\n' "$m_escaped" >>"$m_work/group.diff"
        ;;
    esac
    return 0
  fi
  if [ "$1" = change ] && [ -n "$m_supposed" ]; then
    m_emit res change "$m_resource" "$m_target_name" "after $m_supposed_after: $2, if $m_supposed" "$m_irreversible" '' "$m_supposed_after"
  else
    m_emit res "$1" "$m_resource" "$m_target_name" "$2" "$m_irreversible"
  fi
  case $1 in
    change | changed)
      if [ -n "$m_diff_new" ] && { [ -z "$m_diff_old" ] || m_is_text "$m_diff_old"; } && m_is_text "$m_diff_new"; then
        m_emit_diff "${m_diff_old:-/dev/null}" "$m_diff_new" "$m_target_name"
      fi
      ;;
  esac
}

# m_settled: true when there is nothing to do now: the resource is ok, or this is not an apply. Says which.
m_settled() {
  if [ -z "$m_why" ]; then
    m_say ok ''
    return 0
  fi
  if [ "$m_mode_run" != apply ]; then
    m_say change "$m_why"
    return 0
  fi
  [ "$m_irreversible" -eq 0 ] || [ "$m_allow_irreversible" = yes ] ||
    fail "$m_resource $m_target_name cannot be undone, and the run has no consent to that (--allow-irreversible)"
  return 1
}

# m_depends REASON: in a plan, after will_exist: what is to change depends on what the step m_after brings, and cannot be
# known before. An apply may change something else then, or nothing.
m_depends() {
  m_emit res change "$m_resource" "$m_target_name" "after $m_after: $1" 0 '' "$m_after"
}

# m_suppose STEP TEXT: in a plan: what the resources from here to the end of this step say holds if TEXT, which is known only
# when STEP is done.
m_suppose() {
  m_supposed_after=$1
  m_supposed=$2
}
m_supposed=

# m_changed: reports the change that was made.
m_changed() {
  m_say changed "$m_why"
}

# m_stuck WHAT: the change was made and did not stick.
m_stuck() {
  m_emit res failed "$m_resource" "$m_target_name" "$m_why; but afterwards $1" "$m_irreversible"
  fail "$m_resource $m_target_name: the change did not stick: $1"
}

# as_one NAME TARGET: what follows until as_one_end is one line in plans and reports; its parts are its diff.
as_one() {
  m_group=$1
  m_group_target=$2
  m_group_total=0
  m_group_changed=0
  : >"$m_work/group.diff"
}

# as_one_later REASON: in a plan, parts that cannot be known yet would change too.
as_one_later() {
  m_group_changed=$((m_group_changed + 1))
  m_group_total=$((m_group_total + 1))
  m_hide "$1"
  m_escape "$m_hidden"
  printf 'd|+%s\n' "$m_escaped" >>"$m_work/group.diff"
}

as_one_end() {
  m_resource=$m_group
  m_target_name=$m_group_target
  m_group=
  m_irreversible=0
  if [ "$m_group_changed" -eq 0 ]; then
    m_emit res ok "$m_resource" "$m_target_name" '' 0
    return 0
  fi
  m_status=change
  [ "$m_mode_run" != apply ] || m_status=changed
  m_emit res "$m_status" "$m_resource" "$m_target_name" "${1:-$m_group_changed of $m_group_total parts}" 0
  cat "$m_work/group.diff" >>"$m_events"
}

# --- the overlay: what earlier resources of this plan would have made -------------------------------------------

# m_plan_path PATH TYPE MODE UID GID CONTENT-FILE: in a plan, PATH would now be this. CONTENT-FILE may be empty.
m_plan_path() {
  [ "$m_mode_run" != apply ] || return 0
  m_touched "$1"
  m_copy=
  if [ -n "$6" ]; then
    m_planned_count=$(($(wc -l <"$m_work/planned") + 1))
    m_copy=$m_work/planned.$m_planned_count
    cp "$6" "$m_copy"
  fi
  m_join "$1" "$2" "$3" "$4" "$5" "$m_copy" "$m_step"
  printf '%s\n' "$m_joined" >>"$m_work/planned"
}

# m_see PATH: m_look through the overlay; also sets m_content, the file to read its content from, and m_after, the
# step that would make it when only the plan has it.
m_see() {
  m_content_foreign=
  m_is_planned "$1" || m_look_there "$1"
}

# m_is_planned PATH: the same of what only the plan has; false for what is as it is. Starts no process.
m_is_planned() {
  m_after=
  m_content=$1
  [ "$m_mode_run" != apply ] && [ -s "$m_work/planned" ] || return 1
  m_escape "$1"
  m_hit=
  while IFS='|' read -r m_p m_t m_m m_u m_g m_c m_s; do
    if [ "$m_p" = "$m_escaped" ]; then
      m_hit=1 m_type=$m_t m_mode=$m_m m_uid=$m_u m_gid=$m_g m_content=$m_c m_after=$m_s m_links=1
    elif [ "$m_t" = absent ]; then
      # What was below a directory that an earlier resource would remove is gone with it.
      case $m_escaped in "$m_p"/*) m_hit=1 m_type=absent m_mode=- m_uid=- m_gid=- m_content='' m_after=$m_s ;; esac
    fi
  done <"$m_work/planned"
  [ -n "$m_hit" ] || return 1
  if [ "$m_type" = file ] && [ -z "$m_content" ]; then
    m_content=$1
  fi
}

# m_would_install STEP-TEXT: in a plan, this step would bring files that nobody can name yet.
m_would_install() {
  [ "$m_mode_run" = apply ] || printf '%s\n' "$m_step" >>"$m_work/installs"
}

# will_exist PATH: true when PATH is there, or would be once earlier steps of the plan had run; sets m_after to
# that step (empty when it is there already).
will_exist() {
  # Without an overlay to look through, no process is needed.
  if [ "$m_mode_run" = apply ] || [ ! -s "$m_work/planned" ]; then
    m_after=
    ! is_there "$1" || return 0
  else
    m_see "$1"
    [ "$m_type" = absent ] || return 0
  fi
  if [ "$m_mode_run" != apply ] && [ -s "$m_work/installs" ]; then
    m_after=$(tail -n 1 "$m_work/installs")
    return 0
  fi
  return 1
}

# in_plan: true when nothing may be changed (plan and verify).
in_plan() {
  [ "$m_mode_run" != apply ]
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
    [ -n "$m_id" ] || m_planned_account user "$m_o_owner" || in_plan || fail "$m_resource $m_target_name: there is no user '$m_o_owner'"
    m_want_uid=${m_id:-$m_o_owner}
  fi
  if [ -n "$m_o_group" ]; then
    m_gid_of "$m_o_group"
    [ -n "$m_id" ] || m_planned_account group "$m_o_group" || in_plan || fail "$m_resource $m_target_name: there is no group '$m_o_group'"
    m_want_gid=${m_id:-$m_o_group}
  fi
  if [ -n "$m_o_mode" ]; then
    m_normal_mode "$m_o_mode"
    m_want_mode=$m_mode_wanted
  fi
  [ "$m_type" != absent ] || return 0
  [ "$m_want_uid" = "$m_uid" ] || m_need "owner ${m_o_owner} (was uid $m_uid)"
  [ "$m_want_gid" = "$m_gid" ] || m_need "group ${m_o_group} (was gid $m_gid)"
  [ "$m_want_mode" = "$m_mode" ] || m_need "mode $m_want_mode (was $m_mode)"
}

# m_need_parent PATH: fails when the directory that is to hold PATH is not there and no earlier step would make it.
m_need_parent() {
  m_parent "$1"
  m_wanted_dir=$m_dir
  will_exist "$m_wanted_dir" || fail "$m_resource $1: its directory $m_wanted_dir is not there; declare it first"
}
