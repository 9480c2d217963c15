# Looking at paths and changing them atomically, with what every release has: ls, cmp, cp, mv, chown, chmod.
# stat(1) is not used: its options differ between systems, and `ls -ldn` says the same everywhere.

# m_mode_digit RWX SPECIAL-LETTER: sets m_digit, and m_special to 1 when the set-id or sticky bit is on.
m_mode_digit() {
  m_digit=0
  m_special=0
  case $1 in r??) m_digit=$((m_digit + 4)) ;; esac
  case $1 in ?w?) m_digit=$((m_digit + 2)) ;; esac
  case $1 in
    ??x) m_digit=$((m_digit + 1)) ;;
    ??s | ??t)
      m_digit=$((m_digit + 1))
      m_special=1
      ;;
    ??S | ??T) m_special=1 ;;
  esac
}

# m_octal MODE-STRING: sets m_mode, e.g. drwxr-xr-x gives 0755.
m_octal() {
  m_bits=${1#?}
  m_tail=${m_bits#???}
  m_mode_digit "${m_bits%"$m_tail"}"
  m_high=$((m_special * 4))
  m_mode=$m_digit
  m_bits=$m_tail
  m_tail=${m_bits#???}
  m_mode_digit "${m_bits%"$m_tail"}"
  m_high=$((m_high + m_special * 2))
  m_mode=$m_mode$m_digit
  m_bits=$m_tail
  m_tail=${m_bits#???}
  m_mode_digit "${m_bits%"$m_tail"}"
  m_high=$((m_high + m_special))
  m_mode=$m_high$m_mode$m_digit
}

# m_look PATH: sets m_type (absent file dir link other), m_mode, m_uid, m_gid, m_links, m_bytes. Does not follow a link.
m_look() {
  m_type=absent m_mode=- m_uid=- m_gid=- m_links=1 m_bytes=0
  if [ ! -e "$1" ] && [ ! -h "$1" ]; then
    return 0
  fi
  read -r m_bits m_links m_uid m_gid m_bytes m_rest <<EOF
$(ls -ldn "$1")
EOF
  case $m_bits in
    -*) m_type="file" ;;
    d*) m_type=dir ;;
    l*) m_type="link" ;;
    *) m_type=other ;;
  esac
  m_octal "$m_bits"
}

# m_link_target PATH: sets m_target. readlink(1) came with 1.6; ls says `mode ... PATH -> TARGET`, and what stands before
# PATH holds no arrow, whatever the link does.
m_link_target() {
  if m_have readlink; then
    m_target=$(readlink "$1" && printf .)
  else
    m_target=$(ls -ldn "$1" && printf .)
    m_target=${m_target#*" $1 -> "}
  fi
  m_target=${m_target%.}
  m_target=${m_target%"$m_nl"}
}

# m_digest FILE: sets m_digest_value, with the best digest that the host has (m_digest_with is found once).
m_digest() {
  case $m_digest_with in
    cksum-a) m_digest_value=sha256:$(cksum -n -a SHA256 <"$1") ;;
    sha256sum)
      m_digest_value=$(sha256sum <"$1")
      m_digest_value=sha256:${m_digest_value%% *}
      ;;
    openssl)
      m_digest_value=$(openssl dgst -sha256 <"$1" 2>/dev/null)
      m_digest_value=sha256:${m_digest_value##* }
      ;;
    *) m_digest_value=cksum:$(cksum <"$1" | tr ' \t' '--') ;;
  esac
}

# m_have NAME: true when there is such a command.
m_have() {
  type "$1" >/dev/null 2>&1
}

m_find_digest() {
  if cksum -n -a SHA256 </dev/null >/dev/null 2>&1; then
    m_digest_with=cksum-a
  elif m_have sha256sum; then
    m_digest_with=sha256sum
  elif openssl dgst -sha256 </dev/null >/dev/null 2>&1; then
    m_digest_with=openssl
  elif m_have cksum; then
    m_digest_with="cksum"
  else
    # Without one, everything would look equal, and an undo would believe it.
    m_refuse 'the host has no cksum(1) and no other digest tool on its PATH'
  fi
}

# m_is_hollow FILE: after m_look: another account's, of a gigabyte or more, of which most is no block of the disk. To read it takes
# for ever, and a copy may be larger than the disk. Sets m_hold_why.
m_is_hollow() {
  case $m_uid:$m_bytes in
    0:* | "${m_self_uid:-0}":*) return 1 ;;
    *:??????????*) ;;
    *) return 1 ;;
  esac
  ls -dnsL "$1" 2>/dev/null | awk '{ exit !($1 * 1024 < $6 / 4) }' || return 1
  m_hold_why="it is uid $m_uid's, of $m_bytes bytes, and mostly holes; move it away"
}

# m_print PATH: sets m_state to a fingerprint `type|mode|uid|gid|extra`, where extra is a file's digest, a link's
# target (escaped) or -. Two equal fingerprints mean: nobody can tell them apart but by time stamps.
m_print() {
  m_look "$1"
  m_extra=-
  case $m_type in
    file)
      m_extra='?'
      m_is_hollow "$1" || { m_digest "$1" && m_extra=$m_digest_value; }
      ;;
    link) m_print_link "$1" ;;
  esac
  m_state="$m_type|$m_mode|$m_uid|$m_gid|$m_extra"
}

# m_print_link LINK: after m_look: sets m_extra to its target. Its own mode follows the umask of whoever made it and means nothing.
m_print_link() {
  m_link_target "$1"
  m_escape "$m_target"
  m_extra=$m_escaped
  m_mode=-
}

# m_uid_of NAME-OR-NUMBER, m_gid_of NAME-OR-NUMBER: set m_id, empty when there is no such account (yet). The last name
# is remembered, since a cage asks for the same one again and again; m_account_tool forgets it.
m_uid_of() {
  case $1 in
    "${m_known_user-}")
      m_id=$m_known_uid
      [ -z "$1" ] || return 0
      ;;
  esac
  case $1 in
    *[!0-9]*) m_id=$(id -u "$1" 2>/dev/null) || m_id= ;;
    *) m_id=$1 ;;
  esac
  m_known_user=
  [ -z "$m_id" ] || m_known_user=$1 m_known_uid=$m_id
}
m_gid_of() {
  case $1 in
    *[!0-9]*)
      m_id=
      while IFS=: read -r m_name m_rest_pw m_gid_pw m_rest; do
        if [ "$m_name" = "$1" ]; then
          m_id=$m_gid_pw
          break
        fi
      done </etc/group
      ;;
    *) m_id=$1 ;;
  esac
}

# m_normal_mode MODE: sets m_mode_wanted to four digits.
m_normal_mode() {
  case $1 in
    [0-7][0-7][0-7]) m_mode_wanted=0$1 ;;
    [0-7][0-7][0-7][0-7]) m_mode_wanted=$1 ;;
    *) fail "mode '$1' is not three or four octal digits" ;;
  esac
}

# m_chmod MODE PATH: exactly this mode. Of a directory, some chmods keep the set-id bits unless there are five digits.
m_chmod() {
  chmod "0$1" "$2"
}

# m_parent PATH: sets m_dir.
m_parent() {
  m_dir=${1%/*}
  [ -n "$m_dir" ] || m_dir=/
}

# m_put FILE TARGET MODE UID GID [TIME-FILE]: makes TARGET a copy of FILE, whole or not at all, with the time stamp of
# TIME-FILE. The temporary file has the run's name, so that an undo finds what a killed driver left; nobody else can
# read it before it has its owner and mode.
m_put() {
  m_hold "$2" || return 1
  m_put_held "$@"
  m_own_status=$?
  m_let_go
  return "$m_own_status"
}

m_put_held() {
  m_find_temp "$2" && m_make_room "$2" || return 1
  if (umask 077 && cp "$1" "$m_temp") && chown "$4:$5" "$m_temp" && chmod "$3" "$m_temp" &&
    { [ -z "${6-}" ] || touch -r "$6" "$m_temp"; } && mv -f "$m_temp" "$2"; then
    return 0
  fi
  rm -f "$m_temp"
  return 1
}

# m_put_link TEXT TARGET: likewise for a symbolic link. Not by `ln -sf`, which removes first.
m_put_link() {
  m_hold "$2" || return 1
  m_find_temp "$2" && ln -s -- "$1" "$m_temp" && m_make_room "$2" && mv -f "$m_temp" "$2"
  m_own_status=$?
  m_let_go
  return "$m_own_status"
}

# m_find_temp TARGET: sets m_dir, and m_temp to a name beside TARGET that is free. What has it may be there to be in the way.
m_find_temp() {
  m_parent "$1"
  m_temp=$m_dir/.muster-$m_run_id-$m_seq
  for m_try in 1 2 3 4 5 6 7 8; do
    is_there "$m_temp" || return 0
    [ -d "$m_temp" ] && [ ! -h "$m_temp" ] || ! rm -f "$m_temp" || return 0
    m_temp=${m_temp}x
  done
  m_hold_why="names like $m_temp are taken; remove them"
  return 1
}

# m_drop_temps PATH-OF-TEMP: what a driver that was killed left half made.
m_drop_temps() {
  m_one_temp=$1
  for m_try in 1 2 3 4 5 6 7 8; do
    ! is_there "$m_one_temp" || [ -d "$m_one_temp" ] && [ ! -h "$m_one_temp" ] || rm -f "$m_one_temp"
    m_one_temp=${m_one_temp}x
  done
}

# m_make_room TARGET: mv onto a directory, or a link to one, would move into it.
m_make_room() {
  if [ -h "$1" ]; then
    [ ! -d "$1" ] || rm -f "$1"
  elif [ -d "$1" ]; then
    m_hold_why="$1 is a directory by now"
    return 1
  fi
}

# m_run_text TEXT: runs a sh text that came as a value. By way of a file, because ps shows arguments to everybody.
m_run_text() {
  printf '%s\n' "$1" >"$m_work/script"
  sh "$m_work/script"
}

# is_there PATH: true when PATH is really there now. In a plan, false means `not yet` or `never`.
is_there() {
  [ -e "$1" ] || [ -h "$1" ]
}
