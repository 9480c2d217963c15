# What an undo hands back, see hand-back.sh: which files the new daemon wrote, which of them the old side may take, and which
# journals of the old side would not fit any more.

# m__find_source: sets m__source to where m__name comes from: where it is kept, or else its place below FROM, whose
# directories are ours from here on. False when it is no plain file of one name.
m__find_source() {
  m__source=$m__from_shelf/${m__name#./}
  m__hold_source || return 1
  if [ -f "$m__source" ] && [ ! -h "$m__source" ]; then
    return 0
  fi
  m__source=$m__a1/${m__name#./}
  m__hold_source || return 1
  m_look "$m__source"
  [ "$m_type$m_links" = file1 ]
}

# m__hold_source: the directory of m__source, until all is handed back. The last one is remembered.
m__hold_source() {
  local m__way_to
  m_parent "$m__source"
  [ "$m__source_dir" != "$m_dir" ] || return 0
  m__source_dir=
  m__way_to=$m_dir
  m__hold_dir "$m__way_to" || return 1
  m__source_dir=$m__way_to
}

# m__list_left: prints the plain files that are still below FROM and were written there since the record. What this undo put
# back there is none of them: its newest content is kept, if others wrote it.
m__list_left() {
  local m__line m__known_sizes
  [ -d "$m__a1" ] || return 0
  while IFS= read -r m__line; do
    m__unescape "$m__line"
    case $m__unescaped in "$m__a1"/*) printf './%s\n' "${m__unescaped#"$m__a1"/}" ;; esac
  done <<EOF >"$m_work/hand.ours"
$(awk -F'|' '$2 == "path" && !seen[$3]++ { print $3 }' "$m_work/backwards")
EOF
  m__list_sizes "$m__a1" >"$m_work/hand.from"
  (cd "$m__a1" && find . -type f -newer "$m__receipt/saved/$m__entry_seq" -print) >"$m_work/hand.newer"
  m__known_sizes=$m__receipt/saved/$m__entry_seq.from
  # Older receipts have none.
  [ -f "$m__known_sizes" ] || m__known_sizes=$m_work/hand.from
  (cd "$m__a1" && find . -type f -links 1 ! -name '.muster*' -print) |
    awk -v was="$m__known_sizes" -v now="$m_work/hand.from" -v newer="$m_work/hand.newer" -v ours="$m_work/hand.ours" "$m__read_sizes"'
      BEGIN {
        read_sizes(was, before)
        read_sizes(now, after)
        while ((getline line < newer) > 0) young[line] = 1
        while ((getline line < ours) > 0) mine[line] = 1
      }
      !($0 in mine) && (($0 in young) || before[$0] != after[$0])'
}

# A function of awk.
m__read_sizes='
    function read_sizes(file, into,    line, at) {
      while ((getline line < file) > 0) {
        at = index(line, " ")
        into[substr(line, at + 1)] = substr(line, 1, at - 1)
      }
    }'

# m__plan_hand_back: writes what goes back into $m_work/hand.plan, `CLASS ./NAME` a line. `gone` lines are first: a journal
# of TO that the new side no longer has. `new`: TO has no such file. `old`: TO has one that nobody changed since. `same`: an
# undo that was cut copied it. Files that were changed on both sides go into hand.both.
m__plan_hand_back() {
  local m__name m__class
  : >"$m_work/hand.files"
  : >"$m_work/hand.both"
  : >"$m_work/hand.plan"
  [ ! -d "$m__from_shelf" ] || (cd "$m__from_shelf" && find . -type f -links 1 ! -name .muster.part -print) >"$m_work/hand.files"
  m__list_left >>"$m_work/hand.files"
  # One line is in order.
  ! { read -r m__name && read -r m__name; } <"$m_work/hand.files" || sort -u "$m_work/hand.files" -o "$m_work/hand.files"
  while IFS= read -r m__name; do
    # A name of two lines is not one of these.
    case $m__name in ./*) ;; *) continue ;; esac
    if m__fits "${m__name#./}" "$m__a4" && m__find_source; then
      printf '%s\n' "$m__name"
    fi
  done <"$m_work/hand.files" >"$m_work/hand.fit"
  [ -s "$m_work/hand.fit" ] || return 0
  m__list_sizes "$m__a3" >"$m_work/hand.now"
  (cd "$m__a3" && find . ! -type d -newer "$m__receipt/saved/$m__entry_seq" -print) >"$m_work/hand.newer"
  awk -v was="$m__receipt/saved/$m__entry_seq.sizes" -v now="$m_work/hand.now" -v newer="$m_work/hand.newer" "$m__read_sizes"'
    BEGIN {
      read_sizes(was, before)
      read_sizes(now, after)
      while ((getline line < newer) > 0) young[line] = 1
    }
    {
      if (!($0 in after)) print "new", $0
      else if ($0 in young || before[$0] != after[$0]) print "both", $0
      else print "old", $0
    }' "$m_work/hand.fit" >"$m_work/hand.classes"
  while IFS= read -r m__name; do
    m__class=${m__name%% *}
    m__name=${m__name#* }
    m__find_source && m_hold "$m__a3/${m__name#./}" || continue
    # Nothing but a plain file is replaced, and what is equal was copied by an undo that was cut.
    if [ "$m__class" = new ]; then
      ! is_there "$m__a3/$m__name" || m__class=both
    elif [ -h "$m__a3/$m__name" ] || [ ! -f "$m__a3/$m__name" ]; then
      m__class=both
    elif cmp -s "$m__source" "$m__a3/$m__name"; then
      m__class="same"
    fi
    printf '%s %s\n' "$m__class" "$m__name"
  done <"$m_work/hand.classes" >"$m_work/hand.judged"
  m__plan_units
}

# m__plan_units: a zone, its journal and its signed form go together or not at all: those of each side do not fit those of
# the other. So one of them that TO has, that nobody changed there, and that the new side has removed, goes away from TO,
# and one that was changed in TO keeps the others where they are.
m__plan_units() {
  local m__new_side
  m__new_side=$m__receipt/saved/$m__entry_seq.there
  [ -f "$m__new_side" ] || m__new_side=$m_work/hand.now
  awk -v both="$m_work/hand.both" -v was="$m__receipt/saved/$m__entry_seq.sizes" -v now="$m_work/hand.now" \
    -v newer="$m_work/hand.newer" -v there="$m__new_side" "$m__read_sizes"'
    function unit(name) {
      sub(/\.(jnl|jbk)$/, "", name)
      sub(/\.signed$/, "", name)
      return name
    }
    BEGIN {
      read_sizes(was, before)
      read_sizes(now, after)
      read_sizes(there, has)
      while ((getline line < newer) > 0) young[line] = 1
    }
    {
      name = $0
      sub(/^[a-z]+ /, "", name)
      order[NR] = name
      class[NR] = $1
      planned[name] = 1
      moves[unit(name)] += $1 != "same"
      if ($1 == "both") torn[unit(name)] = 1
    }
    END {
      printf "" >both
      for (name in after) {
        if ((name in planned) || !(unit(name) in moves)) continue
        if ((name in young) || before[name] != after[name]) torn[unit(name)] = 1
        else if (unit(name) != name && !(name in has) && moves[unit(name)]) stale[name] = 1
      }
      for (name in stale) if (!(unit(name) in torn)) print "gone", name
      for (i = 1; i <= NR; i++) {
        if (!(unit(order[i]) in torn)) print class[i], order[i]
        else if (class[i] != "same") print order[i] >both
      }
    }' "$m_work/hand.judged" >"$m_work/hand.plan"
}
