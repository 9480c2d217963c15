# What a run says: one line an event, appended to the run's event log. The grammar is in docs/protocol.md.

# m_emit KIND FIELD...: secrets are masked, because the log may stay on the host. The first fields are the protocol's
# own words, and are left alone: a secret may be such a word.
m_emit() {
  case $1 in
    notice) m_plain=1 ;;
    res) m_plain=3 ;;
    end) m_plain=4 ;;
    *) m_plain=2 ;;
  esac
  m_joined=
  m_bar=
  for m_field; do
    if [ "$m_plain" -gt 0 ]; then
      m_plain=$((m_plain - 1))
    else
      m_hide "$m_field"
      m_field=$m_hidden
    fi
    m_escape "$m_field"
    m_joined=$m_joined$m_bar$m_escaped
    m_bar='|'
  done
  printf '%s\n' "$m_joined" >>"$m_events"
}

# m_hide VALUE: sets m_hidden to VALUE with every secret in it masked. Without a process.
m_hide() {
  m_hidden=$1
  [ -s "$m_work/secrets" ] || return 0
  while IFS= read -r m_secret; do
    m_replace "$m_hidden" "$m_secret" '[secret]'
    m_hidden=$m_replaced
  done <"$m_work/secrets"
}

# m_emit_diff OLD NEW: a unified diff of two text files as `d` events, capped. Secrets are masked before the log.
m_emit_diff() {
  # diff's file headers carry temporary names; the event before says which file it is.
  # Escaped by sed: what a doubled backslash in a replacement means differs between awks.
  diff -u "$1" "$2" 2>/dev/null | sed -e 1,2d | m_mask |
    sed -e 's/\\/\\\\/g' -e 's/|/\\0174/g' -e "s/$m_tab/\\\\t/g" -e "s/$m_cr/\\\\r/g" -e 's/^/d|/' |
    awk -v cap="$m_diff_cap" '
      NR <= cap { print }
      END { if (NR > cap) print "d|... " NR - cap " more lines" }' >>"$m_events"
}

# m_mask: a filter; replaces every secret value by [secret]. Without secrets it is cat.
m_mask() {
  if [ -s "$m_work/secrets" ]; then
    awk -v list="$m_work/secrets" -f "$m_work/runtime/mask.awk"
  else
    cat
  fi
}

# A text file, as far as a diff is concerned: no NUL in it, and not huge.
m_is_text() {
  [ -f "$1" ] || return 1
  m_size=$(wc -c <"$1")
  [ $((m_size)) -le 1048576 ] || return 1
  [ $((m_size)) -eq $(($(tr -d '\000' <"$1" | wc -c))) ]
}

# fail REASON: ends the step as failed. For steps and resources alike.
fail() {
  m_escape "$*"
  printf '%s\n' "$m_escaped" >"$m_work/fail.reason"
  exit 1
}

# notice TEXT: something that the operator should read; changes nothing.
notice() {
  m_emit notice "$*"
}
