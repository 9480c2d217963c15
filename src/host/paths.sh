# Looking at paths and changing them atomically, with what every release has: ls, cmp, cp, mv, chown, chmod.
# stat(1) is not used: its options differ between systems, and `ls -ldn` says the same everywhere.

# m__mode_digit RWX SPECIAL-LETTER: sets m__digit, and m__special to 1 when the set-id or sticky bit is on.
m__mode_digit() {
  m__digit=0
  m__special=0
  case $1 in r??) m__digit=$((m__digit + 4)) ;; esac
  case $1 in ?w?) m__digit=$((m__digit + 2)) ;; esac
  case $1 in
    ??x) m__digit=$((m__digit + 1)) ;;
    ??s | ??t)
      m__digit=$((m__digit + 1))
      m__special=1
      ;;
    ??S | ??T) m__special=1 ;;
  esac
}

# m_octal MODE-STRING: sets m_mode, e.g. drwxr-xr-x gives 0755.
m_octal() {
  local m__bits m__tail m__high
  m__bits=${1#?}
  m__tail=${m__bits#???}
  m__mode_digit "${m__bits%"$m__tail"}"
  m__high=$((m__special * 4))
  m_mode=$m__digit
  m__bits=$m__tail
  m__tail=${m__bits#???}
  m__mode_digit "${m__bits%"$m__tail"}"
  m__high=$((m__high + m__special * 2))
  m_mode=$m_mode$m__digit
  m__bits=$m__tail
  m__tail=${m__bits#???}
  m__mode_digit "${m__bits%"$m__tail"}"
  m__high=$((m__high + m__special))
  m_mode=$m__high$m_mode$m__digit
}

# What looked.sh knows of many paths: nothing, as long as nobody has looked ahead.
m__looked=0

# m__look_anew: something is about to change: whatever was looked at before is looked at again.
m__look_anew() {
  [ -z "${m__looks-}" ] || m__drop_looks
}

# m_look PATH: sets m_type (absent file dir link other), m_mode, m_uid, m_gid, m_links, m__bytes. Does not follow a link.
m_look() {
  local m__bits m__rest
  m_type=absent m_mode=- m_uid=- m_gid=- m_links=1 m__bytes=0
  if [ ! -e "$1" ] && [ ! -h "$1" ]; then
    return 0
  fi
  if [ "$m__looked" != 0 ] && { m__recall "$1" || m__look_around "$1"; }; then
    m_type=$m__t_type m_mode=$m__t_mode m_uid=$m__t_uid m_gid=$m__t_gid m_links=$m__t_links m__bytes=$m__t_bytes
    return 0
  fi
  read -r m__bits m_links m_uid m_gid m__bytes m__rest <<EOF
$(ls -ldn "$1")
EOF
  case $m__bits in
    -*) m_type="file" ;;
    d*) m_type=dir ;;
    l*) m_type="link" ;;
    *) m_type=other ;;
  esac
  m_octal "$m__bits"
}

# m_link_target PATH: sets m_target. readlink(1) came with 1.6; ls says `mode ... PATH -> TARGET`, and what stands before
# PATH holds no arrow, whatever the link does.
m_link_target() {
  if [ "$m__looked" != 0 ] && [ -h "$1" ] && m__recall "$1" && [ "$m__t_type" = link ]; then
    m_target=$m__t_target
    return 0
  fi
  if m_have readlink; then
    m_target=$(readlink "$1" && printf .)
  else
    m_target=$(ls -ldn "$1" && printf .)
    m_target=${m_target#*" $1 -> "}
  fi
  m_target=${m_target%.}
  m_target=${m_target%"$m_nl"}
}

# m_digest FILE: sets m_digest_value, with the best digest that the host has (m__digest_with is found once).
m_digest() {
  if [ "$m__looked" != 0 ] && m__recall_digest "$1"; then
    m_digest_value=$m__t_digest
    return 0
  fi
  case $m__digest_with in
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

# m__digests_of FILE...: prints a line for each, in the tool's own form.
m__digests_of() {
  case $m__digest_with in
    cksum-a) cksum -n -a SHA256 "$@" ;;
    sha256sum) sha256sum "$@" ;;
    openssl) openssl dgst -sha256 "$@" ;;
    *) cksum "$@" ;;
  esac
}

# m__digest_in LINE: sets m_digest_value to what a line of m__digests_of says.
m__digest_in() {
  local m__rest
  m_digest_value=${1#'\'}
  case $m__digest_with in
    openssl) m_digest_value=sha256:${1##* } ;;
    cksum)
      m__rest=${m_digest_value#* }
      m_digest_value=cksum:${m_digest_value%% *}-${m__rest%% *}
      ;;
    *) m_digest_value=sha256:${m_digest_value%% *} ;;
  esac
}

# m_have NAME: true when there is such a command.
m_have() {
  type "$1" >/dev/null 2>&1
}

m__find_digest() {
  if cksum -n -a SHA256 </dev/null >/dev/null 2>&1; then
    m__digest_with=cksum-a
  elif m_have sha256sum; then
    m__digest_with=sha256sum
  elif openssl dgst -sha256 </dev/null >/dev/null 2>&1; then
    m__digest_with=openssl
  elif m_have cksum; then
    m__digest_with="cksum"
  else
    # Without one, everything would look equal, and an undo would believe it.
    m__refuse 'the host has no cksum(1) and no other digest tool on its PATH'
  fi
}

# m__is_hollow FILE: after m_look: another account's, of a gigabyte or more, of which most is no block of the disk. To read it takes
# for ever, and a copy may be larger than the disk. Sets m_hold_why.
m__is_hollow() {
  case $m_uid:$m__bytes in
    0:* | "${m_self_uid:-0}":*) return 1 ;;
    *:??????????*) ;;
    *) return 1 ;;
  esac
  ls -dnsL "$1" 2>/dev/null | awk '{ exit !($1 * 1024 < $6 / 4) }' || return 1
  m_hold_why="it is uid $m_uid's, of $m__bytes bytes, and sparse; move it away"
}

# m_print PATH: sets m_state to a fingerprint `type|mode|uid|gid|extra`, where extra is a file's digest, a link's
# target (escaped) or -. Two equal fingerprints mean: nobody can tell them apart but by time stamps.
m_print() {
  m_look "$1"
  m__extra=-
  case $m_type in
    file)
      m__extra='?'
      m__is_hollow "$1" || { m_digest "$1" && m__extra=$m_digest_value; }
      ;;
    link) m__print_link "$1" ;;
  esac
  m_state="$m_type|$m_mode|$m_uid|$m_gid|$m__extra"
}

# m__print_link LINK: after m_look: sets m__extra to its target. The mode of a link depends on the umask of the process that
# made it, and means nothing.
m__print_link() {
  m_link_target "$1"
  m_escape "$m_target"
  m__extra=$m_escaped
  m_mode=-
}

# m_uid_of NAME-OR-NUMBER, m_gid_of NAME-OR-NUMBER: set m_id, empty when there is no such account (yet). The last name
# is remembered, since a cage asks for the same one again and again; m__account_tool forgets it.
m_uid_of() {
  case $1 in
    "${m__known_user-}")
      m_id=$m__known_uid
      [ -z "$1" ] || return 0
      ;;
  esac
  case $1 in
    *[!0-9]*) m__uid_in_file "$1" || m_id=$(id -u "$1" 2>/dev/null) || m_id= ;;
    *) m_id=$1 ;;
  esac
  m__known_user=
  [ -z "$m_id" ] || m__known_user=$1 m__known_uid=$m_id
}
# m__uid_in_file NAME: sets m_id by /etc/passwd, where most accounts are. False for those that are elsewhere.
m__uid_in_file() {
  local m__name m__pw m__rest
  while IFS=: read -r m__name m__pw m_id m__rest; do
    [ "$m__name" != "$1" ] || return 0
  done </etc/passwd
  return 1
}
m_gid_of() {
  local m__name m__rest_pw m__gid_pw m__rest
  case $1 in
    *[!0-9]*)
      m_id=
      while IFS=: read -r m__name m__rest_pw m__gid_pw m__rest; do
        if [ "$m__name" = "$1" ]; then
          m_id=$m__gid_pw
          break
        fi
      done </etc/group
      ;;
    *) m_id=$1 ;;
  esac
}

# m__normal_mode MODE: sets m__mode_wanted to four digits.
m__normal_mode() {
  case $1 in
    [0-7][0-7][0-7]) m__mode_wanted=0$1 ;;
    [0-7][0-7][0-7][0-7]) m__mode_wanted=$1 ;;
    *) fail "mode '$1' is not three or four octal digits" ;;
  esac
}

# m__chmod MODE PATH: exactly this mode. Of a directory, some chmods keep the set-id bits unless there are five digits.
m__chmod() {
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
  local m__own_status
  m_hold "$2" || return 1
  m__put_held "$@"
  m__own_status=$?
  m_let_go
  return "$m__own_status"
}

m__put_held() {
  m__find_temp "$2" && m__make_room "$2" || return 1
  # What was saved by cp -p comes back by it: with owner, mode and time, which is looked at.
  if [ "${6-}" = "$1" ] && [ "$1" != "$2" ] && (umask 077 && cp -p "$1" "$m__temp") && m__has_access "$m__temp" "$3 $4 $5" && mv -f "$m__temp" "$2"; then
    return 0
  fi
  if m__fill_temp "$@" && { [ -z "${6-}" ] || touch -r "$6" "$m__temp"; } && mv -f "$m__temp" "$2"; then
    return 0
  fi
  rm -f "$m__temp"
  return 1
}

# m__fill_temp FILE TARGET MODE UID GID: what everybody may read may have the right owner and mode from the beginning; it is looked at.
m__fill_temp() {
  case $4:$3 in
    "$m_self_uid":0[0-7][0145][45])
      cp "$1" "$m__temp" || return 1
      ! m__has_access "$m__temp" "$3 $4 $5" || return 0
      ;;
    *) (umask 077 && cp "$1" "$m__temp") || return 1 ;;
  esac
  chown "$4:$5" "$m__temp" && chmod "$3" "$m__temp"
}

# m__has_access FILE `MODE UID GID`: it has these.
m__has_access() {
  local m__bits m__links_now m__uid_now m__gid_now m__rest m__mode_had m__mode_now
  read -r m__bits m__links_now m__uid_now m__gid_now m__rest <<EOF
$(ls -ldn "$1")
EOF
  m__mode_had=${m_mode-}
  m_octal "$m__bits"
  m__mode_now=$m_mode
  m_mode=$m__mode_had
  [ "$m__mode_now $m__uid_now $m__gid_now" = "$2" ]
}

# m_put_link TEXT TARGET: likewise for a symbolic link. Not by `ln -sf`, which removes first.
m_put_link() {
  local m__own_status
  m_hold "$2" || return 1
  m__find_temp "$2" && ln -s -- "$1" "$m__temp" && m__make_room "$2" && mv -f "$m__temp" "$2"
  m__own_status=$?
  m_let_go
  return "$m__own_status"
}

# m__find_temp TARGET: sets m_dir, and m__temp to a name beside TARGET that is free. What has it may be there to be in the way.
m__find_temp() {
  local m__try
  m_parent "$1"
  m__temp=$m_dir/.muster-$m__run_id-$m__seq
  for m__try in 1 2 3 4 5 6 7 8; do
    if ! is_there "$m__temp"; then
      m__note_temp "$m__temp"
      return 0
    fi
    [ -d "$m__temp" ] && [ ! -h "$m__temp" ] || ! rm -f "$m__temp" || return 0
    m__temp=${m__temp}x
  done
  m_hold_why="names like $m__temp are in use; remove them"
  return 1
}

# m__make_room TARGET: mv onto a directory, or a link to one, would move into it.
m__make_room() {
  if [ -h "$1" ]; then
    [ ! -d "$1" ] || rm -f "$1"
  elif [ -d "$1" ]; then
    m_hold_why="$1 has become a directory"
    return 1
  fi
}

# m__run_text TEXT: runs a sh text that came as a value. By way of a file, because ps shows arguments to everybody.
m__run_text() {
  printf '%s\n' "$1" >"$m_work/script"
  sh "$m_work/script"
}

# is_there PATH: true when PATH is really there now. In a plan, false means `not yet` or `never`.
is_there() {
  [ -e "$1" ] || [ -h "$1" ]
}
