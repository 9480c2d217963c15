# The order of a rollback: backwards through the journal, then services, then times, then the proof.

# m_backwards: the whole entries of the unit's journals, last first, and before those of each run an entry `0|run|RUN-ID|.`.
# A line that a killed driver left half written has no dot.
m_backwards() {
  for m_id in $m_unit; do
    printf '0|run|%s|.\n' "$m_id"
    awk '/\|\.$/ { line[++n] = $0 } END { for (i = n; i; i--) print line[i] }' "$m_state_dir/runs/$m_id/journal"
  done | case $m_unit in
    *' '*) m_absent_below_new ;;
    *) cat ;;
  esac
}

# m_absent_below_new: a filter for m_backwards: where the unit's first run found nothing and made a directory, all directories below
# it were made since, whoever made them. So a later run's entry of one that it found says, too, that nothing was there.
m_absent_below_new() {
  awk -F'|' '
    {
      line[NR] = $0
      if ($2 == "run") runs++
      run[NR] = runs
      # The last line that names a path is its oldest one.
      if ($2 == "path") { oldest[$3] = $6; since[$3] = runs }
    }
    END {
      for (i = 1; i <= NR; i++) {
        n = split(line[i], field, "|")
        if (field[2] == "path" && field[6] == "dir" && field[11] == "dir") {
          above = field[3]
          while (sub(/\/[^\/]*$/, "", above) && above != "") {
            if (oldest[above] != "absent" || since[above] <= run[i]) continue
            text = field[1]
            for (k = 2; k <= n; k++) text = text "|" (k == 6 ? "absent" : k > 6 && k < 11 ? "-" : field[k])
            line[i] = text
            break
          }
        }
        print line[i]
      }
    }'
}

# m_load ENTRY: splits a journal line into m_entry_seq, m_kind, m_a1 m_a2 m_a3 m_a4 and the fingerprints of a path.
m_load() {
  IFS='|' read -r m_entry_seq m_kind m_f1 m_f2 m_f3 m_f4 m_f5 m_f6 m_f7 m_f8 m_f9 m_f10 m_f11 m_f12 m_f13 m_rest <<EOF
$1
EOF
  m_unescape "$m_f1"
  m_a1=$m_unescaped
  m_entry_step=$m_f2
  if [ "$m_kind" = run ]; then
    m_entry_step=
    m_enter "$m_a1"
    return 0
  fi
  if [ "$m_kind" = path ]; then
    m_path=$m_a1
    m_unescape "$m_f3"
    m_transient=$m_unescaped
    m_pre_type=$m_f4 m_pre_mode=$m_f5 m_pre_uid=$m_f6 m_pre_gid=$m_f7 m_pre_extra=$m_f8
    m_post_type=$m_f9 m_post_mode=$m_f10 m_post_uid=$m_f11 m_post_gid=$m_f12 m_post_extra=$m_f13
    m_pre="$m_pre_type|$m_pre_mode|$m_pre_uid|$m_pre_gid|$m_pre_extra"
    # Old journals end here.
    m_rest=${m_rest%.}
    m_rest=${m_rest%'|'}
    m_unescape "$m_rest"
    m_keeps=$m_unescaped
    return 0
  fi
  m_unescape "$m_f3"
  m_a3=$m_unescaped
  m_unescape "$m_f4"
  m_a4=$m_unescaped
  m_path=$m_a1
}

# m_rollback: undoes the run in m_receipt, and those that belong to it. True when everything is as before.
m_rollback() {
  m_undo_bad=0
  m_conflicts=
  m_later=
  m_stay_down=
  m_reported=
  m_bad_services=
  m_find_unit
  m_leader=${m_receipt##*/}
  m_backwards >"$m_work/backwards"
  m_refuse_foreign_conf
  m_begin_rollback
  m_find_kept
  m_find_once_paths
  m_each_hand_back m_look_at_new_side
  m_look_at_switches
  while IFS= read -r m_entry_line <&3; do
    m_load "$m_entry_line"
    m_reported=
    m_is_undone || m_undo_entry 3<&-
  done 3<"$m_work/backwards"
  m_each_hand_back m_undo_hand_back
  m_undo_services
  m_forget_ways
  m_enter "$m_leader"
  m_undo_accounts_proof
  m_undo_times
  m_enter "$m_leader"
  m_prove
  m_enter "$m_leader"
  m_prove_services
  m_say_all_kept
  m_end_rollback
}

# m_begin_rollback: from here on it can be cut, and the next one must find the same runs.
m_begin_rollback() {
  case $m_unit in
    *' '*)
      [ -f "$m_receipt/unit" ] || {
        printf '%s\n' "$m_unit" | tr ' ' '\n' >"$m_receipt/unit.part" && mv -f "$m_receipt/unit.part" "$m_receipt/unit"
      }
      notice "undone together, in this order, because each went on with the one behind it: $m_unit"
      ;;
  esac
  m_kept_run=$m_leader
  for m_id in $m_unit; do
    m_enter "$m_id"
    printf 'rolling-back\n' >"$m_receipt/status"
  done
  m_enter "$m_leader"
  m_give_back_all
}

# m_end_rollback: the leader's status is written last, because the next rollback begins with it.
m_end_rollback() {
  m_word=rolled-back
  [ "$m_undo_bad" -eq 0 ] || m_word=rollback-incomplete
  for m_id in $m_unit; do
    [ "$m_id" = "$m_leader" ] || printf '%s\n' "$m_word" >"$m_state_dir/runs/$m_id/status"
  done
  printf '%s\n' "$m_word" >"$m_receipt/status"
  [ "$m_undo_bad" -eq 0 ] || return 1
  rm -f "$m_state_dir/pending.$(m_playbook_of "$m_receipt")"
}

# m_find_once_paths: sets m_once_paths to the files that the run put there once (`|PATH|PATH|`).
m_find_once_paths() {
  m_once_paths=
  awk -F'|' '$2 == "path" && $11 == "file" && NF == 17 && $16 != "" { print $3 }' "$m_work/backwards" >"$m_work/once"
  while IFS= read -r m_line; do
    m_unescape "$m_line"
    m_once_paths="$m_once_paths|$m_unescaped|"
  done <"$m_work/once"
}

# m_say_all_kept: one line that says where all is that was kept, also by an undo before that was cut.
m_say_all_kept() {
  m_count=0
  for m_one in "$m_kept" "$m_kept".*; do
    [ ! -d "$m_one" ] || m_count=$((m_count + $(find "$m_one" \( -type f -o -type l \) ! -name .muster.part -print | wc -l)))
  done
  m_files_words "$m_count"
  [ "$m_count" -eq 0 ] || m_emit res undone kept "$m_kept" "$m_words kept here that others wrote" 0 ''
}

# m_is_undone: an earlier rollback, which was cut, dealt with this entry. Services are asked again: they come last.
m_is_undone() {
  case $m_kind in service | restart) return 1 ;; esac
  [ -f "$m_receipt/undone" ] && grep -qx "$m_entry_seq" "$m_receipt/undone"
}

m_undo_entry() {
  case $m_kind in
    path) m_undo_path ;;
    tree) m_undo_tree ;;
    moved) m_undo_moved ;;
    group) m_undo_group "$m_a1" ;;
    user) m_undo_user "$m_a1" ;;
    usermod) m_undo_usermod "$m_a1" "$m_a3" ;;
    package) m_undo_package "$m_a1" "$m_a3" ;;
    service) m_undo_service "$m_a1" "$m_a3" "$m_a4" ;;
    restart) m_later="restart|$m_a1|$m_a3|$m_entry_seq|$m_run_id|$m_entry_step$m_nl$m_later" ;;
    command) m_undo_command "$m_a1" "$m_a3" "$m_a4" ;;
    hook) m_undo_hook "$m_a1" ;;
    # Of their own, before the files or when all are back.
    run | switch | hand_back | time) ;;
    *) m_result failed "$m_kind" "$m_a1" 'an entry of a kind that this version does not know' ;;
  esac
  # A directory may be another account's again, or lead elsewhere; and programs that were started may have given any away.
  case $m_kind:$m_pre_type$m_post_type in
    run:* | switch:* | hand_back:* | time:* | path:filefile | path:absentfile | path:fileabsent) ;;
    *) m_forget_ways ;;
  esac
}

# m_undo_services: in the order in which the run touched them.
m_undo_services() {
  m_done_services=
  while IFS='|' read -r m_what m_service m_service_file m_entry_seq m_id m_entry_step <&3; do
    [ -n "$m_what" ] || continue
    m_enter "$m_id"
    case $m_done_services$m_stay_down$m_down in *"|$m_service|"*) continue ;; esac
    m_done_services="$m_done_services|$m_service|"
    case $m_what in
      start) m_undo_start ;;
      *)
        if m_service_restart "$m_service_file" >/dev/null 2>&1 || m_service_onestart "$m_service_file"; then
          m_result undone service "$m_service" "restarted, pid $m_pid"
        else
          m_result failed service "$m_service" 'does not run after its restart'
        fi
        ;;
    esac
  done 3<<EOF
$m_later
EOF
  m_undo_switches
}

m_undo_start() {
  if m_service_pid "$m_service_file"; then
    m_result kept service "$m_service" "runs, pid $m_pid"
    return 0
  fi
  m_say_other_conf
  if m_service_start "$m_service_file" >/dev/null 2>&1 || m_service_onestart "$m_service_file"; then
    m_result undone service "$m_service" "runs again, pid $m_pid"
  else
    m_result failed service "$m_service" 'ran before, and does not start now'
  fi
}

# A service may have run although rc.conf did not enable it.
m_service_onestart() {
  (unset flags; sh "$1" onestart) </dev/null >/dev/null 2>&1
  m_await 15 m_service_pid "$1"
}

# m_undo_accounts_proof: the account files are as before; if so they get their old time stamps too.
m_undo_accounts_proof() {
  for m_file in group master.passwd passwd; do
    m_saved=
    # Of several runs, what the oldest saved.
    for m_id in $m_unit; do
      [ ! -f "$m_state_dir/runs/$m_id/saved/etc.$m_file" ] || m_saved=$m_state_dir/runs/$m_id/saved/etc.$m_file
    done
    [ -n "$m_saved" ] || continue
    if cmp -s "$m_saved" "/etc/$m_file"; then
      touch -r "$m_saved" "/etc/$m_file"
    else
      notice "/etc/$m_file is not byte for byte as before; other changes were made to it since"
    fi
  done
}

# m_undo_times: directories get the time stamps of before, unless somebody else still has something new in them.
m_undo_times() {
  while IFS= read -r m_entry_line <&3; do
    m_load "$m_entry_line"
    if [ "$m_kind" = time ] && [ -d "$m_a1" ] && [ -f "$m_receipt/saved/$m_entry_seq" ] && m_hold "$m_a1"; then
      [ -h "$m_a1" ] && ! m_walk "$m_a1" || touch -r "$m_receipt/saved/$m_entry_seq" "$m_a1"
      m_let_go
    elif [ "$m_kind" = package ]; then
      m_undo_package_times
    fi
  done 3<"$m_work/backwards"
}

# m_is_below_new: m_path was put below a directory that an older run of the unit had made, and went with it.
m_is_below_new() {
  m_dir=$m_path
  while m_parent "$m_dir" && [ "$m_dir" != / ]; do
    case $m_new_list in *"|$m_dir|"*) return 0 ;; esac
  done
  return 1
}

# m_prove: every touched path has the fingerprint of before the run. Reports how many of how many.
m_prove() {
  m_proved=0
  m_paths=0
  m_proved_list=
  m_handed_list=
  m_new_list=
  for m_id in $m_unit; do
    [ -f "$m_state_dir/runs/$m_id/handed-back" ] || continue
    while IFS= read -r m_line; do
      m_unescape "$m_line"
      m_handed_list="$m_handed_list|$m_unescaped|"
    done <"$m_state_dir/runs/$m_id/handed-back"
  done
  m_backwards | awk '{ line[++n] = $0 } END { for (i = n; i; i--) print line[i] }' >"$m_work/forwards"
  while IFS= read -r m_entry_line <&3; do
    m_load "$m_entry_line"
    # What is at a tree's place later in the run is not what was there before it; the tree's own undo compares it.
    [ "$m_kind" != tree ] || m_proved_list="$m_proved_list|$m_path|"
    [ "$m_kind" = path ] || continue
    case $m_proved_list in *"|$m_path|"*) continue ;; esac
    m_proved_list="$m_proved_list|$m_path|"
    [ "$m_pre_type$m_post_type" != absentdir ] || m_new_list="$m_new_list|$m_path|"
    # Not as before, and meant so.
    case $m_handed_list in *"|$m_path|"*) continue ;; esac
    m_paths=$((m_paths + 1))
    m_print_apart "$m_path"
    if [ "$m_state" = "$m_pre" ] || { [ "$m_type" = absent ] && m_is_below_new; }; then
      m_proved=$((m_proved + 1))
    elif m_only_access && [ "${m_state%"|"*}" = "${m_pre%"|"*}" ]; then
      # Its content was never the run's business.
      m_paths=$((m_paths - 1))
    else
      case $m_conflicts in
        *"|$m_path|"*) ;;
        *) m_result failed path "$m_path" "is $m_state, and was $m_pre" ;;
      esac
    fi
  done 3<"$m_work/forwards"
  m_emit proof "$m_proved" "$m_paths"
}
