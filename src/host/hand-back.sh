# What the new daemon wrote goes back to the old one. An undo copies it to the place that the old daemon reads, before
# services start again: from where it was kept, or from its own place if that stays. A file that was changed there too since
# the hand-over is left as it is, and reported. hand-plan.sh chooses what goes back.

# m_record_hand_back FROM TO PATTERN...: for a playbook, after the old daemon has ended and its files were taken over, and
# before the new one starts. An undo copies each file that was written below FROM since then, and that fits a PATTERN, to the
# same place below TO. A PATTERN is about the path below FROM, and its star stands for slashes too. If there are several
# records for the same FROM and TO, the last one counts.
m_record_hand_back() {
  local m__from m__to m__patterns m__pattern
  m__from=$1
  m__to=$2
  shift 2
  m__patterns=
  for m__pattern do
    m__patterns=$m__patterns${m__patterns:+$m_nl}$m__pattern
  done
  m__record_hook
  # Made now, by the host's clock: a file below TO that is younger was changed since. If a clock was set back, the sizes show
  # a change.
  : >"$m__receipt/saved/$((m__seq + 1))" && m__list_sizes "$m__to" >"$m__receipt/saved/$((m__seq + 1)).sizes" &&
    m__list_sizes "$m__from" >"$m__receipt/saved/$((m__seq + 1)).from" || fail "cannot save what is in $m__to"
  m__record hand_back "$m__from" "$m_step" "$m__to" "$m__patterns"
}

# m__list_sizes DIRECTORY: prints `SIZE NAME` of each plain file below it, the names as `./a/b`.
m__list_sizes() {
  [ -d "$1" ] || return 0
  (cd "$1" && ls -lnRA . 2>/dev/null) </dev/null | awk '
    /^\.\/?.*:$/ { folder = substr($0, 1, length($0) - 1) "/"; next }
    /^-/ && NF >= 9 {
      name = $0
      for (i = 1; i <= 8; i++) sub(/^[^ ]+ +/, "", name)
      print $5, (folder == "" ? "./" : folder) name
    }'
}

# m__each_hand_back COMMAND: runs COMMAND for each record that counts, the last one of each pair, unless it is done.
m__each_hand_back() {
  local m__pairs m__entry_line
  m__pairs=
  while IFS= read -r m__entry_line <&3; do
    case $m__entry_line in *'|hand_back|'* | 0'|run|'*) ;; *) continue ;; esac
    m__load "$m__entry_line"
    [ "$m__kind" = hand_back ] || continue
    case $m__pairs in *"|$m__a1|$m__a3|"*) continue ;; esac
    m__pairs="$m__pairs|$m__a1|$m__a3|"
    m__is_undone || "$1" 3<&-
  done 3<"$m_work/backwards"
  m__enter "$m__leader"
}

# m__look_at_new_side: before anything is undone, lists the files that are below FROM. Later nobody could tell whether the
# new daemon or the undo removed a file.
m__look_at_new_side() {
  [ ! -f "$m__receipt/saved/$m__entry_seq.there" ] || return 0
  m__list_sizes "$m__a1" >"$m__receipt/saved/$m__entry_seq.part" &&
    mv -f "$m__receipt/saved/$m__entry_seq.part" "$m__receipt/saved/$m__entry_seq.there"
}

# m__undo_hand_back: of the entry m__a1 (FROM), m__a3 (TO), m__a4 (patterns).
m__undo_hand_back() {
  local m__from_shelf m__handed_dir m__source_dir m__handed m__shelved m__hand_bad m__name m__class
  m__find_kept
  m__from_shelf=$m__kept$m__a1
  [ -d "$m__from_shelf" ] || [ -d "$m__a1" ] || {
    m__result kept hand_back "$m__a3" "nothing was written in $m__a1 since"
    return 0
  }
  [ -d "$m__a3" ] || {
    m__result kept hand_back "$m__a3" "it is no directory, so nothing is copied back there from $m__a1; the data is kept in $m__from_shelf"
    return 0
  }
  : >"$m_work/hand.err"
  m__handed_dir='' m__source_dir=''
  m__plan_hand_back
  m__handed=0
  m__shelved=0
  m__hand_bad=
  while IFS= read -r m__name <&4; do
    m__class=${m__name%% *}
    m__name=${m__name#* }
    m__hand "$m__class" || m__hand_bad="$m__hand_bad $m__name"
  done 4<"$m_work/hand.plan"
  m__give_back
  m__say_handed_back
}

m__say_handed_back() {
  local m__count m__shelved_words m__name
  if [ -n "$m__hand_bad" ]; then
    m__result failed hand_back "$m__a3" "cannot copy back from $m__a1 or $m__from_shelf:$m__hand_bad: $(tail -n 1 "$m_work/hand.err")"
    return 0
  fi
  m__count=0
  while IFS= read -r m__name; do
    m__count=$((m__count + 1))
  done <"$m_work/hand.both"
  [ "$m__count" -eq 0 ] ||
    notice "changed on both sides since the hand-over, left unchanged in $m__a3, and what was written in $m__a1 is $(m__where_it_is): $(head -n 5 "$m_work/hand.both" | tr '\n' ' ')($m__count in all)"
  if [ "$m__handed$m__shelved" = 00 ]; then
    m__result kept hand_back "$m__a3" "nothing that was written in $m__a1 is copied back here"
    return 0
  fi
  m__files_words "$m__shelved"
  m__shelved_words=
  [ "$m__shelved" -eq 0 ] || m__shelved_words="; $m__words kept in $m__kept$m__a3 that no longer fits: the new side has removed its copy"
  m__files_words "$m__handed"
  m__result undone hand_back "$m__a3" "$m__words back here that changed in $m__a1 since$m__shelved_words"
}

m__where_it_is() {
  if [ -d "$m__from_shelf" ]; then
    printf 'kept in %s' "$m__from_shelf"
  else
    printf 'still there'
  fi
}

# m__hand CLASS: m__name goes back, or, when it is `gone` from the new side, away. The directories on the way are ours
# meanwhile; those that are missing are made like the ones that it comes from.
m__hand() {
  local m__there
  m__there=$m__a3/${m__name#./}
  if [ "$1" = gone ]; then
    m_escape "$m__there"
    printf '%s\n' "$m_escaped" >>"$m__receipt/handed-back"
    m__keep_path "$m__there" 2>>"$m_work/hand.err" || return 1
    m__shelved=$((m__shelved + 1))
    return 0
  fi
  m__find_source 2>>"$m_work/hand.err" || return 1
  m__hand_directories 2>>"$m_work/hand.err" || return 1
  m_escape "$m__there"
  printf '%s\n' "$m_escaped" >>"$m__receipt/handed-back"
  if [ "$1" != "same" ]; then
    m__hand_file "$1" 2>>"$m_work/hand.err" || return 1
  fi
  m__handed=$((m__handed + 1))
}

m__hand_directories() {
  local m__way m__rest_of_way
  m_parent "$m__there"
  [ "$m_dir" != "${m__handed_dir-}" ] || return 0
  m__handed_dir=
  m__hand_to=$m_dir
  m__hold_dir "$m__hand_to" || return 1
  m__way=
  m__rest_of_way=${m__hand_to#"$m__a3"}
  m__rest_of_way=${m__rest_of_way#/}
  while [ -n "$m__rest_of_way" ]; do
    m__way=$m__way/${m__rest_of_way%%/*}
    case $m__rest_of_way in */*) m__rest_of_way=${m__rest_of_way#*/} ;; *) m__rest_of_way= ;; esac
    if ! is_there "$m__a3$m__way" || m__is_half_made; then
      m__hand_directory "$m__way" || return 1
    fi
    [ -d "$m__a3$m__way" ] && [ ! -h "$m__a3$m__way" ] || return 1
  done
  m__handed_dir=$m__hand_to
}

# m__hand_directory WAY: made below TO like the one that it comes from.
m__hand_directory() {
  m_escape "$m__a3$1"
  printf '%s\n' "$m_escaped" >>"$m__receipt/handed-back"
  [ -d "$m__a3$1" ] || mkdir -m 0700 "$m__a3$1" || return 1
  m__look_lent "$m__a1$1"
  [ "$m_type" = dir ] || {
    m_look "$m__from_shelf$1"
    m__look_owed "$m__state_dir/runs/${m__kept_run:-$m__run_id}/shelves" "$m__from_shelf$1"
  }
  m__known_owner "$m__a3"
  m__give_later "$m__a3$1" "$m_uid:$m_gid" "$m_mode"
}

# m__is_half_made: an undo that was cut made the directory, and maybe not more.
m__is_half_made() {
  [ -f "$m__receipt/handed-back" ] && m_escape "$m__a3$m__way" && grep -qxF -- "$m_escaped" "$m__receipt/handed-back" &&
    m_look "$m__a3$m__way" && [ "$m_type$m_mode" = dir0700 ]
}

# m__known_owner DIRECTORY: after m_look: an account that went with the run leaves its files to the owner of DIRECTORY.
m__known_owner() {
  local m__has_account m__account_name m__account_pw m__account_uid m__account_rest m__mode_had
  m__has_account=
  while IFS=: read -r m__account_name m__account_pw m__account_uid m__account_rest; do
    [ "$m__account_uid" != "$m_uid" ] || m__has_account=1
  done </etc/passwd
  [ -z "$m__has_account" ] || return 0
  m__mode_had=$m_mode
  m__look_lent "$1"
  m_mode=$m__mode_had
}

# m__look_lent DIRECTORY: m_look; where it is borrowed, its owner and mode are noted.
m__look_lent() {
  m_look "$1"
  [ "$m_type" = dir ] && [ -f "$m__receipt/borrowed" ] || return 0
  m__find_real "$1"
  m__look_owed "$m__receipt/borrowed" "$m_real"
}

# m__look_owed LIST DIRECTORY: after m_look: if LIST, of lines `UID:GID|MODE|PATH`, says whose DIRECTORY is to be, that counts.
m__look_owed() {
  local m__owed_owner m__owed_mode m__owed_path m__rest
  [ -f "$1" ] || return 0
  m_escape "$2"
  while IFS='|' read -r m__owed_owner m__owed_mode m__owed_path m__rest; do
    [ "$m__owed_path" = "$m_escaped" ] || continue
    m_mode=$m__owed_mode m_uid=${m__owed_owner%:*} m_gid=${m__owed_owner#*:}
    return 0
  done <"$1"
}

# m__hand_file CLASS: a file of the old daemon's own keeps its owner and mode, and what it held is kept.
m__hand_file() {
  m__seq=$m__entry_seq
  m__find_temp "$m__there" && cp -p "$m__source" "$m__temp" || return 1
  if [ "$1" = old ]; then
    m_look "$m__there"
    m__copy_to_shelf "$m__hand_to" "${m__there##*/}" || return 1
  else
    m_look "$m__source"
    m__known_owner "$m__hand_to"
  fi
  chown "$m_uid:$m_gid" "$m__temp" && m__chmod "$m_mode" "$m__temp" && m__make_room "$m__there" && mv -f "$m__temp" "$m__there"
}
