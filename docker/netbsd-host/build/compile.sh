# shellcheck shell=sh
# Our own C programs and where they go. Sourced by assemble.sh.
compile init.c /sbin/init
compile chroot.c /usr/sbin/chroot
compile syslogd.c /usr/sbin/syslogd
compile logger.c /usr/bin/logger /src/libutil.c
compile ls.c /bin/ls
compile stat.c /usr/bin/stat
ln "$out/usr/bin/stat" "$out/usr/bin/readlink"
ln "$out/usr/bin/stat" "$out/usr/bin/realpath"
compile today.c /usr/bin/timeout
compile ps.c /bin/ps /src/procs.c
compile pgrep.c /usr/bin/pgrep /src/procs.c
ln "$out/usr/bin/pgrep" "$out/usr/bin/pkill"
compile fstat.c /usr/bin/fstat '/src/procs.c /src/sockets.c /src/become.c'
ln "$out/usr/bin/fstat" "$out/usr/bin/sockstat"
compile with-proc.c "$hidden/bin/with-proc"
compile su.c /usr/bin/su -lcrypt
compile idle.c /usr/sbin/cron
ln "$out/usr/sbin/cron" "$out/usr/sbin/inetd"
compile pkg.c /usr/sbin/pkg_add '/src/pkg-add.c /src/pkg-admin.c /src/pkg-db.c /src/pkg-files.c /src/pkg-info.c /src/pkg-match.c'
for name in admin delete info; do ln "$out/usr/sbin/pkg_add" "$out/usr/sbin/pkg_$name"; done
compile small.c /bin/echo
for name in env printenv time wc; do ln "$out/bin/echo" "$out/usr/bin/$name"; done

# what scripts would answer all day: one program under their names, and the scripts behind it
compile quick.c "$hidden/quick" '/src/quick-cksum.c /src/quick-df.c'
for name in date dd df hostname sync; do ln "$out$hidden/quick" "$out/bin/$name"; done
for name in cksum id mktemp uname; do ln "$out$hidden/quick" "$out/usr/bin/$name"; done

# the screened commands: one program under many names, each in its NetBSD place
compile screen.c "$hidden/screen" '/src/screen-table.c /src/screen-quick.c'
for name in cat chmod cp ln mkdir mv rm rmdir; do ln "$out$hidden/screen" "$out/bin/$name"; done
ln "$out$hidden/screen" "$out/sbin/mknod"
ln "$out$hidden/screen" "$out/usr/sbin/chown"
for name in base64 chgrp comm csplit cut egrep expand fgrep fold grep gunzip gzip head join mkfifo nice nl nohup paste sed sort split tac tail \
  tee touch tr unexpand uniq xargs zcat bzip2 bunzip2 bzcat xz unxz xzcat; do
  ln "$out$hidden/screen" "$out/usr/bin/$name"
done
