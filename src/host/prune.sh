# Old receipts go, so that a host that is applied to for years does not fill up. What cannot be made again is kept first.

# m_prune: receipts beyond the newest m_keep_receipts go, oldest first (see units.sh). The receipt of this run always stays,
# and so does one that a rollback has begun and not finished.
m_prune() {
  m_count=0
  for m_one in "$m_state_dir"/runs/*; do
    m_count=$((m_count + 1))
  done
  [ "$m_count" -le "$m_keep_receipts" ] || m_prune_receipts
}

m_prune_receipts() {
  m_in_order >"$m_work/receipts"
  while IFS= read -r m_one <&3; do
    [ "$m_count" -gt "$m_keep_receipts" ] || break
    [ "$m_one" != "$m_receipt" ] || continue
    m_status=$(cat "$m_one/status")
    case $m_status in rolling-back | rollback-incomplete) continue ;; esac
    # Runs that are undone together go together.
    m_unit_goes || break
    m_hold_dir "$m_state_dir"
    m_keep_of_receipt
    m_own_status=$?
    m_let_go
    if [ "$m_own_status" -ne 0 ]; then
      notice "the old receipt $m_one stays: what in it cannot be made again could not be moved to $m_state_dir/kept"
      continue
    fi
    rm -rf "$m_one"
    m_count=$((m_count - 1))
  done 3<"$m_work/receipts"
}

# m_unit_goes: true when all the runs that are undone with m_one go now.
m_unit_goes() {
  m_own=$m_receipt
  m_going=$m_one
  m_find_leader "$m_one"
  m_receipt=${m_leader:+$m_state_dir/runs/}$m_leader
  [ -z "$m_leader" ] || m_find_unit
  m_stays=
  # Its older parts come before it, so what is left of the unit is what is still there.
  if [ -n "$m_leader" ]; then
    # shellcheck disable=SC2086
    set -- $m_unit
    [ "$m_receipt" != "$m_own" ] && [ $((m_count - $#)) -ge "$m_keep_receipts" ] || m_stays=1
  fi
  m_receipt=$m_own
  m_one=$m_going
  [ -z "$m_stays" ]
}

# m_keep_of_receipt: what must outlive the receipt m_one moves to kept/RUN-ID: what an undo took from others (undos of older
# versions kept it there), and, unless everything was put back, originals that hold keys or are journals.
m_keep_of_receipt() {
  m_kept=$m_state_dir/kept/${m_one##*/}
  for m_file in "$m_one"/saved/foreign.*; do
    ! is_there "$m_file" || { m_shelf_for '' && mv -f "$m_file" "$m_kept/"; } || return 1
  done
  case $m_status in rolled-back | taken-back) return 0 ;; esac
  (cd "$m_one/saved" && grep -l -e 'Private-key-format' -e 'PRIVATE KEY-----' -e 'PRIVATE KEY BLOCK-----' \
    -e '\.private' -e '\.jnl' -e '\.nz[fd]' -- * </dev/null 2>/dev/null) >"$m_work/receipt.keys"
  awk -F'|' -v keys="$m_work/receipt.keys" '
    BEGIN { while ((getline line < keys) > 0) found[line] = 1 }
    $2 == "path" && $6 == "file" && ($1 in found || $3 ~ /\.(jnl|jbk|private|nzf|nzd|tsigkeys|pem)$/ || $3 ~ /\/K[^\/]*\.(key|state)$/) { print $1, $2, $3 }
    $2 == "tree" && $1 in found { print $1, $2, $3 }' "$m_one/journal" >"$m_work/receipt.originals"
  m_count_kept=0
  while read -r m_number m_kind m_file <&4; do
    m_unescape "$m_file"
    m_keep_original || return 1
  done 4<"$m_work/receipt.originals"
  [ "$m_count_kept" -eq 0 ] ||
    notice "the receipt of run ${m_one##*/} is one too many and goes; $m_count_kept originals in it that cannot be made again are kept in $m_kept"
}

# m_keep_original: of entry m_number, once at m_unescaped, unless the host still has it.
m_keep_original() {
  m_saved=$m_one/saved/$m_number
  m_parent "$m_unescaped"
  m_leaf=${m_unescaped##*/}
  if [ "$m_kind" = tree ]; then
    m_leaf=$m_leaf.tar
  elif [ -f "$m_unescaped" ] && [ ! -h "$m_unescaped" ] && m_readable "$m_unescaped" "$m_read_large" && cmp -s "$m_saved" "$m_opened_file"; then
    return 0
  fi
  m_shelf_for "$m_dir" || return 1
  m_other=
  while is_there "$m_shelf/$m_leaf$m_other"; do
    ! cmp -s "$m_saved" "$m_shelf/$m_leaf$m_other" || return 0
    m_other=.$m_number$m_other
  done
  # A copy: until the whole receipt goes, it can be rolled back.
  cp -p "$m_saved" "$m_shelf/.muster.part" && mv -f "$m_shelf/.muster.part" "$m_shelf/$m_leaf$m_other" || return 1
  m_count_kept=$((m_count_kept + 1))
}
