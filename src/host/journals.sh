# What a rollback reads: the journals of all runs of the unit as one list, what an earlier rollback undid of it, and one
# entry of it.

# m__sort_journals: sorts the unit's journals, in one pass, into files of the private directory:
# - `backwards`: their whole entries, last first; an entry `0|run|RUN-ID|.` precedes those of each run;
# - `forwards`: the same, the other way round;
# - `services` and `conf`: see switches.sh;
# - `once`: the files that the run put there once;
# - `ways`: the directories on the ways to the paths of the first entries.
# A line that a killed driver left half written has no dot, and is left out.
m__sort_journals() {
  local m__one_run
  set --
  for m__one_run in $m__unit; do
    set -- ${1+"$@"} "run=$m__one_run" "$m__state_dir/runs/$m__one_run/journal"
  done
  awk -F'|' -v OFS='|' -v work="$m_work/" -v conf=/etc/rc.conf '
    # If the unit found nothing at a place and made a directory there, all directories below it were made since, no matter by
    # what. So if a later run has an entry that it found one of them, the entry counts as `absent`, too.
    function absent_below_new(text, of_run,    field, n, k, above, out) {
      n = split(text, field, "|")
      if (field[2] != "path" || field[6] != "dir" || field[11] != "dir") return text
      above = field[3]
      while (sub(/\/[^\/]*$/, "", above) && above != "") {
        if (oldest[above] != "absent" || since[above] <= of_run) continue
        out = field[1]
        for (k = 2; k <= n; k++) out = out "|" (k == 6 ? "absent" : k > 6 && k < 11 ? "-" : field[k])
        return out
      }
      return text
    }
    # A step that changes a file again and again, such as rc.conf, leaves an entry each time, and nothing between them that an
    # undo must do. Before them goes an entry `SEQ|chain|PATH|STEP|THEIR SEQS|PRE of the oldest|POST of the newest||.`
    function find_chain(first_line,    newest, f, k, seqs, pre) {
      if (split(order[first_line], newest, "|") != 17 || newest[2] != "path" || newest[6] newest[11] != "filefile" || newest[16] != "") return
      seqs = newest[1]
      pre = print_of(newest, 6)
      for (k = first_line + 1; k <= n; k++) {
        if (order[k] ~ /^[0-9]*\|(switch|time)\|/) continue
        if (split(order[k], f, "|") != 17 || f[2] != "path" || f[3] != newest[3] || f[4] != newest[4] || f[6] != "file" || f[16] != "" || print_of(f, 11) != pre) break
        seqs = seqs " " f[1]
        pre = print_of(f, 6)
        chained = k
      }
      if (seqs != newest[1]) print newest[1], "chain", newest[3], newest[4], seqs, pre, print_of(newest, 11), "", "." >(work "backwards")
    }
    # Entries in a row about paths that were not there before, each path named once, and none of them behind a link among them.
    # Before them goes an entry `0|bunch|NUMBER|.`, and `bunch.NUMBER` has them.
    function find_bunch(first_line,    f, k, many, list, links, ways) {
      split("", links); split("", ways)
      for (k = first_line; k <= n && many < 200; k++) {
        if (order[k] ~ /^[0-9]*\|(switch|time|hand_back)\|/) continue
        if (split(order[k], f, "|") != 17 || f[2] != "path" || f[6] != "absent" || f[11] !~ /^(file|dir|other|link)$/ || times[f[3]] != 1) break
        if (goes_by(f[3], links) || f[11] == "link" && f[3] in ways) break
        if (f[11] == "link") links[f[3]] = 1
        note_way(f[3], ways)
        many++
        list = list order[k] "\n"
        bunched = k
      }
      if (many < 3) return
      printf "%s", list >(work "bunch." ++bunches)
      close(work "bunch." bunches)
      print 0, "bunch", bunches, "." >(work "backwards")
    }
    function goes_by(path, links) {
      while (sub(/\/[^\/]*$/, "", path) && path != "") if (path in links) return 1
      return 0
    }
    function note_way(path, ways) {
      while (sub(/\/[^\/]*$/, "", path) && path != "") ways[path] = 1
    }
    function list_way(path) {
      if (index(path, "\\") || !sub(/\/[^\/]*$/, "", path) || path == "" || (path in listed) || ++ways_listed > 200) return
      listed[path] = 1
      print path >(work "ways")
    }
    function print_of(field, from) {
      return field[from] "|" field[from + 1] "|" field[from + 2] "|" field[from + 3] "|" field[from + 4]
    }
    function note_service() {
      if (!(f[3] in at)) {
        at[f[3]] = ++services
        service[services] = f[3]; script[services] = f[5]; first[services] = f[2]; seq[services] = f[1]; step[services] = f[4]
        state[services] = f[2] == "restart" ? "running" : f[6]; run_of[services] = name[of[i]]
      }
      if (f[2] == "switch" && f[7] ~ /_chroot(dir)?$/) place[at[f[3]]] = 1
      if (f[2] == "switch") switches++
      else others[at[f[3]]] = 1
    }
    run != was_run { was_run = run; name[++runs] = run }
    /\|\.$/ { whole[runs, ++entries[runs]] = $0 }
    END {
      printf "" >(work "once"); printf "" >(work "services"); printf "" >(work "conf"); printf "" >(work "ways")
      for (r = 1; r <= runs; r++) {
        order[++n] = "0|run|" name[r] "|."; of[n] = r
        for (i = entries[r]; i; i--) { order[++n] = whole[r, i]; of[n] = r }
      }
      # The last line that names a path is its oldest one.
      for (i = 1; i <= n; i++) {
        split(order[i], f, "|")
        if (f[2] == "path") { oldest[f[3]] = f[6]; since[f[3]] = of[i]; times[f[3]]++ }
        if (f[2] == "path" || f[2] == "time") list_way(f[3])
      }
      for (i = 1; i <= n; i++) if (runs > 1) order[i] = absent_below_new(order[i], of[i])
      for (i = 1; i <= n; i++) {
        if (i > chained) find_chain(i)
        if (i > bunched) find_bunch(i)
        print order[i] >(work "backwards")
      }
      for (i = n; i; i--) {
        print order[i] >(work "forwards")
        fields = split(order[i], f, "|")
        if (f[2] == "path" && f[11] == "file" && fields == 17 && f[16] != "") print f[3] >(work "once")
        if (f[2] == "switch" || f[2] == "service" || f[2] == "restart") note_service()
      }
      for (i = 1; i <= services; i++)
        print service[i], script[i], state[i], first[i], others[i], place[i], seq[i], run_of[i], step[i] >(work "services")
      for (i = 1; switches && i <= n; i++) {
        split(order[i], f, "|")
        if (f[2] == "run" || f[2] == "path" && index(f[3], conf) == 1) print order[i] >(work "conf")
      }
    }' ${1+"$@"}
}

# m__know_journal_ways: when nothing is known of any way (any more): one look at those that the next entries need.
m__know_journal_ways() {
  local m__way
  [ "$m__safe" = "$m_nl/$m_nl" ] || return 0
  set --
  while IFS= read -r m__way; do
    set -- ${1+"$@"} "$m__way"
  done <"$m_work/ways"
  [ $# -eq 0 ] || m__know_ways "$@"
}

# m__find_undone: sets m__undone to the entries of the unit that an earlier rollback, which was cut, dealt with: `|RUN-ID:SEQ|...`.
m__find_undone() {
  local m__one_run m__line
  m__undone=
  for m__one_run in $m__unit; do
    [ -f "$m__state_dir/runs/$m__one_run/undone" ] || continue
    while read -r m__line; do
      m__undone="$m__undone|$m__one_run:$m__line|"
    done <"$m__state_dir/runs/$m__one_run/undone"
  done
}

# m__load ENTRY: splits a journal line into m__entry_seq, m__kind, m__a1 m__a2 m__a3 m__a4 and the fingerprints of a path.
m__load() {
  local m__f1 m__f2 m__f3 m__f4 m__f5 m__f6 m__f7 m__f8 m__f9 m__f10 m__f11 m__f12 m__f13 m__rest
  IFS='|' read -r m__entry_seq m__kind m__f1 m__f2 m__f3 m__f4 m__f5 m__f6 m__f7 m__f8 m__f9 m__f10 m__f11 m__f12 m__f13 m__rest <<EOF
$1
EOF
  m__unescape "$m__f1"
  m__a1=$m__unescaped
  m__entry_step=$m__f2
  if [ "$m__kind" = run ]; then
    m__entry_step=
    m__enter "$m__a1"
    return 0
  fi
  if [ "$m__kind" = path ] || [ "$m__kind" = chain ]; then
    m_path=$m__a1
    m__unescape "$m__f3"
    m__transient=$m__unescaped
    m__pre_type=$m__f4 m__pre_mode=$m__f5 m__pre_uid=$m__f6 m__pre_gid=$m__f7 m__pre_extra=$m__f8
    m__post_type=$m__f9 m__post_mode=$m__f10 m__post_uid=$m__f11 m__post_gid=$m__f12 m__post_extra=$m__f13
    m__pre="$m__pre_type|$m__pre_mode|$m__pre_uid|$m__pre_gid|$m__pre_extra"
    # Old journals end here.
    m__rest=${m__rest%.}
    m__rest=${m__rest%'|'}
    m__unescape "$m__rest"
    m__keeps=$m__unescaped
    return 0
  fi
  m__unescape "$m__f3"
  m__a3=$m__unescaped
  m__unescape "$m__f4"
  m__a4=$m__unescaped
  m_path=$m__a1
}
