# The pid file: up to 1.5.2 rc.subr looks for it outside of the cage, and later ones still do where a script names it.
# /var/run is emptied at boot, and then the link is drift until the next apply; named9 itself finds its process by name.
state() {
  symlink /var/run/named.pid --to "$cage$pid_file"
}

verify() {
  # Only shown: after a reboot it is gone, and that is drift, not a failure.
  observe '~pid-file' "$(readlink /var/run/named.pid)"
}
