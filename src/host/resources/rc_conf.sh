# rc_conf NAME VALUE [--after NAME] [--path FILE] [--literal]
#
# /etc/rc.conf sets NAME to VALUE. Comments, order and everything else stay. As for
# checkyesno, YES, yes, true, on and 1 are equal, and so are their opposites. If a name is set twice, the last one counts,
# and that one is edited.
#   VALUE       written in double quotes if it needs any, so $named_chroot in it is the variable of that name
#   --after     the line must stand below the line of this name (rc.conf is read from top to bottom)
#   --path      another file, e.g. /etc/rc.conf.d/named; made if missing
#   --literal   a dollar sign is a dollar sign
# A service can watch it with `--when-changed /etc/rc.conf:NAME`.
# Undo: the file is as before. Services that read NAME run or do not run as before, even after a boot in between.
# Example: rc_conf syslogd_flags '-s -p $named_chroot/var/run/log -p /var/run/log' --after named_chroot
# Works on: NetBSD 1.5
rc_conf() {
  local m__key m__value m__rc_status
  m__key=$1
  m__value=$2
  shift 2
  m_begin_path rc_conf /etc/rc.conf
  m_options 'after= path= literal' ${1+"$@"}
  m_path=${m_o_path:-/etc/rc.conf}
  [ "$m__rc_waits" = "$m_path" ] || ! m__some_wait || m__make_waiting
  m_path=${m_o_path:-/etc/rc.conf}
  m_begin_path rc_conf "$m_path" "$m_path:$m__key"
  case $m__key in '' | [0-9]* | *[!A-Za-z0-9_]*) fail "rc_conf: '$m__key' is no variable name" ;; esac
  case $m__value in *"$m_nl"*) fail "rc_conf $m__key: the value holds a newline" ;; esac
  m_o_owner='' m_o_group='' m_o_mode=''
  m_see "$m_path"
  [ "$m__rc_waits" != "$m_path" ] || m_content=$m__rc_next
  m__rc_word "$m__value"
  m__rc_status=0
  # awk compares unexpanded text, in which a dollar sign that is not a variable's is written \$.
  [ -z "$m_o_literal" ] || { m_replace "$m__value" '$' '\$' && m__value=$m_replaced; }
  if [ "$m_type" = file ] && [ -z "$m__content_foreign" ] && [ "$m_content" != "$m__rc_next" ] && m__rc_is_right "$m_content" "$m__key" "$m__value" "$m_o_after"; then
    m_place "$m_content" 0644
    return 0
  fi
  m__edit_value key "$m__key"
  m__edit_value word "$m__rc_word"
  m__edit_value value "$m__value"
  m__edit_value after "$m_o_after"
  m__edit rc_conf || m__rc_status=$?
  case $m__rc_status in
    0) ;;
    3) fail "rc_conf $m__key: its value in $m_path has several lines; correct it by hand" ;;
    4) fail "rc_conf $m__key: $m_path has no line for '$m_o_after', which it must follow" ;;
    *) fail "rc_conf $m__key: cannot edit $m_path" ;;
  esac
  # Noted before the change: a driver that dies in between leaves a restart too many, never one too few.
  if [ "$m_type" = absent ] || [ -n "$m__edited" ] || { [ "$m_type" = file ] && ! m_same_content "$m_content" "$m_new_file"; }; then
    m_touched "$m_path:$m__key"
  fi
  m__rc_change_waits || m_place "$m_new_file" 0644
}

# m__rc_word VALUE: sets m__rc_word to the value as a word for rc.conf.
m__rc_word() {
  case $1 in
    '' | *[!A-Za-z0-9_./:+,%@-]*)
      m_replace "$1" '\' '\\'
      m_replace "$m_replaced" '"' '\"'
      m_replace "$m_replaced" '`' '\`'
      [ -z "$m_o_literal" ] || m_replace "$m_replaced" '$' '\$'
      m__rc_word="\"$m_replaced\""
      ;;
    *) m__rc_word=$1 ;;
  esac
}

# m__rc_read FILE NAME: sets m__t_line to the number of the last line that assigns NAME, to nothing if none does, and m__t_value to what
# it gives, as rc_conf.awk sees it. False where that takes more than a look: a word of several parts, an escape, a comment behind it.
# Starts no process.
m__rc_read() {
  local m__at_line m__line m__word
  m__at_line=0 m__t_line='' m__t_value='' m__word='' m__line=
  while read -r m__line || [ -n "$m__line" ]; do
    m__at_line=$((m__at_line + 1))
    case $m__line in "$2"=*) m__t_line=$m__at_line m__word=${m__line#*=} ;; esac
  done <"$1"
  case $m__word in
    *[!A-Za-z0-9_./:+,%@\ \"\$-]*) return 1 ;;
    \"*\")
      m__word=${m__word#\"}
      m__word=${m__word%\"}
      case $m__word in *\"*) return 1 ;; esac
      ;;
    *[\ \"]*) return 1 ;;
  esac
  m__t_value=$m__word
}

# m__rc_is_right FILE NAME VALUE AFTER: FILE sets NAME to that, below AFTER, as far as that is seen at a look.
m__rc_is_right() {
  local m__t_line m__t_value m__line m__now
  m__rc_read "$1" "$2" && [ -n "$m__t_line" ] || return 1
  m__line=$m__t_line m__now=$m__t_value
  if [ -n "$4" ]; then
    m__rc_read "$1" "$4" || :
    [ -n "$m__t_line" ] && [ "$m__line" -ge "$m__t_line" ] || return 1
  fi
  m__truth_of "$m__now"
  m__now=$m__truth
  m__truth_of "$3"
  [ "$m__now" = "$m__truth" ]
}

# m__truth_of VALUE: sets m__truth to a word for what checkyesno makes of it, or to =VALUE.
m__truth_of() {
  case $1 in
    [Yy][Ee][Ss] | [Tt][Rr][Uu][Ee] | [Oo][Nn] | 1) m__truth='yes' ;;
    [Nn][Oo] | [Ff][Aa][Ll][Ss][Ee] | [Oo][Ff][Ff] | 0) m__truth=no ;;
    *) m__truth="=$1" ;;
  esac
}

# rc_conf_value NAME [FILE]: prints the value that the last assignment in FILE gives, unexpanded; nothing if unset.
rc_conf_value() {
  local m__t_line m__t_value
  [ "$m__rc_waits" != "${2:-/etc/rc.conf}" ] || set -- "$1" "$m__rc_next"
  [ -f "${2:-/etc/rc.conf}" ] || return 0
  if m__rc_read "${2:-/etc/rc.conf}" "$1"; then
    [ -z "$m__t_line" ] || printf '%s\n' "$m__t_value"
    return 0
  fi
  m__edit_value key "$1"
  awk -v values="$m_work/edit." -v show=1 -f "$m_work/runtime/rc_conf.awk" "${2:-/etc/rc.conf}"
}
