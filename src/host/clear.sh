# Emptying a directory that the run made, for an undo: what the step called transient goes, what it called kept moves to
# where it is kept, and so does what cannot be made again, whatever it was called.

# m__clear: of the directory m_path. False when something could not be kept; it is still there then.
m__clear() {
  local m__cleared
  m__find_kept
  : >"$m_work/keep.err"
  if ! m__hold_dir "$m_path"; then
    printf '%s\n' "$m_hold_why" >"$m_work/keep.err"
    return 1
  fi
  m__keeping_in "$m_path" m__clear_here 2>"$m_work/keep.err"
  m__cleared=$?
  m_let_go
  return "$m__cleared"
}

# m__clear_here: in the directory. A hundred at a time: a command takes no more than so many words.
m__clear_here() {
  local m__near_of m__clear_bad m__sorted m__doomed m__keeping m__suspects m__wild m__found_name
  m__near_of=
  m__clear_bad=0
  m__sorted=0 m__doomed='' m__keeping='' m__suspects='' m__wild=''
  for m__found_name in * .[!.]* ..?*; do
    is_there "./$m__found_name" || continue
    ! m__is_passed_over "$m_path/$m__found_name" || continue
    m__sort "$m__found_name"
    m__sorted=$((m__sorted + 1))
    if [ "$m__sorted" -ge 100 ]; then
      m__clear_some
      m__sorted=0
    fi
  done
  m__clear_some
  return "$m__clear_bad"
}

# m__sort NAME: into m__doomed, m__keeping, or, if only its content can tell, m__suspects and m__wild: a pattern that names one
# file knows what it is, and a key that is shared and remade at each start is such a one. Or nowhere.
m__sort() {
  local m__where
  if m__fits "$1" "$m__transient" && m__may_start "$1"; then
    if [ -h "./$1" ]; then
      m__where=doomed
    elif [ -d "./$1" ]; then
      m__where=keeping
      ! m__nothing_precious_below "$1" || m__where=doomed
    elif [ ! -f "./$1" ]; then
      m__where=doomed
    elif m__is_precious_name "$1"; then
      m__where=keeping
    else
      case $m__fitting in *[*?[]*) m__where=wild ;; *) m__where=suspects ;; esac
    fi
  elif m__fits "$1" "$m__keeps"; then
    m__where=keeping
  else
    return 0
  fi
  case $1 in
    # It would be two lines of a list.
    *"$m_nl"*) m__keep "$m_path" "$1" || m__clear_bad=1 ;;
    *) eval "m__$m__where=\${m__$m__where:+\$m__$m__where\$m_nl}\$1" ;;
  esac
}

# m__may_start NAME: a transient pattern means a name that begins with a dot only if it says so, as in the shell.
m__may_start() {
  case $1 in
    .*) case $m__fitting in .*) ;; *) return 1 ;; esac ;;
  esac
}

# m__with LIST COMMAND...: the command with the lines of the list as further words.
m__with() {
  local m__list m__old_ifs
  m__list=$1
  shift
  m__old_ifs=$IFS
  IFS=$m_nl
  set -f
  # shellcheck disable=SC2086
  set -- "$@" $m__list
  set +f
  IFS=$m__old_ifs
  "$@"
}

m__clear_some() {
  [ -z "$m__suspects" ] || m__with "$m__suspects" m__sift m__no_keys_in
  [ -z "$m__wild" ] || m__with "$m__wild" m__sift m__nothing_secret_in
  [ -z "$m__doomed" ] || m__with "$m__doomed" rm -rf -- || m__clear_bad=1
  [ -z "$m__keeping" ] || m__with "$m__keeping" m__keep "$m_path" || m__clear_bad=1
  m__doomed='' m__keeping='' m__suspects='' m__wild=''
}

m__nothing_secret_in() {
  m__no_keys_in "$@" && m__no_secrets_in "$@"
}

# m__sift TEST FILE...: the files go where the test says; all at once when it is sure of all.
m__sift() {
  local m__test m__sure m__name
  m__test=$1
  shift
  m__sure=
  ! "$m__test" "$@" || m__sure=1
  for m__name do
    if [ -n "$m__sure" ] || "$m__test" "$m__name"; then
      m__doomed=$m__doomed${m__doomed:+$m_nl}$m__name
    else
      m__keeping=$m__keeping${m__keeping:+$m_nl}$m__name
    fi
  done
}
