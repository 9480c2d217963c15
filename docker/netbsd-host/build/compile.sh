# shellcheck shell=sh
# Our own C programs and where they go. Sourced by assemble.sh.
compile init.c /sbin/init
compile chroot.c /usr/sbin/chroot
compile syslogd.c /usr/sbin/syslogd
compile ps.c /bin/ps /src/procs.c
compile fstat.c /usr/bin/fstat '/src/procs.c /src/sockets.c /src/become.c'
ln "$out/usr/bin/fstat" "$out/usr/bin/sockstat"
compile pgrep.c /usr/bin/pgrep /src/procs.c
ln "$out/usr/bin/pgrep" "$out/usr/bin/pkill"
