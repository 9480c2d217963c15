# Facts: what the host is. Gathered at the start of every run, in the same exec; each is an event for the controller
# and a shell variable fact_NAME for the steps.

# m_fact NAME VALUE
m_fact() {
  eval "fact_$1=\$2"
  m_emit fact "$1" "$2"
}

# m_mount_of PATH: prints the mount point of the file system that holds PATH, or of its nearest parent that is there.
m_mount_of() {
  m_near=$1
  while [ ! -e "$m_near" ]; do
    m_parent "$m_near"
    m_near=$m_dir
  done
  df -P "$m_near" 2>/dev/null | awk 'NR == 2 { print $6 }'
}

m_gather_facts() {
  m_fact os "$(uname -s)"
  m_fact release "$(uname -r)"
  m_fact machine "$(uname -m)"
  m_fact hostname "$(hostname)"
  m_fact shell_wait_lies "$(sh -c '(exit 3) & wait $! && echo yes || echo no' 2>/dev/null)"
  m_fact user "$(id -un)"
  m_fact digest "$m_digest_with"
  m_fact named_base "$(m_version_of /usr/sbin/named)"
  m_fact named_package "$(m_version_of /usr/pkg/sbin/named)"
  m_fact mount_root "$(m_mount_of /)"
  m_fact mount_usr_pkg "$(m_mount_of /usr/pkg)"
  m_fact mount_home "$(m_mount_of /home)"
  m_fact mount_var "$(m_mount_of /var)"
  m_fact rc_flavour "$(m_rc_flavour)"
  m_found_tools=
  for m_tool in pkg_add pkgin fstat sockstat openssl named-checkconf dig mtree ksh sudo doas; do
    if m_have "$m_tool"; then
      m_found_tools=${m_found_tools:+$m_found_tools }$m_tool
    fi
  done
  m_fact tools "$m_found_tools"
  m_fact time "$(date -u '+%Y-%m-%dT%H:%M:%SZ')"
}

# m_version_of PROGRAM: prints it. Under another name while another run is at work here: an rc script that starts the daemon
# right now looks for a process of its name, and must not find this one.
m_version_of() {
  [ -x "$1" ] || return 0
  m_asked=$1
  [ -z "${m_told-}" ] || { m_asked=$m_work/version && ln -s "$1" "$m_asked"; } || return 0
  "$m_asked" -v 2>/dev/null | awk '{ print $2; exit }'
  [ -z "${m_told-}" ] || rm -f "$m_asked"
}

# Releases before 2.0 know fast and force only; `one` asks about services that rc.conf does not enable.
m_rc_flavour() {
  if [ ! -f /etc/rc.subr ]; then
    printf 'none\n'
  elif grep -q '|one' /etc/rc.subr 2>/dev/null || grep -q 'one' /etc/rc.subr; then
    printf 'one\n'
  else
    printf 'fast-force\n'
  fi
}
