# Reading what another account may put something else in the place of: a link to a file that only root may read, a pipe that
# nobody writes to, a device without an end. Nothing is borrowed for that. Each directory is entered and is then still the one
# that was seen; what was opened is the plain file of one name that was seen, and no more of it is read than it had.

# How much root reads of such a file; and of one that may be as large as a zone.
m__read_most=16777216 m__read_large=268435456

# m_read FILE COPY [MOST-BYTES]: COPY becomes a copy of FILE; sets m_read_bits, m__read_uid and m__read_gid to what it was. False, with m_read_why, when it is no such file; then COPY says
# nothing. A link is followed if it is root's and where only root can make one.
m_read() {
  local m__read_links m__w_parent m__read_leaf m__w_inode m__w_links m__w_rest
  m__read_from=$1
  m_read_why=
  m__find_self
  m__read_links=0
  while :; do
    m__w_parent=${m__read_from%/*}
    if ! m_walk "${m__w_parent:-/}"; then
      m_read_why=$m_hold_why
      return 1
    fi
    [ -z "$m_foreign" ] || [ "$m_self_uid" -ne 0 ] || break
    if [ ! -h "$m__read_from" ] || [ "$m_self_uid" -ne 0 ]; then
      m__read_own "$2" "${3-$m__read_most}"
      return
    fi
    m__read_links=$((m__read_links + 1))
    if [ "$m__read_links" -gt 32 ]; then
      m_read_why="the links from $1 on form a loop"
      return 1
    fi
    # m_walk would want a directory at the end.
    m__read_link || return 1
  done
  m__read_leaf=${m__read_from##*/}
  (m__read_foreign "$2" "${3-$m__read_most}") </dev/null
  if [ -f "$2.ok" ]; then
    read -r m__w_inode m_read_bits m__w_links m__read_uid m__read_gid m__w_rest <"$2.ok"
    return 0
  fi
  m_read_why="$m__read_from cannot be read"
  [ ! -f "$2.why" ] || IFS= read -r m_read_why <"$2.why"
  return 1
}

# m_readable FILE [MOST-BYTES]: sets m_opened_file to a file that holds what FILE does and that nobody else can change: FILE
# itself, or what its links lead to, where only root writes, or else a copy. False, with m_read_why, as m_read.
m_readable() {
  local m__w_parent
  m_opened_file=$1
  m__find_self
  [ "$m_self_uid" -eq 0 ] || return 0
  m__w_parent=${1%/*}
  if m_walk "${m__w_parent:-/}" && [ -z "$m_foreign" ] && m__read_through "$1"; then
    m_opened_file=$m__read_from
    return 0
  fi
  m__staged=$((${m__staged-0} + 1))
  m_opened_file=$m_work/seen.$m__staged
  m_read "$1" "$m_opened_file" ${2+"$2"}
}

# m__read_through FILE: after m_walk, on a way that is all root's: sets m__read_from to FILE, or to the file that root's links lead to
# on ways that are all root's.
m__read_through() {
  local m__read_links m__w_parent
  m__read_from=$1 m__read_links=0
  while [ -h "$m__read_from" ]; do
    m__read_links=$((m__read_links + 1))
    [ "$m__read_links" -le 32 ] && m__read_link || return 1
    m__w_parent=${m__read_from%/*}
    m_walk "${m__w_parent:-/}" && [ -z "$m_foreign" ] || return 1
  done
  [ "$m__read_links" -eq 0 ] || [ -f "$m__read_from" ]
}

m__read_link() {
  local m__w_from m__w_open
  if [ "$m__looked" != 0 ] && m__recall "$m__read_from"; then
    m__w_uid=$m__t_uid m__w_links=$m__t_links
  else
    m__seen_here "$m__read_from" || :
  fi
  m__w_from=$m__read_from m__w_open='' m__w_through=''
  m__judge_link "$m__read_from"
  m__read_from=$m__w_through
  m_read_why=$m_hold_why
  [ -n "$m__w_through" ]
}

m__read_own() {
  if [ ! -f "$m__read_from" ]; then
    m_read_why="$m__read_from is no plain file"
  elif m__seen_here "$m__read_from" && [ ! -h "$m__read_from" ] && [ "$m__w_size" -gt "$2" ]; then
    m_read_why="$m__read_from has more than $2 bytes"
  elif [ -h "$m__read_from" ] && [ $(($(wc -c 2>/dev/null <"$m__read_from" || echo 0))) -gt "$2" ]; then
    m_read_why="$m__read_from has more than $2 bytes"
  else
    m_read_bits=$m__w_bits m__read_uid=$m__w_uid m__read_gid=$m__w_gid
    cat "$m__read_from" >"$1" 2>/dev/null && return 0
    m_read_why="$m__read_from cannot be read"
  fi
  return 1
}

# m__read_foreign COPY MOST: in a subshell: of m__read_leaf in m_real. The process that opens it can be ended, should it hang at
# what is there by then.
m__read_foreign() {
  local m__w_turns
  [ ! -f "$1.ok" ] && [ ! -f "$1.why" ] && [ ! -f "$1.done" ] || rm -f "$1.ok" "$1.why" "$1.done"
  m__enter_foreign "$m_real" && m__seen_here "./$m__read_leaf" || m__read_refuse "$1" "$m_hold_why"
  case $m__w_bits in
    -*) ;;
    l*) m__read_refuse "$1" "$m__read_from is a symbolic link in a directory that others may write, and root does not follow it; replace it by its target" ;;
    *) m__read_refuse "$1" "$m__read_from is no plain file" ;;
  esac
  if [ "$m__w_links" -ne 1 ]; then
    m_names_words "$m__read_from" "$m__w_links"
    m__read_refuse "$1" "$m_hold_why"
  fi
  [ "$m__w_size" -le "$2" ] || m__read_refuse "$1" "$m__read_from has more than $2 bytes, too many to read from a directory that others may write; move it away"
  (
    (exec sh -c "$m__read_opened" sh "$m__w_seen" "$m__w_size" "$1" <"./$m__read_leaf") 2>/dev/null &
    printf '%s\n' "$!" >"$1.pid"
    wait
    : >"$1.done"
  ) >/dev/null 2>&1 &
  m__w_turns=0
  while [ ! -f "$1.done" ]; do
    m__w_turns=$((m__w_turns + 1))
    [ "$m__w_turns" -lt 5000 ] || sleep 0.1
    [ "$m__w_turns" -ne 5050 ] || m_end_reader "$(cat "$1.pid" 2>/dev/null)" || :
    [ "$m__w_turns" -lt 5100 ] || break
  done
  [ -f "$1.ok" ] || m__read_refuse "$1" "$m__read_from changed while it was read"
}

m__read_refuse() {
  printf '%s\n' "$2" >"$1.why"
  exit 1
}

# m__enter_foreign DIRECTORY: in a subshell, after m_walk: goes to it part by part from m_foreign, and through no link.
m__enter_foreign() {
  local m__w_left m__w_part m__w_was
  cd "$m_foreign" || return 1
  m__w_left=${1#"${m_foreign%/}"}
  m__w_left=${m__w_left#/}
  while [ -n "$m__w_left" ]; do
    m__w_part=${m__w_left%%/*}
    case $m__w_left in */*) m__w_left=${m__w_left#*/} ;; *) m__w_left= ;; esac
    m__seen_here "./$m__w_part" || return 1
    case $m__w_bits in d*) ;; *)
      m_hold_why="$m__w_part on the way to $1 is no directory; root follows no link that others may have made"
      return 1
      ;;
    esac
    m__w_was="$m__w_inode $m__w_bits $m__w_uid $m__w_gid"
    cd "./$m__w_part" 2>/dev/null && m__seen_here . && [ "$m__w_was" = "$m__w_inode $m__w_bits $m__w_uid $m__w_gid" ] || {
      m_hold_why="$m__w_part on the way to $1 was changed while root looked"
      return 1
    }
  done
}

# m__seen_here FILE: sets m__w_inode, m__w_bits, m__w_links, m__w_uid, m__w_gid and m__w_size; and m__w_seen, which is all of them.
m__seen_here() {
  local m__w_rest
  m__w_bits=
  read -r m__w_inode m__w_bits m__w_links m__w_uid m__w_gid m__w_size m__w_rest <<END_OF_LOOK
$(ls -ldin "$1" 2>/dev/null)
END_OF_LOOK
  m__w_seen="$m__w_inode $m__w_bits $m__w_links $m__w_uid $m__w_gid $m__w_size"
  [ -n "$m__w_bits" ] || {
    m_hold_why="$m__read_from is not there"
    return 1
  }
}

# A sh text: before standard input is copied to $3, it must be the file that was seen ($1). On hosts whose /dev/fd are mere
# nodes, fstat(1) shows that. It compares the mount point too, because another file system may have the same inode number.
m__read_opened='
  seen=$1 size=$2 copy=$3
  opened=$(ls -ldinL /dev/fd/0 2>/dev/null) || opened=
  set -- $opened
  if [ "${1-} ${2-} ${3-} ${4-} ${5-} ${6-}" != "$seen" ]; then
    set -- $seen
    want="$1 $2 $6"
    mount=$(df -P . 2>/dev/null </dev/null | awk "NR == 2 { print \$6 }")
    [ "$(fstat -p $$ 2>/dev/null </dev/null | awk "\$4 + 0 == 0 && \$4 ~ /^0/ { print \$5, \$6, \$7, \$8; exit }")" = "$mount $want" ] || exit 1
  fi
  dd bs=1024 count=$((size / 1024 + 1)) >"$copy" 2>/dev/null && printf "%s\\n" "$seen" >"$copy.ok"'

# m__print_apart PATH: m_print of what others may change meanwhile: nothing is read but a plain file, and of that no more than it
# had. A way that leads through other peoples links leads nowhere.
m__print_apart() {
  local m__w_parent m__extra
  if ! is_there "$1"; then
    m_look "$1"
    m__extra=- m_state='absent|-|-|-|-'
    return 0
  fi
  m__find_self
  m__w_parent=${1%/*}
  if ! m_walk "${m__w_parent:-/}" && [ "$m_self_uid" -eq 0 ]; then
    m_type=absent m_mode=- m_uid=- m_gid=- m_links=1 m__extra=- m_state='absent|-|-|-|-'
    return 0
  fi
  if [ -z "$m_foreign" ] || [ "$m_self_uid" -ne 0 ]; then
    m_print "$1"
    return 0
  fi
  m_look "$1"
  m__extra=-
  case $m_type in
    file)
      m__extra='?'
      ! m_read "$1" "$m_work/print" "$m__read_large" || { m_digest "$m_work/print" && m__extra=$m_digest_value; }
      ;;
    link) m__print_link "$1" ;;
  esac
  m_state="$m_type|$m_mode|$m_uid|$m_gid|$m__extra"
}

# --- for resources -------------------------------------------------------------------------------------------------

# m__look_there PATH: m_look, on a way on which root follows no link of others; m__content_foreign says whether they may write
# where it is.
m__look_there() {
  local m__w_parent
  m__w_parent=${1%/*}
  if [ "$m_self_uid" -eq 0 ]; then
    m_walk "${m__w_parent:-/}" || fail "$m__resource $1: $m_hold_why"
    m__content_foreign=$m_foreign
  fi
  m_look "$1"
}

# m__own_content [MOST]: after m_see: m_content is a file that nobody else writes, with what the target holds.
m__own_content() {
  [ "$m_type" != file ] || [ -n "$m_after" ] || ! m__is_hollow "$m_content" || fail "$m__resource $m_target_name: $m_hold_why"
  [ -n "$m__content_foreign" ] && [ "$m_type" = file ] || return 0
  m_readable "$m_content" ${1+"$1"} || fail "$m__resource $m_target_name: $m_read_why"
  m_content=$m_opened_file
  m__content_foreign=
}

# m_end_reader PID: ends a process that the caller itself started to read something, and that hangs in it.
m_end_reader() {
  kill -9 "$1" 2>/dev/null
}
