# The order of a rollback: backwards through the journal, then services, then times, then the proof.

# m__rollback: undoes the run in m__receipt, and those that belong to it. True when everything is as before.
m__rollback() {
  local m__conflicts m__later m__stay_down m__reported m__bad_services m__leader m__entry_line
  m__undo_bad=0
  m__undo_held=
  m__conflicts=
  m__later=
  m__stay_down=
  m__reported=
  m__bad_services=
  m__find_unit
  m__leader=${m__receipt##*/}
  m__sort_journals
  m__find_undone
  m__refuse_foreign_conf
  m__begin_rollback
  m__find_kept
  m__find_once_paths
  m__known_services='|'
  m__each_hand_back m__look_at_new_side
  m__look_at_switches
  while IFS= read -r m__entry_line <&3; do
    # What is borrowed stands in the receipt of its run.
    case $m__entry_line in 0'|run|'*) m__undo_let_go ;; esac
    m__load "$m__entry_line"
    m__reported=
    m__is_undone || m__undo_entry 3<&-
  done 3<"$m_work/backwards"
  m__undo_let_go
  m__each_hand_back m__undo_hand_back
  m__forget_services
  m__give_shelves
  m__undo_services
  m__forget_ways
  m__enter "$m__leader"
  m__undo_accounts_proof
  m__undo_times
  m__enter "$m__leader"
  m__prove
  m__look_again_at_lent
  m__enter "$m__leader"
  m__prove_services
  m__say_all_kept
  m__end_rollback
}

# m__begin_rollback: from here on it can be cut, and the next one must find the same runs.
m__begin_rollback() {
  local m__one_run
  case $m__unit in
    *' '*)
      [ -f "$m__receipt/unit" ] || {
        printf '%s\n' "$m__unit" | tr ' ' '\n' >"$m__receipt/unit.part" && mv -f "$m__receipt/unit.part" "$m__receipt/unit"
      }
      notice "undone together, in this order, because each continued the next one: $m__unit"
      ;;
  esac
  m__kept_run=$m__leader
  for m__one_run in $m__unit; do
    m__enter "$m__one_run"
    printf 'rolling-back\n' >"$m__receipt/status"
  done
  m__enter "$m__leader"
  m__give_back_all
}

# m__end_rollback: the leader's status is written last, because the next rollback begins with it.
m__end_rollback() {
  local m__word m__one_run
  m__word=rolled-back
  [ "$m__undo_bad" -eq 0 ] || m__word=rollback-incomplete
  for m__one_run in $m__unit; do
    [ "$m__one_run" = "$m__leader" ] || printf '%s\n' "$m__word" >"$m__state_dir/runs/$m__one_run/status"
  done
  printf '%s\n' "$m__word" >"$m__receipt/status"
  [ "$m__undo_bad" -eq 0 ] || return 1
  m__meta_of "$m__receipt"
  rm -f "$m__state_dir/pending.$m__meta_playbook" "$m__receipt/shelves"
}

# m__find_once_paths: sets m__once_paths to the files that the run put there once (`|PATH|PATH|`).
m__find_once_paths() {
  local m__line
  m__once_paths=
  while IFS= read -r m__line; do
    m__unescape "$m__line"
    m__once_paths="$m__once_paths|$m__unescaped|"
  done <"$m_work/once"
}

# m__say_all_kept: one line that says where all is that was kept, also by an undo before that was cut.
m__say_all_kept() {
  local m__count m__one
  m__count=0
  for m__one in "$m__kept" "$m__kept".*; do
    [ ! -d "$m__one" ] || m__count_below "$m__one"
  done
  m__files_words "$m__count"
  [ "$m__count" -eq 0 ] || m__emit res undone kept "$m__kept" "$m__words kept here that others wrote" 0 ''
}

# m__is_undone: an earlier rollback, which was cut, dealt with this entry. Services are asked again: they come last.
m__is_undone() {
  case $m__kind in service | restart | chain) return 1 ;; esac
  m__is_undone_entry
}

# m__is_undone_entry: the same of whatever kind it is.
m__is_undone_entry() {
  case $m__undone in *"|$m__run_id:$m__entry_seq|"*) return 0 ;; esac
  return 1
}

m__undo_entry() {
  case $m__kind in chain | path | time | switch | hand_back) ;; *) m__undo_let_go ;; esac
  case $m__kind in chain | path | bunch) m__know_journal_ways ;; esac
  case $m__kind in
    path) m__undo_path ;;
    chain) m__undo_chain ;;
    bunch) m__undo_bunch "$m_work/bunch.$m__a1" ;;
    tree) m__undo_tree ;;
    moved) m__undo_moved ;;
    group) m__undo_group "$m__a1" ;;
    user) m__undo_user "$m__a1" ;;
    usermod) m__undo_usermod "$m__a1" "$m__a3" ;;
    package) m__undo_package "$m__a1" "$m__a3" ;;
    service) m__undo_service "$m__a1" "$m__a3" "$m__a4" ;;
    restart) m__later="restart|$m__a1|$m__a3|$m__entry_seq|$m__run_id|$m__entry_step$m_nl$m__later" ;;
    command) m__undo_command "$m__a1" "$m__a3" "$m__a4" ;;
    hook) m__undo_hook "$m__a1" ;;
    # Of their own, before the files or when all are back.
    run | switch | hand_back | time) ;;
    *) m__result failed "$m__kind" "$m__a1" 'an entry of a kind that this version does not support' ;;
  esac
  # A directory may be another account's again, or lead elsewhere; and programs that were started may have given any away. One
  # that is gone was the way to nothing else.
  case $m__kind in run | switch | hand_back | time | restart | service) ;; *) m__forget_services ;; esac
  case $m__kind:$m__pre_type:$m__post_type in
    chain:* | bunch:* | run:* | switch:* | hand_back:* | time:* | restart:*) ;;
    # Nothing was started for it.
    service:*) [ "$m__a4" = running ] || m__forget_ways ;;
    path:file:file | path:absent:file | path:file:absent | path:absent:dir | path:absent:other) ;;
    *) m__forget_ways ;;
  esac
}

# m__undo_services: in the order in which the run touched them.
m__undo_services() {
  local m__done_services m__what m__service m__service_file m__entry_seq m__one_run m__entry_step
  m__done_services=
  while IFS='|' read -r m__what m__service m__service_file m__entry_seq m__one_run m__entry_step <&3; do
    [ -n "$m__what" ] || continue
    m__enter "$m__one_run"
    case $m__done_services$m__stay_down$m__down in *"|$m__service|"*) continue ;; esac
    m__done_services="$m__done_services|$m__service|"
    case $m__what in
      start) m__undo_start ;;
      *)
        if m__service_restart "$m__service_file" >/dev/null 2>&1 || m__service_onestart "$m__service_file"; then
          m__result undone service "$m__service" "restarted, pid $m_pid"
        else
          m__result failed service "$m__service" 'does not run after its restart'
        fi
        ;;
    esac
  done 3<<EOF
$m__later
EOF
  m__undo_switches
}

m__undo_start() {
  if m_service_pid "$m__service_file"; then
    m__result kept service "$m__service" "runs, pid $m_pid"
    return 0
  fi
  m__say_other_conf
  if m__service_start "$m__service_file" >/dev/null 2>&1 || m__service_onestart "$m__service_file"; then
    m__result undone service "$m__service" "runs again, pid $m_pid"
  else
    m__result failed service "$m__service" 'ran before, but does not start now'
  fi
}

# A service may have run although rc.conf did not enable it.
m__service_onestart() {
  m__forget_services "$1"
  (unset flags; sh "$1" onestart) </dev/null >/dev/null 2>&1
  m__await_service "$1"
}

# m__undo_accounts_proof: the account files are as before; if so they get their old time stamps too.
m__undo_accounts_proof() {
  local m__file m__saved m__one_run
  for m__file in group master.passwd passwd; do
    m__saved=
    # Of several runs, what the oldest saved.
    for m__one_run in $m__unit; do
      [ ! -f "$m__state_dir/runs/$m__one_run/saved/etc.$m__file" ] || m__saved=$m__state_dir/runs/$m__one_run/saved/etc.$m__file
    done
    [ -n "$m__saved" ] || continue
    if cmp -s "$m__saved" "/etc/$m__file"; then
      touch -r "$m__saved" "/etc/$m__file"
    else
      notice "/etc/$m__file is not byte for byte as before; other changes were made to it since"
    fi
  done
}

# m__undo_times: directories get the time stamps of before, unless somebody else still has something new in them.
m__undo_times() {
  local m__entry_line
  m__know_journal_ways
  while IFS= read -r m__entry_line <&3; do
    m__load "$m__entry_line"
    if [ "$m__kind" = time ] && [ -d "$m__a1" ] && [ -f "$m__receipt/saved/$m__entry_seq" ] && m_hold "$m__a1"; then
      [ -h "$m__a1" ] && ! m_walk "$m__a1" || m__twice touch -r "$m__receipt/saved/$m__entry_seq" "$m__a1"
      m_let_go
    elif [ "$m__kind" = package ]; then
      m__undo_package_times
    fi
  done 3<"$m_work/backwards"
}

# m__is_below LIST: m_path was put below a directory of the list (`|PATH|PATH|`), which an older run of the unit had made, and went
# with it.
m__is_below() {
  local m__above
  m__above=$m_path
  while [ -n "$m__above" ]; do
    m__above=${m__above%/*}
    case $1 in *"|$m__above|"*) return 0 ;; esac
  done
  return 1
}

# m__prove: every touched path has the fingerprint of before the run. Reports how many of how many.
m__prove() {
  local m__proved m__paths m__proved_list m__handed_list m__new_list m__one_run m__line m__entry_line
  m__proved=0
  m__paths=0
  m__proved_list=
  m__handed_list=
  m__new_list=
  for m__one_run in $m__unit; do
    [ -f "$m__state_dir/runs/$m__one_run/handed-back" ] || continue
    while IFS= read -r m__line; do
      m__unescape "$m__line"
      m__handed_list="$m__handed_list|$m__unescaped|"
    done <"$m__state_dir/runs/$m__one_run/handed-back"
  done
  while IFS= read -r m__entry_line <&3; do
    m__load "$m__entry_line"
    # What is at a tree's place later in the run is not what was there before it; the tree's own undo compares it.
    [ "$m__kind" != tree ] || m__proved_list="$m__proved_list|$m_path|"
    [ "$m__kind" = path ] || continue
    case $m__proved_list in *"|$m_path|"*) continue ;; esac
    m__proved_list="$m__proved_list|$m_path|"
    [ "$m__pre_type$m__post_type" != absentdir ] || m__new_list="$m__new_list|$m_path|"
    # Not as before, and meant so.
    case $m__handed_list in *"|$m_path|"*) continue ;; esac
    m__paths=$((m__paths + 1))
    m__print_apart "$m_path"
    if [ "$m_state" = "$m__pre" ] || { [ "$m_type" = absent ] && m__is_below "$m__new_list"; }; then
      m__proved=$((m__proved + 1))
    elif m__only_access && [ "${m_state%"|"*}" = "${m__pre%"|"*}" ]; then
      # Its content was never the run's business.
      m__paths=$((m__paths - 1))
    else
      case $m__conflicts in
        *"|$m_path|"*) ;;
        *) m__result failed path "$m_path" "is $m_state, and was $m__pre" ;;
      esac
    fi
  done 3<"$m_work/forwards"
  m__emit proof "$m__proved" "$m__paths"
}
