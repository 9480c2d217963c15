# Facts: what the host is. Gathered at the start of every run, in the same exec; each is an event for the controller
# and a shell variable fact_NAME for the steps.

# m__fact NAME VALUE
m__fact() {
  eval "fact_$1=\$2"
  m__emit fact "$1" "$2"
}

# m_mount_of PATH: prints the mount point of the file system that holds PATH, or of its nearest parent that is there.
m_mount_of() {
  local m__near
  m__near=$1
  while [ ! -e "$m__near" ]; do
    m_parent "$m__near"
    m__near=$m_dir
  done
  df -P "$m__near" 2>/dev/null | awk 'NR == 2 { print $6 }'
}

m__gather_facts() {
  local m__found_tools
  m__fact os "$(uname -s)"
  m__fact release "$(uname -r)"
  m__fact machine "$(uname -m)"
  m__fact hostname "$(hostname)"
  m__fact shell_wait_lies "$(sh -c '(exit 3) & wait $! && echo yes || echo no' 2>/dev/null)"
  m__fact user "$(id -un)"
  m__fact digest "$m__digest_with"
  m__fact named_base "$(m__version_of /usr/sbin/named)"
  m__fact named_package "$(m__version_of /usr/pkg/sbin/named)"
  m__fact mount_root "$(m_mount_of /)"
  m__fact mount_usr_pkg "$(m_mount_of /usr/pkg)"
  m__fact mount_home "$(m_mount_of /home)"
  m__fact mount_var "$(m_mount_of /var)"
  m__fact rc_flavour "$(m__rc_flavour)"
  m__found_tools=
  for m__tool in pkg_add pkgin fstat sockstat openssl named-checkconf dig mtree ksh sudo doas; do
    if m_have "$m__tool"; then
      m__found_tools=${m__found_tools:+$m__found_tools }$m__tool
    fi
  done
  m__fact tools "$m__found_tools"
  m__fact time "$(date -u '+%Y-%m-%dT%H:%M:%SZ')"
}

# m__version_of PROGRAM: prints it. Under another name while another run is at work here: an rc script that starts the daemon
# right now looks for a process of its name, and must not find this one.
m__version_of() {
  local m__asked
  [ -x "$1" ] || return 0
  m__asked=$1
  [ -z "${m__told-}" ] || { m__asked=$m_work/version && ln -s "$1" "$m__asked"; } || return 0
  "$m__asked" -v 2>/dev/null | awk '{ print $2; exit }'
  [ -z "${m__told-}" ] || rm -f "$m__asked"
}

# Releases before 2.0 know fast and force only; `one` asks about services that rc.conf does not enable.
m__rc_flavour() {
  if [ ! -f /etc/rc.subr ]; then
    printf 'none\n'
  elif grep -q '|one' /etc/rc.subr 2>/dev/null || grep -q 'one' /etc/rc.subr; then
    printf 'one\n'
  else
    printf 'fast-force\n'
  fi
}
