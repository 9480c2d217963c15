# What the new daemon wrote goes back to the old one: an undo copies it from where it is kept, or from its place where that
# stays, to where the old daemon looks, before services start again. Whatever was changed there too since the hand-over is
# left as it is, and told. What goes back is chosen in hand-plan.sh.

# m_record_hand_back FROM TO PATTERN...: for a playbook, when the old daemon has ended and its files were taken over, and
# before the new one starts: an undo copies what was written below FROM since and fits a PATTERN to the same place below TO.
# A PATTERN is about the path below FROM, and its star stands for slashes too. Of several records for the same FROM and
# TO the last one counts.
m_record_hand_back() {
  m_from=$1
  m_to=$2
  shift 2
  m_patterns=
  for m_pattern do
    m_patterns=$m_patterns${m_patterns:+$m_nl}$m_pattern
  done
  m_record_hook
  # Made now, by the host's clock: what is younger below TO was changed since. The sizes tell it where a clock was set back.
  : >"$m_receipt/saved/$((m_seq + 1))" && m_list_sizes "$m_to" >"$m_receipt/saved/$((m_seq + 1)).sizes" &&
    m_list_sizes "$m_from" >"$m_receipt/saved/$((m_seq + 1)).from" || fail "cannot save what is in $m_to"
  m_record hand_back "$m_from" "$m_step" "$m_to" "$m_patterns"
}

# m_list_sizes DIRECTORY: prints `SIZE NAME` of each plain file below it, the names as `./a/b`.
m_list_sizes() {
  [ -d "$1" ] || return 0
  (cd "$1" && ls -lnRA . 2>/dev/null) </dev/null | awk '
    /^\.\/?.*:$/ { folder = substr($0, 1, length($0) - 1) "/"; next }
    /^-/ && NF >= 9 {
      name = $0
      for (i = 1; i <= 8; i++) sub(/^[^ ]+ +/, "", name)
      print $5, (folder == "" ? "./" : folder) name
    }'
}

# m_each_hand_back COMMAND: runs COMMAND for each record that counts, the last one of each pair, unless it is done.
m_each_hand_back() {
  m_pairs=
  while IFS= read -r m_entry_line <&3; do
    case $m_entry_line in *'|hand_back|'* | 0'|run|'*) ;; *) continue ;; esac
    m_load "$m_entry_line"
    [ "$m_kind" = hand_back ] || continue
    case $m_pairs in *"|$m_a1|$m_a3|"*) continue ;; esac
    m_pairs="$m_pairs|$m_a1|$m_a3|"
    m_is_undone || "$1" 3<&-
  done 3<"$m_work/backwards"
  m_enter "$m_leader"
}

# m_look_at_new_side: before anything is undone: which files there are below FROM. What the new daemon removed is not to be
# told from what the undo removes otherwise.
m_look_at_new_side() {
  [ ! -f "$m_receipt/saved/$m_entry_seq.there" ] || return 0
  m_list_sizes "$m_a1" >"$m_work/hand.there" && cp "$m_work/hand.there" "$m_receipt/saved/$m_entry_seq.part" &&
    mv -f "$m_receipt/saved/$m_entry_seq.part" "$m_receipt/saved/$m_entry_seq.there"
}

# m_undo_hand_back: of the entry m_a1 (FROM), m_a3 (TO), m_a4 (patterns).
m_undo_hand_back() {
  m_find_kept
  m_from_shelf=$m_kept$m_a1
  [ -d "$m_from_shelf" ] || [ -d "$m_a1" ] || {
    m_result kept hand_back "$m_a3" "nothing was written in $m_a1 since"
    return 0
  }
  [ -d "$m_a3" ] || {
    m_result kept hand_back "$m_a3" "it is no directory, so nothing goes back there from $m_a1; see what is kept in $m_from_shelf"
    return 0
  }
  : >"$m_work/hand.err"
  m_handed_dir='' m_source_dir=''
  m_plan_hand_back
  m_handed=0
  m_shelved=0
  m_hand_bad=
  while IFS= read -r m_name <&4; do
    m_class=${m_name%% *}
    m_name=${m_name#* }
    m_hand "$m_class" || m_hand_bad="$m_hand_bad $m_name"
  done 4<"$m_work/hand.plan"
  m_give_back
  m_say_handed_back
}

m_say_handed_back() {
  if [ -n "$m_hand_bad" ]; then
    m_result failed hand_back "$m_a3" "cannot copy back from $m_a1 or $m_from_shelf:$m_hand_bad: $(tail -n 1 "$m_work/hand.err")"
    return 0
  fi
  m_count=$(grep -c . "$m_work/hand.both" || :)
  [ "$m_count" -eq 0 ] ||
    notice "changed on both sides since the hand-over, left as it is in $m_a3, and what was written in $m_a1 is $(m_where_it_is): $(head -n 5 "$m_work/hand.both" | tr '\n' ' ')($m_count in all)"
  if [ "$m_handed$m_shelved" = 00 ]; then
    m_result kept hand_back "$m_a3" "nothing that was written in $m_a1 goes back here"
    return 0
  fi
  m_files_words "$m_shelved"
  m_shelved_words=
  [ "$m_shelved" -eq 0 ] || m_shelved_words="; $m_words kept in $m_kept$m_a3 that would not fit any more: the new side has removed its own"
  m_files_words "$m_handed"
  m_result undone hand_back "$m_a3" "$m_words back here that changed in $m_a1 since$m_shelved_words"
}

m_where_it_is() {
  if [ -d "$m_from_shelf" ]; then
    printf 'kept in %s' "$m_from_shelf"
  else
    printf 'still there'
  fi
}

# m_hand CLASS: m_name goes back, or, when it is `gone` from the new side, away. The directories on the way are ours
# meanwhile; those that are missing are made like the ones that it comes from.
m_hand() {
  m_there=$m_a3/${m_name#./}
  if [ "$1" = gone ]; then
    m_escape "$m_there"
    printf '%s\n' "$m_escaped" >>"$m_receipt/handed-back"
    m_keep_path "$m_there" 2>>"$m_work/hand.err" || return 1
    m_shelved=$((m_shelved + 1))
    return 0
  fi
  m_find_source 2>>"$m_work/hand.err" || return 1
  m_hand_directories 2>>"$m_work/hand.err" || return 1
  m_escape "$m_there"
  printf '%s\n' "$m_escaped" >>"$m_receipt/handed-back"
  if [ "$1" != "same" ]; then
    m_hand_file "$1" 2>>"$m_work/hand.err" || return 1
  fi
  m_handed=$((m_handed + 1))
}

m_hand_directories() {
  m_parent "$m_there"
  [ "$m_dir" != "${m_handed_dir-}" ] || return 0
  m_handed_dir=
  m_hand_to=$m_dir
  m_hold_dir "$m_hand_to" || return 1
  m_way=
  m_rest_of_way=${m_hand_to#"$m_a3"}
  m_rest_of_way=${m_rest_of_way#/}
  while [ -n "$m_rest_of_way" ]; do
    m_way=$m_way/${m_rest_of_way%%/*}
    case $m_rest_of_way in */*) m_rest_of_way=${m_rest_of_way#*/} ;; *) m_rest_of_way= ;; esac
    if ! is_there "$m_a3$m_way" || m_is_half_made; then
      m_hand_directory "$m_way" || return 1
    fi
    [ -d "$m_a3$m_way" ] && [ ! -h "$m_a3$m_way" ] || return 1
  done
  m_handed_dir=$m_hand_to
}

# m_hand_directory WAY: made below TO like the one that it comes from.
m_hand_directory() {
  m_escape "$m_a3$1"
  printf '%s\n' "$m_escaped" >>"$m_receipt/handed-back"
  [ -d "$m_a3$1" ] || mkdir -m 0700 "$m_a3$1" || return 1
  m_look_lent "$m_a1$1"
  [ "$m_type" = dir ] || m_look "$m_from_shelf$1"
  m_known_owner "$m_a3"
  m_give_later "$m_a3$1" "$m_uid:$m_gid" "$m_mode"
}

# m_is_half_made: an undo that was cut made the directory, and maybe not more.
m_is_half_made() {
  [ -f "$m_receipt/handed-back" ] && m_escape "$m_a3$m_way" && grep -qxF -- "$m_escaped" "$m_receipt/handed-back" &&
    m_look "$m_a3$m_way" && [ "$m_type$m_mode" = dir0700 ]
}

# m_known_owner DIRECTORY: after m_look: an account that went with the run leaves its files to the owner of DIRECTORY.
m_known_owner() {
  m_has_account=
  while IFS=: read -r m_account_name m_account_pw m_account_uid m_account_rest; do
    [ "$m_account_uid" != "$m_uid" ] || m_has_account=1
  done </etc/passwd
  [ -z "$m_has_account" ] || return 0
  m_mode_had=$m_mode
  m_look_lent "$1"
  m_mode=$m_mode_had
}

# m_look_lent DIRECTORY: m_look; where it is borrowed, its owner and mode are noted.
m_look_lent() {
  m_look "$1"
  [ "$m_type" = dir ] && [ -f "$m_receipt/borrowed" ] || return 0
  m_find_real "$1"
  m_escape "$m_real"
  printf '%s\n' "$m_escaped" >"$m_work/hand.path"
  m_was=$(awk -F'|' -v path="$m_work/hand.path" 'BEGIN { getline wanted <path } $3 == wanted { print $1 "|" $2; exit }' "$m_receipt/borrowed")
  [ -n "$m_was" ] || return 0
  m_mode=${m_was#*'|'}
  m_was=${m_was%'|'*}
  m_uid=${m_was%:*} m_gid=${m_was#*:}
}

# m_hand_file CLASS: a file of the old daemon's own keeps its owner and mode, and what it held is kept.
m_hand_file() {
  m_seq=$m_entry_seq
  m_find_temp "$m_there" && cp -p "$m_source" "$m_temp" || return 1
  if [ "$1" = old ]; then
    m_look "$m_there"
    m_copy_to_shelf "$m_hand_to" "${m_there##*/}" || return 1
  else
    m_look "$m_source"
    m_known_owner "$m_hand_to"
  fi
  chown "$m_uid:$m_gid" "$m_temp" && m_chmod "$m_mode" "$m_temp" && m_make_room "$m_there" && mv -f "$m_temp" "$m_there"
}
