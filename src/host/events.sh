# What a run says: one line an event, appended to the run's event log. The grammar is in docs/protocol.md.

# m_emit KIND FIELD...: secrets are masked, because the log may stay on the host. The first fields are the protocol's
# own words, and are left alone: a secret may be such a word.
m_emit() {
  case $1 in
    notice | obs) m_plain=1 ;;
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

# m_hide VALUE: sets m_hidden to VALUE with everything secret in it masked: the run's own secrets by value, without a
# process, and what looks like a secret of the host's own files (mask-files.awk).
m_hide() {
  m_hidden=$1
  if [ -s "$m_work/secrets" ]; then
    while IFS= read -r m_secret; do
      m_replace "$m_hidden" "$m_secret" '[secret]'
      m_hidden=$m_replaced
    done <"$m_work/secrets"
  fi
  case $m_hidden in
    *[Ss][Ee][Cc][Rr][Ee][Tt]* | *[Pp][Rr][Ii][Vv][Aa][Tt][Ee]* | *Prime[12]:* | *Exponent[12]:* | *Coefficient:* | *Key:* | *[Kk][Ee][Yy][\ \	]*[0-9]* | *'$'*'$'* | *-y*:* | *://*:*@* | *:????????*:[0-9]*:*) ;;
    *) return 0 ;;
  esac
  m_hidden=$(printf '%s%s\n' "$m_hidden" "$m_end_of_text" | awk -v end="$m_end_of_text" -f "$m_masks" && printf .)
  m_hidden=${m_hidden%.}
}

# What stands behind the last byte of a text for mask-files.awk. No text of a host has it.
m_end_of_text=@muster-end@
m_masks=$m_work/runtime/mask-files.awk

# m_kind_of PATH: sets m_kind_of_file: what the name says of the secrets in a file; mask-files.awk knows the words.
m_kind_of() {
  case $1 in
    *.private | *.private.*) m_kind_of_file=private ;;
    */master.passwd* | */shadow* | */gshadow* | */spwd*) m_kind_of_file=accounts ;;
    *.key | *.key.* | *_key | *.pem | */id_[a-z]*) m_kind_of_file=key ;;
    *) m_kind_of_file= ;;
  esac
}

# m_may_hold_secrets FILE...: one of them holds a word that secrets stand behind, or a character of a password's hash.
m_may_hold_secrets() {
  grep -i -e secret -e private -e 'prime[12]:' -e 'exponent[12]:' -e coefficient: -e 'key[: 	]' -e '-y.*:' -e '://.*:.*@' -e '[$].*[$]' -e ':[^: ]\{8,\}:[0-9]*:' "$@" >/dev/null 2>&1
}

# masked FILE: prints a text file with what is secret in it masked, for observations and messages. Nothing without it.
masked() {
  [ -f "$1" ] || return 0
  if ! m_readable "$1"; then
    printf '(not read: %s)\n' "$m_read_why"
    return 0
  fi
  m_kind_of "$1"
  { cat "$m_opened_file" && printf '%s\n' "$m_end_of_text"; } |
    awk -v end="$m_end_of_text" -v kind="$m_kind_of_file" -f "$m_masks"
}

# m_emit_diff OLD NEW [PATH]: a unified diff of two text files as `d` events, capped; PATH is where they belong. It is made
# of masked copies of the whole files, because a line of a diff does not show what statement it is a part of.
m_emit_diff() {
  m_masked_copies "$1" "$2" "${3-$1}"
  m_list=
  [ ! -s "$m_work/secrets" ] || m_list=$m_work/secrets
  diff -u "$m_diff_a" "$m_diff_b" 2>/dev/null |
    awk -v list="$m_list" -v cap="$m_diff_cap" -f "$m_work/runtime/diff.awk" >>"$m_events"
}

# m_masked_copies OLD NEW PATH: sets m_diff_a and m_diff_b to what a diff may be made of: the files themselves when nothing
# in them can be a secret. In the copies equal values have equal numbers, so they differ where the files differ.
m_masked_copies() {
  m_diff_a=$1
  m_diff_b=$2
  m_kind_of "$3"
  [ -n "$m_kind_of_file" ] || m_may_hold_secrets "$1" "$2" || return 0
  m_diff_a=$m_work/masked.old
  m_diff_b=$m_work/masked.new
  (
    umask 077
    : >"$m_diff_a"
    : >"$m_diff_b"
  )
  { cat "$1" && printf '%s\n' "$m_end_of_text" && cat "$2" && printf '%s\n' "$m_end_of_text"; } |
    awk -v end="$m_end_of_text" -v kind="$m_kind_of_file" -v numbered=1 -v old="$m_diff_a" -v new="$m_diff_b" -f "$m_masks"
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
  [ -z "${m_lent-}" ] || m_give_back
  m_escape "$*"
  printf '%s\n' "$m_escaped" >"$m_work/fail.reason"
  exit 1
}

# notice TEXT: something that the operator should read; changes nothing.
notice() {
  m_emit notice "$*"
}
