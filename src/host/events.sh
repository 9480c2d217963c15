# What a run says: one line an event, appended to the run's event log. The grammar is in docs/protocol.md.

# m__emit KIND FIELD...: secrets are masked, because the log may stay on the host. The first fields are the protocol's
# own words, and are left alone: a secret may be such a word.
m__emit() {
  local m__plain_fields m__bar m__field
  case $1 in
    notice | obs | d) m__plain_fields=1 ;;
    res) m__plain_fields=3 ;;
    end) m__plain_fields=4 ;;
    *) m__plain_fields=2 ;;
  esac
  m__joined=
  m__bar=
  for m__field; do
    if [ "$m__plain_fields" -gt 0 ]; then
      m__plain_fields=$((m__plain_fields - 1))
    else
      m__hide "$m__field"
      m__field=$m__hidden
    fi
    m_escape "$m__field"
    m__joined=$m__joined$m__bar$m_escaped
    m__bar='|'
  done
  printf '%s\n' "$m__joined" >>"$m__events"
  [ -z "$m__events_copy" ] || printf '%s\n' "$m__joined" >>"$m__events_copy"
}

# m__emit_lines FILE: events that stand in a file, a few.
m__emit_lines() {
  local m__line
  while IFS= read -r m__line; do
    printf '%s\n' "$m__line"
    [ -z "$m__events_copy" ] || printf '%s\n' "$m__line" >&6
  done <"$1" >>"$m__events" 6>>"${m__events_copy:-/dev/null}"
}

# m__hide VALUE: sets m__hidden to VALUE with everything secret in it masked: the run's own secrets by value, without a
# process, and what looks like a secret of the host's own files (mask-files.awk).
m__hide() {
  local m__secret
  m__hidden=$1
  if [ -s "$m_work/secrets" ]; then
    while IFS= read -r m__secret; do
      m_replace "$m__hidden" "$m__secret" '[secret]'
      m__hidden=$m_replaced
    done <"$m_work/secrets"
  fi
  case $m__hidden in
    *[Ss][Ee][Cc][Rr][Ee][Tt]* | *[Pp][Rr][Ii][Vv][Aa][Tt][Ee]* | *Prime[12]:* | *Exponent[12]:* | *Coefficient:* | *Key:* | *[Kk][Ee][Yy][\ \	]*[0-9]* | *'$'*'$'* | *-y*:* | *://*:*@* | *:$m__hash*:[0-9]*:*) ;;
    *) return 0 ;;
  esac
  m__hidden=$(printf '%s%s\n' "$m__hidden" "$m__end_of_text" | awk -v end="$m__end_of_text" -f "$m__masks" && printf .)
  m__hidden=${m__hidden%.}
}

# The first of the characters of a hash of a password, as a pattern: of one field on one line.
m__hash="[!:$m_nl][!:$m_nl][!:$m_nl][!:$m_nl][!:$m_nl][!:$m_nl][!:$m_nl][!:$m_nl]"

# What stands behind the last byte of a text for mask-files.awk. No text of a host has it.
m__end_of_text=@muster-end@
m__masks=$m_work/runtime/mask-files.awk

# m__kind_of PATH: sets m__kind_of_file: what the name says of the secrets in a file; mask-files.awk knows the words.
m__kind_of() {
  case $1 in
    *.private | *.private.*) m__kind_of_file=private ;;
    */master.passwd* | */shadow* | */gshadow* | */spwd*) m__kind_of_file=accounts ;;
    *.key | *.key.* | *_key | *.pem | */id_[a-z]*) m__kind_of_file=key ;;
    *) m__kind_of_file= ;;
  esac
}

# m__may_hold_secrets FILE...: one of them holds a word that secrets stand behind, or a character of a password's hash.
m__may_hold_secrets() {
  grep -i -e secret -e private -e 'prime[12]:' -e 'exponent[12]:' -e coefficient: -e 'key[: 	]' -e '-y.*:' -e '://.*:.*@' -e '[$].*[$]' -e ':[^: ]\{8,\}:[0-9]*:' "$@" >/dev/null 2>&1
}

# masked FILE: prints a text file with what is secret in it masked, for observations and messages. Nothing without it.
masked() {
  [ -f "$1" ] || return 0
  if ! m_readable "$1"; then
    printf '(not read: %s)\n' "$m_read_why"
    return 0
  fi
  m__kind_of "$1"
  { cat "$m_opened_file" && printf '%s\n' "$m__end_of_text"; } |
    awk -v end="$m__end_of_text" -v kind="$m__kind_of_file" -f "$m__masks"
}

# m__emit_diff OLD NEW [PATH]: a unified diff of two text files as `d` events, capped; PATH is where they belong. It is made
# of masked copies of the whole files, because a line of a diff does not show what statement it is a part of.
m__emit_diff() {
  local m__list
  m__masked_copies "$1" "$2" "${3-$1}"
  m__list=
  [ ! -s "$m_work/secrets" ] || m__list=$m_work/secrets
  diff -u "$m__diff_a" "$m__diff_b" 2>/dev/null |
    awk -v list="$m__list" -v cap="$m__diff_cap" -v copy="$m__events_copy" -f "$m_work/runtime/diff.awk" >>"$m__events"
}

# m__masked_copies OLD NEW PATH: sets m__diff_a and m__diff_b to what a diff may be made of: the files themselves when nothing
# in them can be a secret. In the copies equal values have equal numbers, so they differ where the files differ.
m__masked_copies() {
  m__diff_a=$1
  m__diff_b=$2
  m__kind_of "$3"
  [ -n "$m__kind_of_file" ] || m__may_hold_secrets "$1" "$2" || return 0
  m__diff_a=$m_work/masked.old
  m__diff_b=$m_work/masked.new
  (
    umask 077
    : >"$m__diff_a"
    : >"$m__diff_b"
  )
  { cat "$1" && printf '%s\n' "$m__end_of_text" && cat "$2" && printf '%s\n' "$m__end_of_text"; } |
    awk -v end="$m__end_of_text" -v kind="$m__kind_of_file" -v numbered=1 -v old="$m__diff_a" -v new="$m__diff_b" -f "$m__masks"
}

# A text file, as far as a diff is concerned: no NUL in it, and not huge.
m__is_text() {
  local m__size
  [ -f "$1" ] || return 1
  m__size=$(wc -c <"$1")
  [ $((m__size)) -le 1048576 ] || return 1
  [ $((m__size)) -eq $(($(tr -d '\000' <"$1" | wc -c))) ]
}

# fail REASON: ends the step as failed. For steps and resources alike.
fail() {
  [ -z "${m__lent-}" ] || m__give_back
  m_escape "$*"
  printf '%s\n' "$m_escaped" >"$m_work/fail.reason"
  exit 1
}

# notice TEXT: something that the operator should read; changes nothing. A step that begins again because something changed what it
# had looked at says it once.
notice() {
  local m__said
  # It is there while steps run.
  if [ -f "$m_work/notices" ]; then
    m_escape "$*"
    [ -z "${m__look_singly-}" ] || while IFS= read -r m__said; do
      [ "$m__said" != "$m_escaped" ] || return 0
    done <"$m_work/notices"
    printf '%s\n' "$m_escaped" >>"$m_work/notices"
  fi
  m__emit notice "$*"
}
