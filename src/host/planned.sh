# What earlier resources of a plan would have made of accounts, services and packages: the overlay of resource.sh for what is
# no path. In an apply none of it counts, because things are as they are.

# m__plan_account KIND NAME ID ENTRY: in a plan, this user or group would now be there. ID is empty where the tool chooses it;
# such fields of a user's ENTRY are question marks.
m__plan_account() {
  ! in_plan || printf '%s|%s|%s|%s|%s\n' "$1" "$2" "$3" "$m_step" "$4" >>"$m_work/accounts.planned"
}

# m__planned_account KIND NAME: true when the plan has it; sets m_id, m__planned_step (the last that made it so) and
# m__planned_entry.
m__planned_account() {
  local m__found m__p m__t m__m m__s m__rest
  in_plan && [ -f "$m_work/accounts.planned" ] || return 1
  m__found=1
  while IFS='|' read -r m__p m__t m__m m__s m__rest; do
    [ "$m__p|$m__t" = "$1|$2" ] || continue
    m__found=0 m_id=$m__m m__planned_step=$m__s m__planned_entry=$m__rest
  done <"$m_work/accounts.planned"
  return "$m__found"
}

# m__plan_user: in a plan: the account of `user` with the fields that are declared.
m__plan_user() {
  local m__pw m__entry_uid m__entry_gid m__entry_gecos m__entry_home m__entry_shell m__name
  in_plan || return 0
  IFS=: read -r m__name m__pw m__entry_uid m__entry_gid m__entry_gecos m__entry_home m__entry_shell <<EOF
${m_entry:-$m__account:*:?:?:?:?:?}
EOF
  m_id=
  case $m_o_group in
    '') ;;
    =uid)
      m_id=$m_o_uid
      m__plan_account group "$m__account" "$m_id" ''
      ;;
    *)
      m_gid_of "$m_o_group"
      [ -n "$m_id" ] || m__planned_account group "$m_o_group" || :
      ;;
  esac
  m_entry="$m__account:*:${m_o_uid:-$m__entry_uid}:${m_id:-$m__entry_gid}:${m_o_comment:-$m__entry_gecos}:${m_o_home:-$m__entry_home}:${m_o_shell:-$m__entry_shell}"
  m_id=${m_o_uid:-$m__entry_uid}
  m__plan_account user "$m__account" "${m_id#'?'}" "$m_entry"
}

# m__plan_service SCRIPT STATE: in a plan, the service would now be running or stopped.
m__plan_service() {
  ! in_plan || printf '%s %s\n' "$2" "$1" >>"$m_work/services.planned"
}

# m__service_runs SCRIPT: the service runs, or, in a plan, would run by now.
m__service_runs() {
  local m__planned_state m__t m__p
  m__planned_state=
  if in_plan && [ -f "$m_work/services.planned" ]; then
    while read -r m__t m__p; do
      [ "$m__p" != "$1" ] || m__planned_state=$m__t
    done <"$m_work/services.planned"
  fi
  case $m__planned_state in
    running) return 0 ;;
    stopped) return 1 ;;
  esac
  [ -f "$1" ] && m_service_pid "$1"
}

# m__plan_packages NAMES: in a plan, packages of these full names, one a line, would now be there.
m__plan_packages() {
  ! in_plan || printf '%s\n' "$1" >>"$m_work/packages.planned"
}

# m__package_is_planned PATTERN: in a plan, a package that fits would be there by now. Of what nobody knows the version of
# before, only the very pattern is known to fit.
m__package_is_planned() {
  local m__one
  in_plan && [ -f "$m_work/packages.planned" ] || return 1
  while IFS= read -r m__one; do
    case $m__one in
      '') continue ;;
      "$1") return 0 ;;
      *[\<\>\*\?\[\{]*) continue ;;
    esac
    ! pkg_admin pmatch "$1" "$m__one" >/dev/null 2>&1 </dev/null || return 0
  done <"$m_work/packages.planned"
  return 1
}
