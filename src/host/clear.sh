# Emptying a directory that the run made, for an undo: what the step called transient goes, what it called kept moves to
# where it is kept, and so does what cannot be made again, whatever it was called.

# m_clear: of the directory m_path. False when something could not be kept; it is still there then.
m_clear() {
  m_find_kept
  : >"$m_work/keep.err"
  if ! m_hold_dir "$m_path"; then
    printf '%s\n' "$m_hold_why" >"$m_work/keep.err"
    return 1
  fi
  (cd "$m_path" && m_clear_here) 2>"$m_work/keep.err"
  m_cleared=$?
  m_let_go
  return "$m_cleared"
}

# m_clear_here: in the directory, in a subshell. A hundred at a time: a command takes no more than so many words.
m_clear_here() {
  m_near_of=
  m_clear_bad=0
  m_sorted=0 m_doomed='' m_keeping='' m_suspects='' m_wild=''
  for m_found_name in * .[!.]* ..?*; do
    is_there "./$m_found_name" || continue
    # What was told and left as it is stays so.
    case $m_conflicts in *"|$m_path/$m_found_name|"* | *"|$m_path/$m_found_name/"*) continue ;; esac
    m_sort "$m_found_name"
    m_sorted=$((m_sorted + 1))
    if [ "$m_sorted" -ge 100 ]; then
      m_clear_some
      m_sorted=0
    fi
  done
  m_clear_some
  return "$m_clear_bad"
}

# m_sort NAME: into m_doomed, m_keeping, or, if only its content can tell, m_suspects and m_wild: a pattern that names one
# file knows what it is, and a key that is shared and remade at each start is such a one. Or nowhere.
m_sort() {
  if m_fits "$1" "$m_transient" && m_may_start "$1"; then
    if [ -h "./$1" ]; then
      m_where=doomed
    elif [ -d "./$1" ]; then
      m_where=keeping
      ! m_nothing_precious_below "$1" || m_where=doomed
    elif [ ! -f "./$1" ]; then
      m_where=doomed
    elif m_is_precious_name "$1"; then
      m_where=keeping
    else
      case $m_fitting in *[*?[]*) m_where=wild ;; *) m_where=suspects ;; esac
    fi
  elif m_fits "$1" "$m_keeps"; then
    m_where=keeping
  else
    return 0
  fi
  case $1 in
    # It would be two lines of a list.
    *"$m_nl"*) m_keep "$m_path" "$1" || m_clear_bad=1 ;;
    *) eval "m_$m_where=\${m_$m_where:+\$m_$m_where\$m_nl}\$1" ;;
  esac
}

# m_may_start NAME: a transient pattern means a name that begins with a dot only if it says so, as in the shell.
m_may_start() {
  case $1 in
    .*) case $m_fitting in .*) ;; *) return 1 ;; esac ;;
  esac
}

# m_with LIST COMMAND...: the command with the lines of the list as further words.
m_with() {
  m_list=$1
  shift
  m_old_ifs=$IFS
  IFS=$m_nl
  set -f
  # shellcheck disable=SC2086
  set -- "$@" $m_list
  set +f
  IFS=$m_old_ifs
  "$@"
}

m_clear_some() {
  [ -z "$m_suspects" ] || m_with "$m_suspects" m_sift m_no_keys_in
  [ -z "$m_wild" ] || m_with "$m_wild" m_sift m_nothing_secret_in
  [ -z "$m_doomed" ] || m_with "$m_doomed" rm -rf -- || m_clear_bad=1
  [ -z "$m_keeping" ] || m_with "$m_keeping" m_keep "$m_path" || m_clear_bad=1
  m_doomed='' m_keeping='' m_suspects='' m_wild=''
}

m_nothing_secret_in() {
  m_no_keys_in "$@" && m_no_secrets_in "$@"
}

# m_sift TEST FILE...: the files go where the test says; all at once when it is sure of all.
m_sift() {
  m_test=$1
  shift
  m_sure=
  ! "$m_test" "$@" || m_sure=1
  for m_name do
    if [ -n "$m_sure" ] || "$m_test" "$m_name"; then
      m_doomed=$m_doomed${m_doomed:+$m_nl}$m_name
    else
      m_keeping=$m_keeping${m_keeping:+$m_nl}$m_name
    fi
  done
}
