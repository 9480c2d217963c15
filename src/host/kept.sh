# What an undo must not destroy goes to kept/RUN-ID in the state directory, below the path that it had, with owner, mode and
# time. Nothing ever removes it from there. It may come from a hostile daemon: a directory is taken away from it before
# it is looked into (see held.sh), and of what is in it only plain files are opened. What was cut is simply done again.

# m__find_kept: sets m__kept to the directory of this run, or of the one with which it is undone; and m_self_uid and
# m_self_gid, which the console does not know yet.
m__find_kept() {
  m__kept=$m__state_dir/kept/${m__kept_run:-$m__run_id}
  m__find_self
}

# m__fits NAME PATTERNS: true when one of the patterns, one a line, fits; sets m__fitting to it. As in `case`: a star
# stands for slashes too.
m__fits() {
  local m__old_ifs m__pattern
  m__fitting=
  m__old_ifs=$IFS
  IFS=$m_nl
  # The patterns are words, and not the names of what they match where we happen to be.
  set -f
  for m__pattern in $2; do
    # shellcheck disable=SC2254
    case $1 in $m__pattern)
      m__fitting=$m__pattern
      break
      ;;
    esac
  done
  set +f
  IFS=$m__old_ifs
  [ -n "$m__fitting" ]
}

# --- what cannot be made again -----------------------------------------------------------------------------------

# m__is_precious_name NAME: journals of zones, keys and their state, zones that were added while the daemon ran.
m__is_precious_name() {
  case ${1##*/} in
    *.jnl | *.jbk | *.private | K*.key | K*.state | *.nzf | *.nzd | *.tsigkeys | *.pem) return 0 ;;
  esac
  return 1
}

# m__no_keys_in FILE...: true when it is sure that no private key is in these plain files.
m__no_keys_in() {
  grep -q -e 'Private-key-format' -e 'PRIVATE KEY-----' -e 'PRIVATE KEY BLOCK-----' -- "$@" </dev/null 2>/dev/null
  # 2 is an error: not sure.
  [ $? -eq 1 ]
}

# m__no_secrets_in FILE...: the same for the keys that daemons share (`secret "..."`).
m__no_secrets_in() {
  grep -q -e '^[^#]*secret[ 	]*"' -- "$@" </dev/null 2>/dev/null
  [ $? -eq 1 ]
}

# m__nothing_precious_below NAME: the directory ./NAME and those below it are taken; true when nothing in them is worth to
# be kept. Otherwise they are given back as they were.
m__nothing_precious_below() (
  m_look "./$1"
  cd "./$1" && chown "$m_self_uid:$m_self_gid" . && chmod 0700 . || exit 1
  m__was="$m_uid:$m_gid $m_mode"
  set --
  for m__name in * .[!.]* ..?*; do
    if [ -h "./$m__name" ]; then
      :
    elif [ -d "./$m__name" ]; then
      m__nothing_precious_below "$m__name" || m__was="$m__was precious"
    elif [ -f "./$m__name" ]; then
      ! m__is_precious_name "$m__name" || m__was="$m__was precious"
      set -- ${1+"$@"} "./$m__name"
      if [ $# -ge 100 ]; then
        m__no_keys_in "$@" && m__no_secrets_in "$@" || m__was="$m__was precious"
        set --
      fi
    fi
  done
  [ $# -eq 0 ] || { m__no_keys_in "$@" && m__no_secrets_in "$@"; } || m__was="$m__was precious"
  case $m__was in *precious*) ;; *) exit 0 ;; esac
  m__was=${m__was%% precious*}
  chown "${m__was% *}" . && m__chmod "${m__was#* }" .
  exit 1
)

# --- moving ------------------------------------------------------------------------------------------------------

# m__shelf_for DIRECTORY [GENERATION]: makes the place for what was in DIRECTORY; sets m__shelf. It is held until all is: a part of
# it may be whose the directory was, who may have come with what was moved there.
m__shelf_for() {
  m__shelf=$m__kept${2-}$1
  m__shelf=${m__shelf%/}
  m__hold_dir "$m__shelf" || return 1
  if [ "$m__holds" -gt 1 ]; then
    m__holds=$((m__holds - 1))
  else
    m_let_go
  fi
  [ -d "$m__shelf" ] || (umask 077 && mkdir -p "$m__shelf") 2>/dev/null
}

# m__is_near DIRECTORY: it is in the same file system as what is kept, so mv only renames.
m__is_near() {
  local m__where m__device m__rest
  [ "${m__near_of-}" != "$1" ] || return "$m__near"
  m__near_of=$1
  m__near=1
  m__where=
  {
    read -r m__device m__rest || :
    while read -r m__device m__rest; do
      [ "${m__where:-$m__device ${m__rest##* }}" = "$m__device ${m__rest##* }" ] || return 1
      m__where="$m__device ${m__rest##* }"
    done
  } <<EOF
$(df -P "$1" "$m__kept" 2>/dev/null)
EOF
  [ -z "$m__where" ] || m__near=0
  return "$m__near"
}

# m__keeping_in DIRECTORY COMMAND...: runs COMMAND there.
m__keeping_in() {
  local m__own_status
  cd "$1" || return 1
  shift
  "$@"
  m__own_status=$?
  cd "$m_work" || cd /
  return "$m__own_status"
}

# m__keep DIRECTORY NAME...: the current directory is DIRECTORY, and nobody else may change it: NAMEs move to its shelf.
# True when none of them is here any more.
m__keep() {
  local m__keep_from m__keep_todo m__keep_bad m__name
  m__keep_from=$1
  shift
  m__begin_kept
  m__shelf_for "$m__keep_from" || return 1
  m__keep_todo=$#
  m__keep_bad=0
  while [ "$m__keep_todo" -gt 0 ]; do
    m__keep_todo=$((m__keep_todo - 1))
    m__name=$1
    shift
    if [ ! -h "./$m__name" ] && [ ! -f "./$m__name" ] && [ ! -d "./$m__name" ]; then
      # A socket, pipe or device holds nothing.
      rm -f "./$m__name" || m__keep_bad=1
    elif m__is_near . && ! is_there "$m__shelf/$m__name"; then
      set -- ${1+"$@"} "./$m__name"
      m__note_kept "./$m__name" "$m__shelf/$m__name"
    else
      m__kept_seen=
      (m__keep_slowly "$m__keep_from" "$m__name") || m__keep_bad=1
    fi
  done
  [ $# -eq 0 ] || mv -f "$@" "$m__shelf/" || m__keep_bad=1
  return "$m__keep_bad"
}

# m__keep_slowly DIRECTORY NAME: something has its name on the shelf already, or it must be copied. In a subshell: it calls
# itself for directories.
m__keep_slowly() {
  local m__generation m__other
  m__generation=
  m_links=1
  # A copy of a file that has other names would look as if it had none; it must not be taken for the daemon's own.
  [ ! -f "./$2" ] || [ -h "./$2" ] || m_look "./$2"
  [ "$m_links" -eq 1 ] || m__is_near . || m__generation=.linked
  m__other=0
  while ! m__shelf_for "$1" "$m__generation" || is_there "$m__shelf/$2"; do
    if [ -h "./$2" ] || [ -h "$m__shelf/$2" ]; then
      :
    elif [ -d "./$2" ] && [ -d "$m__shelf/$2" ]; then
      break
    elif [ -f "./$2" ] && [ -f "$m__shelf/$2" ] && cmp -s "./$2" "$m__shelf/$2"; then
      rm -f "./$2"
      return
    fi
    m__other=$((m__other + 1))
    [ "$m__other" -lt 1000 ] || return 1
    m__generation=.$m__other
  done
  if [ -h "./$2" ]; then
    mv -f "./$2" "$m__shelf/$2"
  elif [ -d "./$2" ]; then
    m__keep_directory "$1" "$2"
  elif m__is_near .; then
    mv -f "./$2" "$m__shelf/$2"
  else
    # Whole or not at all, and gone from here only when it is there.
    cp -p "./$2" "$m__shelf/.muster.part" && mv -f "$m__shelf/.muster.part" "$m__shelf/$2" && rm -f "./$2"
  fi
}

m__keep_directory() {
  local m__keep_below m__near_of m__name
  m__keep_below=${1%/}/$2
  m_look "./$2"
  if [ ! -d "$m__shelf/$2" ]; then
    mkdir -m 0700 "$m__shelf/$2" && m__give_shelf "$m__shelf/$2" "$m_uid:$m_gid" "$m_mode" &&
      touch -r "./$2" "$m__shelf/$2" || return 1
  fi
  (
    cd "./$2" && chown "$m_self_uid:$m_self_gid" . && chmod 0700 . || exit 1
    m__near_of=
    set --
    for m__name in * .[!.]* ..?*; do
      ! is_there "./$m__name" || set -- ${1+"$@"} "$m__name"
    done
    [ $# -eq 0 ] || m__keep "$m__keep_below" "$@"
  ) && rmdir "./$2"
}

# m__keep_path PATH: moves it out of a directory that may be somebody else's. True when it is there no more.
m__keep_path() {
  local m__keep_dir m__keep_bad
  m__find_kept
  m_parent "$1"
  m__keep_dir=$m_dir
  m_hold "$1" || return 1
  m__near_of=
  m__keeping_in "$m__keep_dir" m__keep "$m__keep_dir" "${1##*/}" && ! is_there "$1"
  m__keep_bad=$?
  m_let_go
  return "$m__keep_bad"
}

# m__keep_copy FILE: a copy of it is kept; it stays. For what is about to be replaced, so that there is no moment without it.
m__keep_copy() {
  local m__keep_dir m__keep_bad
  m__find_kept
  m_parent "$1"
  m__keep_dir=$m_dir
  m_hold "$1" || return 1
  [ -f "$1" ] && [ ! -h "$1" ] && m__copy_to_shelf "$m__keep_dir" "${1##*/}"
  m__keep_bad=$?
  m_let_go
  return "$m__keep_bad"
}

m__copy_to_shelf() {
  local m__generation m__other
  m__begin_kept
  m__generation=
  m__other=0
  while ! m__shelf_for "$1" "$m__generation" || is_there "$m__shelf/$2"; do
    if [ -f "$m__shelf/$2" ] && cmp -s "$1/$2" "$m__shelf/$2"; then
      return 0
    fi
    m__other=$((m__other + 1))
    [ "$m__other" -lt 1000 ] || return 1
    m__generation=.$m__other
  done
  m__note_kept "$1/$2" "$m__shelf/$2"
  cp -p "$1/$2" "$m__shelf/.muster.part" && mv -f "$m__shelf/.muster.part" "$m__shelf/$2"
}

# m__say_kept PATH: sets m__kept_words to where and how much of what was at or below PATH is kept; empty when nothing is.
m__say_kept() {
  local m__count
  m__kept_words=
  m__find_kept
  is_there "$m__kept$1" || return 0
  m__count=0
  m__count_below "$m__kept$1"
  m__files_words "$m__count"
  [ $((m__count)) -eq 0 ] || m__kept_words="$m__words kept: $m__kept$1"
}

# m__begin_kept: before something is kept: where nothing is yet, nobody has to look for what is.
m__begin_kept() {
  [ -z "${m__kept_seen-}" ] && [ ! -d "$m__kept" ] || return 0
  for m__kept_seen in "$m__kept".*; do
    if is_there "$m__kept_seen"; then
      m__kept_seen=
      return 0
    fi
  done
  : >"$m_work/kept.names"
  m__kept_seen=1
}

# m__note_kept PATH SHELF-PATH: it is about to be kept there. What is in a directory is looked for.
m__note_kept() {
  if [ -d "$1" ] && [ ! -h "$1" ]; then
    m__kept_seen=
  elif [ -n "${m__kept_seen-}" ]; then
    printf '%s\n' "$2" >>"$m_work/kept.names"
  fi
}

# m__count_below PATH: adds to m__count how many files and links are kept there, in m__kept or in one of its generations. One look at
# all that is kept serves until a directory is.
m__count_below() {
  local m__line
  [ -n "${m__kept_seen-}" ] || {
    find "$m__kept" "$m__kept".* \( -type f -o -type l \) ! -name .muster.part -print >"$m_work/kept.names" 2>/dev/null || :
    m__kept_seen=1
  }
  while IFS= read -r m__line; do
    case $m__line in "$1" | "$1"/*) m__count=$((m__count + 1)) ;; esac
  done <"$m_work/kept.names"
}

# --- whose a shelf is ----------------------------------------------------------------------------------------------

# m__have_owner DIRECTORY...: they are ours, and so they are to be.
m__have_owner() {
  local m__shelf_one
  [ "${m__shelf_group% *}" = "$m_self_uid:$m_self_gid" ] || return 1
  for m__shelf_one do
    [ -O "$m__shelf_one" ] && [ -G "$m__shelf_one" ] || return 1
  done
}

# m__give_shelf DIRECTORY UID:GID MODE: a new one, which is ours until all that is kept is there.
m__give_shelf() {
  # Of a directory that an rc script made nobody knows.
  case $2$3 in *'?'*) return 0 ;; esac
  m_escape "$1"
  printf '%s\n' "$2|$3|$m_escaped" >>"$m__state_dir/runs/${m__kept_run:-$m__run_id}/shelves"
}

# m__give_shelves: those of m__give_shelf get their owners and modes, the innermost first: who owns one may be at work in what was moved
# there. A rollback that was cut left some to the next one.
m__give_shelves() {
  local m__shelves m__shelf_owner m__shelf_mode m__shelf_path m__shelf_group
  m__find_kept
  m__shelves=$m__state_dir/runs/${m__kept_run:-$m__run_id}/shelves
  [ -s "$m__shelves" ] || return 0
  m__hold_dir "$m__kept" || {
    notice "the directories in $m__kept stay root's: $m_hold_why"
    return 0
  }
  LC_ALL=C sort -t'|' -k 3,3 -r -u "$m__shelves" >"$m_work/shelves" || cat "$m__shelves" >"$m_work/shelves"
  set --
  while IFS='|' read -r m__shelf_owner m__shelf_mode m__shelf_path; do
    m__unescape "$m__shelf_path"
    set -- ${1+"$@"} "${m__unescaped%/*}"
  done <"$m_work/shelves"
  m__know_ways "$@"
  m__shelf_group=
  set --
  while IFS='|' read -r m__shelf_owner m__shelf_mode m__shelf_path <&8; do
    m__unescape "$m__shelf_path"
    [ -d "$m__unescaped" ] && [ ! -h "$m__unescaped" ] || continue
    [ $# -eq 0 ] || [ "$m__shelf_group" = "$m__shelf_owner $m__shelf_mode" ] || {
      m__give_group "$@"
      set --
    }
    m__shelf_group="$m__shelf_owner $m__shelf_mode"
    m_parent "$m__unescaped"
    if m__is_known_safe "$m_dir" && [ $# -lt 100 ]; then
      set -- ${1+"$@"} "$m__unescaped"
    elif m_hold "$m__unescaped"; then
      m__give_group ${1+"$@"} "$m__unescaped"
      m_let_go
      set --
    fi
  done 8<"$m_work/shelves"
  [ $# -eq 0 ] || m__give_group "$@"
  m_let_go
  : >"$m__shelves"
}

# m__give_group DIRECTORY...: their mode first: to one that is another account's nothing is done any more.
m__give_group() {
  local m__shelf_one
  case $m__shelf_group in
    *' 0'*) chmod "0${m__shelf_group#* }" "$@" && { m__have_owner "$@" || chown "${m__shelf_group% *}" "$@"; } ;;
    # chown may take set-id bits off.
    *) for m__shelf_one do chown "${m__shelf_group% *}" "$m__shelf_one" && m__chmod "${m__shelf_group#* }" "$m__shelf_one" || break; done ;;
  esac || notice "of these directories some are still root's, and were not: $*"
}

# m__files_words NUMBER: sets m__words to `1 file is` or `2 files are`.
m__files_words() {
  m__words="$(($1)) files are"
  [ $(($1)) -ne 1 ] || m__words='1 file is'
}
