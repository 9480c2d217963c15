# Putting content into a file: the part that `file`, `template`, `copy`, `line`, `block` and `rc_conf` share.

# m_place NEW-FILE DEFAULT-MODE: after m_begin_path, m_options and m_see: makes m_path hold what NEW-FILE holds. With m__once
# (a star) the file is its writer's from then on.
m_place() {
  local m__new m__content_differs
  m__new=$1
  m__content_differs=
  # Whatever is asked then may look at what waits.
  [ -z "${m_o_validate-}" ] || ! m__some_wait || {
    m__make_waiting
    m_see "$m_path"
  }
  case $m_type in
    absent)
      m__content_differs=1
      m_need 'new file'
      ;;
    file)
      m__most_of_content
      m__own_content "$m__most"
      if [ -n "$m__edited" ] || { ! m__holds_text "$m_content" && ! m_same_content "$m_content" "$m__new"; }; then
        m__content_differs=1
        m_need content
        [ "$m_links" -eq 1 ] || m_need "its other names ($((m_links - 1)) hard links) keep the old"
      fi
      m__diff_old=$m_content
      ;;
    link) fail "$m__resource $m_path: it is a symbolic link; declare the file that it points to, or \`absent\` the link first" ;;
    *) fail "$m__resource $m_path: something else is there (a $m_type)" ;;
  esac
  # A new copy of what the host has already would only repeat it.
  if [ -n "$m__content_differs" ] && { [ "$m__resource" != copy ] || [ "$m_type" = file ]; }; then
    m__diff_new=$m__new
  fi
  m_need_owner "$2"
  m__may_wait "$m__new" || m_need_parent "$m_path"
  m__place_anew "$m_links" "$m_uid"
  [ -z "$m_why" ] || m_plan_path "$m_path" file "$m_want_mode" "$m_want_uid" "$m_want_gid" "$m__new"
  m_settled && return 0
  [ -z "${m_o_validate-}" ] || [ -z "$m__content_differs" ] || m__validate
  if m__may_wait "$m__new"; then
    m__let_wait file '' "$m__once" "$m__new"
    m_changed
    return 0
  fi
  [ -z "$m__content_differs" ] || ! m__is_rc_conf "$m_path" || m__record_change "$m__diff_old" "$m__new"
  m__put_in_place
  m_changed
}

# m__put_in_place: m_path, which m_see saw, becomes what m__new, m_want_mode, m_want_uid and m_want_gid say.
m__put_in_place() {
  local m__want_state
  m_digest "$m__new"
  m__want_state="file|$m_want_mode|$m_want_uid|$m_want_gid|$m_digest_value"
  m_begin_change "$m_path"
  m_journal_path "$m_path" "$m__want_state" '' "$m__once"
  # The old content is still needed for the diff, and m_path is about to hold the new one.
  [ -z "$m__diff_old" ] || m__diff_old=$m__receipt/saved/$m__seq
  if [ -n "$m__content_differs$m__anew" ]; then
    m_put "$m__new" "$m_path" "$m_want_mode" "$m_want_uid" "$m_want_gid" || fail "$m__resource $m_path: cannot write it${m_hold_why:+: $m_hold_why}"
  else
    m_set_access "$m_path" "$m_want_uid" "$m_want_gid" "$m_want_mode" || fail "$m__resource $m_path: cannot set owner or mode${m_hold_why:+: $m_hold_why}"
  fi
  m_print "$m_path"
  [ "$m_state" = "$m__want_state" ] || m_stuck "it is $m_state"
  m_let_go
}

# m__holds_text FILE: after m_see: FILE is known to hold m__text, which is short. No process is needed to see that: it has as many bytes,
# of which a shell that reads them may lose a NUL, and puts nothing in its place.
m__holds_text() {
  local m__line m__read
  [ -n "$m__text" ] && [ "${#m__text}" -le 1024 ] && [ "${#m__text}" = "$m__bytes" ] || return 1
  m__read='' m__line=''
  while IFS= read -r m__line; do
    m__read=$m__read$m__line$m_nl
  done <"$1"
  [ "$m__read$m__line" = "$m__text" ]
}

# m__most_of_content: sets m__most to how much is read of the file that m__new replaces. What a copy replaces may be a zone.
m__most_of_content() {
  m__most=$m__read_most
  [ -n "$m__content_foreign" ] || return 0
  [ "$m__resource" != copy ] && [ $(($(wc -c <"$m__new"))) -lt $((m__read_most / 2)) ] || m__most=$m__read_large
}

# m__place_anew LINKS UID: sets m__anew if the file itself must be replaced, though its content is right. It has other names,
# so it may be anybody's; or another account owned it, and may still write to it through a file that it opened before.
m__place_anew() {
  m__anew=
  [ "$m_type" = file ] && [ -n "$m_why" ] && [ -z "$m__content_differs" ] || return 0
  if [ "$1" -gt 1 ]; then
    m_need "its other names ($(($1 - 1)) hard links) stay as they are"
    m__anew=1
  fi
  [ "$2" = "$m_want_uid" ] || [ "$2" = "$m_self_uid" ] || [ "$2" = 0 ] || m__anew=1
}

# m__validate: runs --validate's command on the new content before it goes live; %s stands for the file.
m__validate() {
  m_replace "$m_o_validate" '%s' "$m__new"
  if ! m__run_text "$m_replaced" >"$m_work/validate.out" 2>&1 </dev/null; then
    cat "$m_work/validate.out" >&2
    fail "$m__resource $m_path: \`$m_o_validate\` refuses the new content: $(head -n 3 "$m_work/validate.out")"
  fi
}

# m_stage: a fresh file name in the private directory, in m_new_file.
m_stage() {
  m__staged=$((m__staged + 1))
  m_new_file=$m_work/new.$m__staged
  : >"$m_new_file"
}

# m__edit_value NAME VALUE: hands a value to the awk that edits. In a file: ps shows environments, and awk's -v
# interprets backslashes.
m__edit_value() {
  printf '%s\n' "$2" >"$m_work/edit.$1"
}

# m__edit PROGRAM: edits the current text of m_path by runtime/PROGRAM.awk into m_new_file. An edit that changes no line
# changes nothing, not even a missing newline at the end. That of `rc_conf` says what it changes.
m__edit() {
  local m__said
  m__said=
  m__own_content
  if m__is_plain; then
    m_stage
    m__kind_of "$m_path"
    [ -n "$m__kind_of_file" ] || m__said=$m_new_file.diff
    awk -v values="$m_work/edit." -v said="$m__said" -f "$m_work/runtime/$1.awk" "$m_content" >"$m_new_file" || return
    if [ -s "$m__said" ]; then
      m__edited=1 m__diff_said=$m__said
    elif cmp -s "$m_content" "$m_new_file"; then
      m_new_file=$m_content
    else
      m__edited=1
    fi
    return 0
  fi
  # Two processes show that a file needs no edit; an edit takes eight.
  if [ "$m_type" = file ] && [ -s "$m_content" ] && awk -v values="$m_work/edit." -f "$m_work/runtime/$1.awk" "$m_content" 2>/dev/null | cmp -s - "$m_content"; then
    m_new_file=$m_content
    return 0
  fi
  m_stage
  m_current_text "$m_work/text"
  awk -v values="$m_work/edit." -f "$m_work/runtime/$1.awk" "$m_work/text" >"$m_new_file" || return
  if [ "$m_type" = file ] && cmp -s "$m_work/text" "$m_new_file"; then
    cat "$m_content" >"$m_new_file"
  fi
}

# m__is_plain: after m_see: the target is a short text, whose last line ends. No process is needed to see that, see m__holds_text.
m__is_plain() {
  local m__line m__chars
  [ "$m_content" != "$m__rc_next" ] || [ -z "$m__rc_next" ] || return 0
  [ "$m_type" = file ] && [ "$m_content" = "$m_path" ] && [ -z "$m_after" ] && [ "$m__bytes" -le 4096 ] || return 1
  m__chars=0 m__line=''
  while IFS= read -r m__line; do
    m__chars=$((m__chars + ${#m__line} + 1))
  done <"$m_path"
  [ -z "$m__line" ] && [ "$m__chars" = "$m__bytes" ]
}

# m_current_text: m_content as readable text into FILE $1 (nothing when the target is absent), with a newline at the
# end if its last line lacks one, so that lines can be added.
m_current_text() {
  : >"$1"
  [ "$m_type" = file ] || return 0
  tr -d '\000' <"$m_content" >"$1"
  cmp -s "$m_content" "$1" || fail "$m__resource $m_target_name: it holds NUL bytes, so it is no text"
  [ ! -s "$1" ] || [ -z "$(tail -c 1 "$1")" ] || printf '\n' >>"$1"
}
