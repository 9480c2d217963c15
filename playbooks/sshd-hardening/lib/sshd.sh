# Resources and questions of this playbook.

# sshd_setting KEYWORD VALUE
#
# The global part of sshd_config sets KEYWORD to VALUE, once. sshd takes the first of several lines (and joins those of
# AllowUsers), and what stands behind `Match` is not global: so the first global line is edited, further ones go, and a
# new one stands above the first Match. sshd itself tries the new file before it goes live.
# Undo: the file as before.
sshd_setting() {
  m_begin_path sshd_setting "$config_file"
  m_path=$config_file
  m_target_name=$m_path:$1
  setting="$1 $2"
  m_options 'owner= group= mode= validate=' --validate '/usr/sbin/sshd -t -f %s'
  m_see "$m_path"
  m_stage
  m_current_text "$m_work/text"
  # Values go through the environment: awk's -v would interpret backslashes.
  WORD=$1 SETTING=$setting awk '
    { text[NR] = $0 }
    tolower($1) == "match" && !match_at { match_at = NR }
    END {
      word = tolower(ENVIRON["WORD"]); last = match_at ? match_at - 1 : NR; put = last
      for (i = 1; i <= last; i++) {
        split(text[i], part, /[ \t=]+/)
        first = part[1] == "" ? part[2] : part[1]
        if (tolower(first) == "#" word) put = i
        if (tolower(first) != word) continue
        if (at) gone[i] = 1; else at = i
      }
      if (at) text[at] = ENVIRON["SETTING"]
      if (!at && !put) print ENVIRON["SETTING"]
      for (i = 1; i <= NR; i++) {
        if (!(i in gone)) print text[i]
        if (!at && i == put) print ENVIRON["SETTING"]
      }
    }' "$m_work/text" >"$m_new_file" || fail "sshd_setting $1: cannot edit $m_path"
  m_place "$m_new_file" 0644
}

# sshd_says KEYWORD: prints what sshd makes of its configuration. `sshd -T` is there since OpenSSH 5.1; before that the
# first line of the file has to do.
sshd_says() {
  if says=$(/usr/sbin/sshd -T -f "$config_file" 2>/dev/null); then
    printf '%s\n' "$says" | one_setting "$1"
  else
    awk 'tolower($1) == "match" { exit } { print }' "$config_file" | one_setting "$1"
  fi
}

# one_setting KEYWORD: a filter; prints the value of the first such line, and of all of them for lists.
one_setting() {
  awk -v word="$1" '
    tolower($1) == word && (!seen++ || word == "allowusers") { $1 = ""; sub(/^ /, ""); print }' |
    tr '\n' ' ' | sed 's/ $//'
}

# login_user: prints who logged in, also where sudo or doas made root of him.
login_user() {
  printf '%s\n' "${SUDO_USER:-${DOAS_USER:-$fact_user}}"
}

# is_allowed USER: true when one of the patterns in allow_users, if there are any, lets the user in from anywhere.
is_allowed() {
  [ -n "$allow_users" ] || return 0
  # The patterns are sshd's, and must not become the names of files.
  set -f
  for pattern in $allow_users; do
    # The pattern is meant as one.
    # shellcheck disable=SC2254
    case $1 in
      $pattern)
        set +f
        return 0
        ;;
    esac
  done
  set +f
  return 1
}

# has_keys USER: true when there are keys that let USER in without a password, or sshd has them from elsewhere.
has_keys() {
  case $(sshd_says authorizedkeyscommand)$(sshd_says trustedusercakeys) in
    '' | none | nonenone) ;;
    *) return 0 ;;
  esac
  m_passwd_entry "$1"
  home=${m_entry%:*}
  home=${home##*:}
  keys=$(sshd_says authorizedkeysfile)
  for file in ${keys:-.ssh/authorized_keys}; do
    m_replace "$file" %h "$home"
    m_replace "$m_replaced" %u "$1"
    case $m_replaced in /*) ;; *) m_replaced=$home/$m_replaced ;; esac
    if grep -q '^[^#]' "$m_replaced" 2>/dev/null; then
      return 0
    fi
  done
  return 1
}
