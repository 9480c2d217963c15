# Old receipts go, so that a host that is applied to for years does not fill up. What cannot be made again is kept first.

# m__prune: receipts beyond the newest m__keep_receipts go, oldest first (see units.sh). The receipt of this run always stays,
# and so does one that a rollback has begun and not finished.
m__prune() {
  local m__count m__one
  m__count=0
  for m__one in "$m__state_dir"/runs/*; do
    m__count=$((m__count + 1))
  done
  [ "$m__count" -le "$m__keep_receipts" ] || m__prune_receipts
}

m__prune_receipts() {
  local m__one m__own_status
  m__in_order >"$m_work/receipts"
  while IFS= read -r m__one <&3; do
    [ "$m__count" -gt "$m__keep_receipts" ] || break
    [ "$m__one" != "$m__receipt" ] || continue
    m__status_of "$m__one"
    case $m__status_word in rolling-back | rollback-incomplete) continue ;; esac
    # Runs that are undone together go together.
    m__unit_goes || break
    m__hold_dir "$m__state_dir"
    m__keep_of_receipt
    m__own_status=$?
    m_let_go
    if [ "$m__own_status" -ne 0 ]; then
      notice "the old receipt $m__one stays: the originals in it could not be moved to $m__state_dir/kept"
      continue
    fi
    rm -rf "$m__one"
    m__count=$((m__count - 1))
  done 3<"$m_work/receipts"
}

# m__unit_goes: true when all the runs that are undone with m__one go now.
m__unit_goes() {
  local m__own m__stays
  m__own=$m__receipt
  m__find_leader "$m__one"
  m__receipt=${m__leader:+$m__state_dir/runs/}$m__leader
  [ -z "$m__leader" ] || m__find_unit
  m__stays=
  # Its older parts come before it, so what is left of the unit is what is still there.
  if [ -n "$m__leader" ]; then
    # shellcheck disable=SC2086
    set -- $m__unit
    [ "$m__receipt" != "$m__own" ] && [ $((m__count - $#)) -ge "$m__keep_receipts" ] || m__stays=1
  fi
  m__receipt=$m__own
  [ -z "$m__stays" ]
}

# m__keep_of_receipt: what must outlive the receipt m__one moves to kept/RUN-ID: what an undo took from others (undos of older
# versions kept it there), and, unless everything was put back, originals that hold keys or are journals.
m__keep_of_receipt() {
  local m__kept m__file m__count_kept m__number m__kind
  m__kept=$m__state_dir/kept/${m__one##*/}
  for m__file in "$m__one"/saved/foreign.*; do
    ! is_there "$m__file" || { m__shelf_for '' && mv -f "$m__file" "$m__kept/"; } || return 1
  done
  m__status_of "$m__one"
  case $m__status_word in rolled-back | taken-back) return 0 ;; esac
  (cd "$m__one/saved" && grep -l -e 'Private-key-format' -e 'PRIVATE KEY-----' -e 'PRIVATE KEY BLOCK-----' \
    -e '\.private' -e '\.jnl' -e '\.nz[fd]' -- * </dev/null 2>/dev/null) >"$m_work/receipt.keys"
  awk -F'|' -v keys="$m_work/receipt.keys" '
    BEGIN { while ((getline line < keys) > 0) found[line] = 1 }
    $2 == "path" && $6 == "file" && ($1 in found || $3 ~ /\.(jnl|jbk|private|nzf|nzd|tsigkeys|pem)$/ || $3 ~ /\/K[^\/]*\.(key|state)$/) { print $1, $2, $3 }
    $2 == "tree" && $1 in found { print $1, $2, $3 }' "$m__one/journal" >"$m_work/receipt.originals"
  m__count_kept=0
  while read -r m__number m__kind m__file <&4; do
    m__unescape "$m__file"
    m__keep_original || return 1
  done 4<"$m_work/receipt.originals"
  [ "$m__count_kept" -eq 0 ] ||
    notice "the receipt of run ${m__one##*/} exceeds the limit and is removed; $m__count_kept originals in it are kept in $m__kept"
}

# m__keep_original: of entry m__number, once at m__unescaped, unless the host still has it.
m__keep_original() {
  local m__saved m__leaf m__other
  m__saved=$m__one/saved/$m__number
  m_parent "$m__unescaped"
  m__leaf=${m__unescaped##*/}
  if [ "$m__kind" = tree ]; then
    m__leaf=$m__leaf.tar
  elif [ -f "$m__unescaped" ] && [ ! -h "$m__unescaped" ] && m_readable "$m__unescaped" "$m__read_large" && cmp -s "$m__saved" "$m_opened_file"; then
    return 0
  fi
  m__shelf_for "$m_dir" || return 1
  m__other=
  while is_there "$m__shelf/$m__leaf$m__other"; do
    ! cmp -s "$m__saved" "$m__shelf/$m__leaf$m__other" || return 0
    m__other=.$m__number$m__other
  done
  # A copy: until the whole receipt goes, it can be rolled back.
  cp -p "$m__saved" "$m__shelf/.muster.part" && mv -f "$m__shelf/.muster.part" "$m__shelf/$m__leaf$m__other" || return 1
  m__count_kept=$((m__count_kept + 1))
}
