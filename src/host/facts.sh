# Facts: what the host is. Gathered at the start of every run, in the same exec; each is an event for the controller
# and a shell variable fact_NAME for the steps. One process answers as many of them as it can.

# m__fact NAME VALUE
m__fact() {
  eval "fact_$1=\$2"
  m__emit fact "$1" "$2"
}

# m__find_near PATH: sets m__near_path to PATH, or to its nearest parent that is there.
m__find_near() {
  m__near_path=$1
  while [ ! -e "$m__near_path" ]; do
    m_parent "$m__near_path"
    m__near_path=$m_dir
  done
}

# m_mount_of PATH: prints the mount point of the file system that holds PATH, or of its nearest parent that is there.
m_mount_of() {
  local m__near_path m__said
  m__find_near "$1"
  m__said=$(df -P "$m__near_path" 2>/dev/null)
  read -r m__said m__said m__said m__said m__said m__near_path m__said <<EOF
${m__said#*"$m_nl"}
EOF
  printf '%s\n' "$m__near_path"
}

# m__know_self: sets m_self_uid, m_self_gid and m__self_name, by one id(1): `uid=0(root) gid=0(wheel) groups=...`.
m__know_self() {
  local m__said
  m__said=$(id)
  case $m__said in
    *' euid='* | *' egid='*) ;;
    'uid='[0-9]*'('*') gid='[0-9]*)
      m_self_uid=${m__said#uid=}
      m_self_uid=${m_self_uid%%'('*}
      m__self_name=${m__said#*'('}
      m__self_name=${m__self_name%%') gid='*}
      m_self_gid=${m__said#*') gid='}
      m_self_gid=${m_self_gid%%[!0-9]*}
      return 0
      ;;
  esac
  m_self_uid=$(id -u)
  m_self_gid=$(id -g)
  m__self_name=$(id -un)
}

m__gather_facts() {
  local m__os m__name m__release m__machine m__flag m__tool m__found_tools m__now
  # The order is the tool's, whatever that of the letters is.
  read -r m__os m__name m__release m__machine <<EOF
$(uname -snrm)
EOF
  m__fact os "$m__os"
  m__fact release "$m__release"
  m__fact machine "$m__machine"
  m__fact hostname "$m__name"
  (exit 3) &
  wait "$!" && m__flag=yes || m__flag=no
  m__fact shell_wait_lies "$m__flag"
  m__fact user "$m__self_name"
  m__fact digest "$m__digest_with"
  m__find_named /usr/sbin/named
  m__fact named_base "$m__named_version"
  m__find_named /usr/pkg/sbin/named
  m__fact named_package "$m__named_version"
  m__tell_mounts
  # Releases before 2.0 know fast and force only; `one` asks about services that rc.conf does not enable.
  m__flag=none
  [ ! -f /etc/rc.subr ] || { grep -q one /etc/rc.subr && m__flag=one; } || m__flag=fast-force
  m__fact rc_flavour "$m__flag"
  m__found_tools=
  for m__tool in pkg_add pkgin fstat sockstat openssl named-checkconf dig mtree ksh sudo doas; do
    ! m_have "$m__tool" || m__found_tools=${m__found_tools:+$m__found_tools }$m__tool
  done
  m__fact tools "$m__found_tools"
  m__now=$(date -u '+%Y-%m-%dT%H:%M:%SZ %s')
  m__set_clock "${m__now#* }"
  m__fact time "${m__now% *}"
}

# m__tell_mounts: the file systems of some directories, by one df: a line for each, behind a head.
m__tell_mounts() {
  local m__path m__root m__pkg m__home m__var m__x m__near_path
  set --
  for m__path in / /usr/pkg /home /var; do
    m__find_near "$m__path"
    set -- "$@" "$m__near_path"
  done
  df -P "$@" >"$m_work/mounts" 2>/dev/null
  {
    read -r m__x &&
      read -r m__x m__x m__x m__x m__x m__root m__x &&
      read -r m__x m__x m__x m__x m__x m__pkg m__x &&
      read -r m__x m__x m__x m__x m__x m__home m__x &&
      read -r m__x m__x m__x m__x m__x m__var m__x
  } <"$m_work/mounts" || {
    # It has no line for one that it cannot look at, such as that of a file server which is gone.
    m__root=$(m_mount_of /)
    m__pkg=$(m_mount_of /usr/pkg)
    m__home=$(m_mount_of /home)
    m__var=$(m_mount_of /var)
  }
  m__fact mount_root "$m__root"
  m__fact mount_usr_pkg "$m__pkg"
  m__fact mount_home "$m__home"
  m__fact mount_var "$m__var"
}

# m__find_named PROGRAM: sets m__named_version to its version, to nothing where it is not there. Asked under another name while
# another run is at work here: an rc script that starts the daemon right now looks for a process of its name, and must not find
# this one.
m__find_named() {
  local m__asked
  m__named_version=
  [ -x "$1" ] || return 0
  m__asked=$1
  [ -z "${m__told-}" ] || { m__asked=$m_work/version && ln -s "$1" "$m__asked"; } || return 0
  # One that fails has none.
  m__named_version=$("$m__asked" -v 2>/dev/null) || m__named_version=
  m__named_version=${m__named_version%%"$m_nl"*}
  # BIND 9.9.2-P1 (and more)
  m__named_version=${m__named_version#* }
  m__named_version=${m__named_version%% *}
  [ -z "${m__told-}" ] || rm -f "$m__asked"
}
