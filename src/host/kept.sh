# What an undo must not destroy goes to kept/RUN-ID in the state directory, below the path that it had, with owner, mode and
# time. Nothing ever removes it from there. It may come from a hostile daemon: a directory is taken away from it before
# it is looked into (see held.sh), and of what is in it only plain files are opened. What was cut is simply done again.

# m_find_kept: sets m_kept to the directory of this run, or of the one with which it is undone; and m_self_uid and
# m_self_gid, which the console does not know yet.
m_find_kept() {
  m_kept=$m_state_dir/kept/${m_kept_run:-$m_run_id}
  m_find_self
}

# m_fits NAME PATTERNS: true when one of the patterns, one a line, fits; sets m_fitting to it. As in `case`: a star
# stands for slashes too.
m_fits() {
  m_fitting=
  m_old_ifs=$IFS
  IFS=$m_nl
  # The patterns are words, and not the names of what they match where we happen to be.
  set -f
  for m_pattern in $2; do
    # shellcheck disable=SC2254
    case $1 in $m_pattern)
      m_fitting=$m_pattern
      break
      ;;
    esac
  done
  set +f
  IFS=$m_old_ifs
  [ -n "$m_fitting" ]
}

# --- what cannot be made again -----------------------------------------------------------------------------------

# m_is_precious_name NAME: journals of zones, keys and their state, zones that were added while the daemon ran.
m_is_precious_name() {
  case ${1##*/} in
    *.jnl | *.jbk | *.private | K*.key | K*.state | *.nzf | *.nzd | *.tsigkeys | *.pem) return 0 ;;
  esac
  return 1
}

# m_no_keys_in FILE...: true when it is sure that no private key is in these plain files.
m_no_keys_in() {
  grep -q -e 'Private-key-format' -e 'PRIVATE KEY-----' -e 'PRIVATE KEY BLOCK-----' -- "$@" </dev/null 2>/dev/null
  # 2 is an error: not sure.
  [ $? -eq 1 ]
}

# m_no_secrets_in FILE...: the same for the keys that daemons share (`secret "..."`).
m_no_secrets_in() {
  grep -q -e '^[^#]*secret[ 	]*"' -- "$@" </dev/null 2>/dev/null
  [ $? -eq 1 ]
}

# m_nothing_precious_below NAME: the directory ./NAME and those below it are taken; true when nothing in them is worth to
# be kept. Otherwise they are given back as they were.
m_nothing_precious_below() (
  m_look "./$1"
  cd "./$1" && chown "$m_self_uid:$m_self_gid" . && chmod 0700 . || exit 1
  m_was="$m_uid:$m_gid $m_mode"
  set --
  for m_name in * .[!.]* ..?*; do
    if [ -h "./$m_name" ]; then
      :
    elif [ -d "./$m_name" ]; then
      m_nothing_precious_below "$m_name" || m_was="$m_was precious"
    elif [ -f "./$m_name" ]; then
      ! m_is_precious_name "$m_name" || m_was="$m_was precious"
      set -- ${1+"$@"} "./$m_name"
      if [ $# -ge 100 ]; then
        m_no_keys_in "$@" && m_no_secrets_in "$@" || m_was="$m_was precious"
        set --
      fi
    fi
  done
  [ $# -eq 0 ] || { m_no_keys_in "$@" && m_no_secrets_in "$@"; } || m_was="$m_was precious"
  case $m_was in *precious*) ;; *) exit 0 ;; esac
  m_was=${m_was%% precious*}
  chown "${m_was% *}" . && m_chmod "${m_was#* }" .
  exit 1
)

# --- moving ------------------------------------------------------------------------------------------------------

# m_shelf_for DIRECTORY [GENERATION]: makes the place for what was in DIRECTORY; sets m_shelf. It is held until all is: a part of
# it may be whose the directory was, who may have come with what was moved there.
m_shelf_for() {
  m_shelf=$m_kept${2-}$1
  m_shelf=${m_shelf%/}
  m_hold_dir "$m_shelf" || return 1
  if [ "$m_holds" -gt 1 ]; then
    m_holds=$((m_holds - 1))
  else
    m_let_go
  fi
  [ -d "$m_shelf" ] || (umask 077 && mkdir -p "$m_shelf") 2>/dev/null
}

# m_is_near DIRECTORY: it is in the same file system as what is kept, so mv only renames.
m_is_near() {
  [ "${m_near_of-}" != "$1" ] || return "$m_near"
  m_near_of=$1
  m_near=1
  [ "$(df -P "$1" "$m_kept" 2>/dev/null | awk 'NR > 1 { print $1, $NF }' | sort -u | wc -l)" -ne 1 ] || m_near=0
  return "$m_near"
}

# m_keep DIRECTORY NAME...: the current directory is DIRECTORY, and nobody else may change it: NAMEs move to its shelf.
# True when none of them is here any more.
m_keep() {
  m_keep_from=$1
  shift
  m_shelf_for "$m_keep_from" || return 1
  m_keep_todo=$#
  m_keep_bad=0
  while [ "$m_keep_todo" -gt 0 ]; do
    m_keep_todo=$((m_keep_todo - 1))
    m_name=$1
    shift
    if [ ! -h "./$m_name" ] && [ ! -f "./$m_name" ] && [ ! -d "./$m_name" ]; then
      # A socket, pipe or device holds nothing.
      rm -f "./$m_name" || m_keep_bad=1
    elif m_is_near . && ! is_there "$m_shelf/$m_name"; then
      set -- ${1+"$@"} "./$m_name"
    else
      (m_keep_slowly "$m_keep_from" "$m_name") || m_keep_bad=1
    fi
  done
  [ $# -eq 0 ] || mv -f "$@" "$m_shelf/" || m_keep_bad=1
  return "$m_keep_bad"
}

# m_keep_slowly DIRECTORY NAME: something has its name on the shelf already, or it must be copied. In a subshell: it calls
# itself for directories.
m_keep_slowly() {
  m_generation=
  m_links=1
  # A copy of a file that has other names would look as if it had none; it must not be taken for the daemon's own.
  [ ! -f "./$2" ] || [ -h "./$2" ] || m_look "./$2"
  [ "$m_links" -eq 1 ] || m_is_near . || m_generation=.linked
  m_other=0
  while ! m_shelf_for "$1" "$m_generation" || is_there "$m_shelf/$2"; do
    if [ -h "./$2" ] || [ -h "$m_shelf/$2" ]; then
      :
    elif [ -d "./$2" ] && [ -d "$m_shelf/$2" ]; then
      break
    elif [ -f "./$2" ] && [ -f "$m_shelf/$2" ] && cmp -s "./$2" "$m_shelf/$2"; then
      rm -f "./$2"
      return
    fi
    m_other=$((m_other + 1))
    [ "$m_other" -lt 1000 ] || return 1
    m_generation=.$m_other
  done
  if [ -h "./$2" ]; then
    mv -f "./$2" "$m_shelf/$2"
  elif [ -d "./$2" ]; then
    m_keep_directory "$1" "$2"
  elif m_is_near .; then
    mv -f "./$2" "$m_shelf/$2"
  else
    # Whole or not at all, and gone from here only when it is there.
    cp -p "./$2" "$m_shelf/.muster.part" && mv -f "$m_shelf/.muster.part" "$m_shelf/$2" && rm -f "./$2"
  fi
}

m_keep_directory() {
  m_keep_below=${1%/}/$2
  m_look "./$2"
  if [ ! -d "$m_shelf/$2" ]; then
    mkdir -m 0700 "$m_shelf/$2" && m_give_later "$m_shelf/$2" "$m_uid:$m_gid" "$m_mode" &&
      touch -r "./$2" "$m_shelf/$2" || return 1
  fi
  (
    cd "./$2" && chown "$m_self_uid:$m_self_gid" . && chmod 0700 . || exit 1
    m_near_of=
    set --
    for m_name in * .[!.]* ..?*; do
      ! is_there "./$m_name" || set -- ${1+"$@"} "$m_name"
    done
    [ $# -eq 0 ] || m_keep "$m_keep_below" "$@"
  ) && rmdir "./$2"
}

# m_keep_path PATH: moves it out of a directory that may be somebody else's. True when it is there no more.
m_keep_path() {
  m_find_kept
  m_parent "$1"
  m_keep_dir=$m_dir
  m_hold "$1" || return 1
  m_near_of=
  (cd "$m_keep_dir" && m_keep "$m_keep_dir" "${1##*/}") && ! is_there "$1"
  m_keep_bad=$?
  m_let_go
  return "$m_keep_bad"
}

# m_keep_copy FILE: a copy of it is kept; it stays. For what is about to be replaced, so that there is no moment without it.
m_keep_copy() {
  m_find_kept
  m_parent "$1"
  m_keep_dir=$m_dir
  m_hold "$1" || return 1
  [ -f "$1" ] && [ ! -h "$1" ] && m_copy_to_shelf "$m_keep_dir" "${1##*/}"
  m_keep_bad=$?
  m_let_go
  return "$m_keep_bad"
}

m_copy_to_shelf() {
  m_generation=
  m_other=0
  while ! m_shelf_for "$1" "$m_generation" || is_there "$m_shelf/$2"; do
    if [ -f "$m_shelf/$2" ] && cmp -s "$1/$2" "$m_shelf/$2"; then
      return 0
    fi
    m_other=$((m_other + 1))
    [ "$m_other" -lt 1000 ] || return 1
    m_generation=.$m_other
  done
  cp -p "$1/$2" "$m_shelf/.muster.part" && mv -f "$m_shelf/.muster.part" "$m_shelf/$2"
}

# m_say_kept PATH: sets m_kept_words to where and how much of what was at or below PATH is kept; empty when nothing is.
m_say_kept() {
  m_kept_words=
  m_find_kept
  is_there "$m_kept$1" || return 0
  m_count=$(find "$m_kept$1" \( -type f -o -type l \) ! -name .muster.part -print | wc -l)
  m_files_words "$m_count"
  [ $((m_count)) -eq 0 ] || m_kept_words="$m_words kept: $m_kept$1"
}

# m_files_words NUMBER: sets m_words to `1 file is` or `2 files are`.
m_files_words() {
  m_words="$(($1)) files are"
  [ $(($1)) -ne 1 ] || m_words='1 file is'
}
