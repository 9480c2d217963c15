# What earlier resources of a plan would have made of accounts, services and packages: the overlay of resource.sh for what is
# no path. In an apply none of it counts, because things are as they are.

# m_plan_account KIND NAME ID ENTRY: in a plan, this user or group would now be there. ID is empty where the tool chooses it;
# such fields of a user's ENTRY are question marks.
m_plan_account() {
  ! in_plan || printf '%s|%s|%s|%s|%s\n' "$1" "$2" "$3" "$m_step" "$4" >>"$m_work/accounts.planned"
}

# m_planned_account KIND NAME: true when the plan has it; sets m_id, m_planned_step (the last that made it so) and
# m_planned_entry.
m_planned_account() {
  in_plan && [ -f "$m_work/accounts.planned" ] || return 1
  m_found=1
  while IFS='|' read -r m_p m_t m_m m_s m_rest; do
    [ "$m_p|$m_t" = "$1|$2" ] || continue
    m_found=0 m_id=$m_m m_planned_step=$m_s m_planned_entry=$m_rest
  done <"$m_work/accounts.planned"
  return "$m_found"
}

# m_plan_user: in a plan: the account of `user` with the fields that are declared.
m_plan_user() {
  in_plan || return 0
  IFS=: read -r m_name m_pw m_has_uid m_has_gid m_has_gecos m_has_home m_has_shell <<EOF
${m_entry:-$m_account:*:?:?:?:?:?}
EOF
  m_id=
  case $m_o_group in
    '') ;;
    =uid)
      m_id=$m_o_uid
      m_plan_account group "$m_account" "$m_id" ''
      ;;
    *)
      m_gid_of "$m_o_group"
      [ -n "$m_id" ] || m_planned_account group "$m_o_group" || :
      ;;
  esac
  m_entry="$m_account:*:${m_o_uid:-$m_has_uid}:${m_id:-$m_has_gid}:${m_o_comment:-$m_has_gecos}:${m_o_home:-$m_has_home}:${m_o_shell:-$m_has_shell}"
  m_id=${m_o_uid:-$m_has_uid}
  m_plan_account user "$m_account" "${m_id#'?'}" "$m_entry"
}

# m_plan_service SCRIPT STATE: in a plan, the service would now be running or stopped.
m_plan_service() {
  ! in_plan || printf '%s %s\n' "$2" "$1" >>"$m_work/services.planned"
}

# m_service_runs SCRIPT: the service runs, or, in a plan, would run by now.
m_service_runs() {
  m_planned_state=
  if in_plan && [ -f "$m_work/services.planned" ]; then
    while read -r m_t m_p; do
      [ "$m_p" != "$1" ] || m_planned_state=$m_t
    done <"$m_work/services.planned"
  fi
  case $m_planned_state in
    running) return 0 ;;
    stopped) return 1 ;;
  esac
  [ -f "$1" ] && m_service_pid "$1"
}

# m_plan_packages NAMES: in a plan, packages of these full names, one a line, would now be there.
m_plan_packages() {
  ! in_plan || printf '%s\n' "$1" >>"$m_work/packages.planned"
}

# m_package_is_planned PATTERN: in a plan, a package that fits would be there by now. Of what nobody knows the version of
# before, only the very pattern is known to fit.
m_package_is_planned() {
  in_plan && [ -f "$m_work/packages.planned" ] || return 1
  while IFS= read -r m_one; do
    case $m_one in
      '') continue ;;
      "$1") return 0 ;;
      *[\<\>\*\?\[\{]*) continue ;;
    esac
    ! pkg_admin pmatch "$1" "$m_one" >/dev/null 2>&1 </dev/null || return 0
  done <"$m_work/packages.planned"
  return 1
}
