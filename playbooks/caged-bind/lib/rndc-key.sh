# Resources of this playbook: the key by which rndc talks to named.

# caged_key: the key is in the cage, for named to read again after it gave up root, and rndc finds it where it looks.
# As one, because the parts of a whole show no diff: the key is nobody's business.
caged_key() {
  key_is_wanted || return 0
  [ "$config_from:$rndc" = playbook:yes ] || stage_rndc_key
  # Told before the change; see zone_file.
  same_as "$rndc_key" "$cage/etc/rndc.key" || m_touched "$cage$named_conf"
  as_one rndc_key "$cage/etc/rndc.key"
  copy "$cage/etc/rndc.key" --from "$rndc_key" --owner root --group "$run_group" --mode 0640
  # A package of today looks for it below its own prefix.
  if [ "$named_source" = package ]; then
    directory "$cage${program%/sbin/*}/etc"
    symlink "$cage${program%/sbin/*}/etc/rndc.key" --to /etc/rndc.key
  fi
  if [ -h /etc/rndc.key ] || [ ! -f /etc/rndc.key ]; then
    symlink /etc/rndc.key --to "$cage/etc/rndc.key"
  fi
  as_one_end
}

# key_is_wanted: true if the vars say so, or if the host has a key. Its own configuration may count on that key, or the base
# system's rc script would move it. True also if that script would make a key at its start: meanwhile nobody serves, it may
# wait for entropy for ever, and no rollback would know of the key.
key_is_wanted() {
  [ "$config_from:$rndc" != playbook:yes ] || return 0
  word=rndc-confgen
  if [ -f /etc/rndc.key ]; then
    [ "$config_from" != host ] || return 0
    word=rndc.key
  fi
  [ "$named_source" = base ] && mentions "$rc_script" "$word"
}

# stage_rndc_key: sets rndc_key to a file with the key that the host has, or else with a new one: where the host has it, if nobody
# but root can change it there. It never leaves the host.
stage_rndc_key() {
  rndc_key=$m_work/rndc.key
  for known in /etc/rndc.key "$cage/etc/rndc.key"; do
    [ -f "$known" ] || continue
    # It becomes named's to read, and that of the cage may be what named put there, while that was its own.
    m_readable "$known" 65536 || fail "rndc: the key cannot be taken from $known: $m_read_why"
    if [ -h "$known" ] || [ "$known" != /etc/rndc.key ]; then
      m_look "$cage/etc/rndc.key"
      [ "$m_links" -eq 1 ] || {
        m_names_words "$cage/etc/rndc.key" "$m_links"
        fail "rndc: $m_hold_why"
      }
    fi
    if [ "$m_opened_file" = /etc/rndc.key ] && [ ! -h /etc/rndc.key ]; then
      rndc_key=/etc/rndc.key
    else
      cat "$m_opened_file" >"$m_work/rndc.key"
    fi
    return 0
  done
  # Up to BIND 9.9 the control channel knows no other algorithm.
  case $("$program" -v 2>/dev/null) in
    *' 9.'[0-9].*) algorithm=hmac-md5 ;;
    *) algorithm=hmac-sha256 ;;
  esac
  # Not by rndc-confgen: it waits for entropy, for good where there is none, and lost the option against that.
  secret=$(dd if=/dev/urandom bs=30 count=1 2>/dev/null | od -b | awk '
    { for (i = 2; i <= NF; i++) byte[n++] = substr($i, 1, 1) * 64 + substr($i, 2, 1) * 8 + substr($i, 3, 1) }
    END {
      letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
      for (i = 0; i + 2 < n; i += 3) {
        three = byte[i] * 65536 + byte[i + 1] * 256 + byte[i + 2]
        for (by = 262144; by >= 1; by /= 64) text = text substr(letters, int(three / by) % 64 + 1, 1)
      }
      print text
    }')
  [ ${#secret} -eq 40 ] || fail 'rndc: /dev/urandom gives no key'
  printf 'key "rndc-key" {\n\talgorithm %s;\n\tsecret "%s";\n};\n' "$algorithm" "$secret" >"$m_work/rndc.key"
}
