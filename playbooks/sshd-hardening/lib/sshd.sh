# Resources and questions of this playbook.

# sshd_setting KEYWORD VALUE
#
# The global part of sshd_config sets KEYWORD to VALUE, once. sshd takes the first of several lines (and joins those of
# AllowUsers), and what stands behind `Match` is not global: so the first global line is edited, further ones go, and a
# new one stands above the first Match. A line that says the same in other words stays. sshd itself tries the new file
# before it goes live.
# Undo: the file as before.
sshd_setting() {
  m_begin_path sshd_setting "$config_file" "$config_file:$1"
  setting="$1 $2"
  m_options 'owner= group= mode= validate=' --validate '/usr/sbin/sshd -t -f %s'
  m_see "$m_path"
  m_stage
  m_current_text "$m_work/text"
  written=$(global_setting "$1" "$m_work/text")
  keep=''
  [ -z "$written" ] || ! same_setting "$1" "$2" "$written" || keep=yes
  # Values go through the environment: awk's -v would interpret backslashes.
  WORD=$1 SETTING=$setting KEEP=$keep awk '
    { text[NR] = $0 }
    tolower($1) == "match" && !match_at { match_at = NR }
    END {
      word = tolower(ENVIRON["WORD"]); last = match_at ? match_at - 1 : NR; put = last
      keep = ENVIRON["KEEP"] != ""
      for (i = 1; i <= last; i++) {
        split(text[i], part, /[ \t=]+/)
        first = part[1] == "" ? part[2] : part[1]
        if (tolower(first) == "#" word) put = i
        if (tolower(first) != word) continue
        # Several lines that are joined, and mean what is wanted, belong together.
        if (keep && word == "allowusers") at = i
        else if (at) gone[i] = 1
        else at = i
      }
      if (at && !keep) text[at] = ENVIRON["SETTING"]
      if (!at && !put) print ENVIRON["SETTING"]
      for (i = 1; i <= NR; i++) {
        if (!(i in gone)) print text[i]
        if (!at && i == put) print ENVIRON["SETTING"]
      }
    }' "$m_work/text" >"$m_new_file" || fail "sshd_setting $1: cannot edit $m_path"
  m_place "$m_new_file" 0644
}

# sshd_ask: has sshd say what it makes of its configuration, for sshd_says. `sshd -T` is there since OpenSSH 5.1; before
# that the global part of the file has to do.
sshd_ask() {
  /usr/sbin/sshd -T -f "$config_file" >"$m_work/sshd.says" 2>/dev/null </dev/null ||
    cp "$config_file" "$m_work/sshd.says"
}

# sshd_says KEYWORD: after sshd_ask, prints what sshd said of KEYWORD, under whichever name its release has for it.
sshd_says() {
  global_setting "$1" "$m_work/sshd.says"
}

# global_setting KEYWORD FILE: prints the value of the first such line of FILE above any Match, and of all of them for
# AllowUsers. A keyword that was renamed is looked for under its other name when it is not there.
global_setting() {
  other_name "$1"
  WORD=$1 OTHER=$other awk '
    BEGIN { word = tolower(ENVIRON["WORD"]); other = ENVIRON["OTHER"] }
    {
      sub(/\r$/, "")
      sub(/^[ \t]+/, "")
      name = $0
      sub(/[ \t=].*$/, "", name)
      name = tolower(name)
      if (name == "match") exit
      if (name != word && name != other) next
      value = substr($0, length(name) + 1)
      sub(/^[ \t]*=?[ \t]*/, "", value)
      sub(/[ \t]+$/, "", value)
      if (!count[name]++) seen[name] = value
      else if (name == "allowusers") seen[name] = seen[name] " " value
    }
    END { print count[word] ? seen[word] : seen[other] }' "$2"
}

# other_name KEYWORD: sets other to the name that older or newer releases have for it, in small letters.
other_name() {
  case $1 in
    [Kk]bd[Ii]nteractive[Aa]uthentication) other=challengeresponseauthentication ;;
    [Cc]hallenge[Rr]esponse[Aa]uthentication) other=kbdinteractiveauthentication ;;
    *) other= ;;
  esac
}

# same_setting KEYWORD WANTED SEEN: true when the two are one value to sshd, whose releases print it in other words.
same_setting() {
  setting_kind "$1"
  same_meaning "$kind" "$2" "$3" "$words"
}

# expect_sshd TITLE KEYWORD WANTED: after sshd_ask, sshd says that KEYWORD has the value WANTED.
expect_sshd() {
  setting_kind "$2"
  expect_same_meaning "$1" "$kind" "$3" "$(sshd_says "$2")" "$words"
}

# setting_kind KEYWORD: sets kind to the kind of its value, as same_meaning takes it, and words to words for one value.
setting_kind() {
  words=''
  case $1 in
    [Pp]ermit[Rr]oot[Ll]ogin) kind=truth words='without-password prohibit-password' ;;
    [Ll]ogin[Gg]race[Tt]ime) kind='time' ;;
    [Mm]ax[Aa]uth[Tt]ries) kind=number ;;
    [Aa]llow[Uu]sers) kind='set' ;;
    [Bb]anner) kind=text ;;
    *) kind=truth ;;
  esac
}

# root_login: prints permit_root_login in the word that every release knows.
root_login() {
  case $permit_root_login in
    prohibit-password) printf 'without-password\n' ;;
    *) printf '%s\n' "$permit_root_login" ;;
  esac
}

# login_user: prints the user that logged in, also if it became root by sudo or doas.
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
  sshd_ask
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
    case $m_replaced in /*) keys_file=$m_replaced ;; *) keys_file=$home/$m_replaced ;; esac
    if grep -q '^[^#]' "$keys_file" 2>/dev/null; then
      return 0
    fi
  done
  return 1
}
