# shellcheck shell=sh
# The last touches on the tree: visible tools, accounts, modes, packages. Sourced by assemble.sh.

# where each of the visible tools lives on NetBSD
in_bin='cat chmod cp date dd df echo expr ln ls mkdir mv pwd rm rmdir sleep stty sync test'
in_sbin='chown mknod'
in_usr_bin='basename chgrp comm csplit cut dirname du env expand find flock fold grep head id join mkfifo mktemp nice nl nohup
  od paste printenv printf readlink sed sort split stat sum tail tee touch tr true tsort tty unexpand uniq wc who xargs yes
  gzip bzip2 xz unzip seq'
place() { # FOLDER NAME...: whatever has no program of our own yet is the hidden one, screened if we know how
  folder=$1
  shift
  for name; do
    [ -e "$out$folder/$name" ] || ln "$out$hidden/bin/$name" "$out$folder/$name" 2>/dev/null || echo "no $name"
  done
}
cp "$out$hidden/bin/printf" "$out$hidden/bin/echo"
# shellcheck disable=SC2086
{ place /bin $in_bin; place /sbin $in_sbin; place /usr/bin $in_usr_bin; }
for pair in egrep:grep fgrep:grep gunzip:gzip zcat:gzip bunzip2:bzip2 bzcat:bzip2 unxz:xz xzcat:xz; do
  [ -e "$out/usr/bin/${pair%:*}" ] || ln "$out/usr/bin/${pair#*:}" "$out/usr/bin/${pair%:*}"
done
[ -e "$out/bin/pax" ] || ln "$out$hidden/bin/pax" "$out/bin/pax"
[ -e "$out/bin/tar" ] || ln "$out$hidden/bin/pax" "$out/bin/tar"
[ -e "$out/bin/cpio" ] || ln "$out$hidden/bin/pax" "$out/bin/cpio"
ln "$out/bin/test" "$out/bin/["

# accounts: the databases come from master.passwd by our own pwd_mkdb
hash=$(openssl passwd -1 -salt muster netbsd)
sed "s|@ROOT@|$hash|" /rootfs/etc/master.passwd >"$out/etc/master.passwd"
chroot "$out" /usr/sbin/pwd_mkdb -p /etc/master.passwd
mv "$out/etc/hosts.netbsd" "$out/etc/hosts"
chown -R 1000:100 "$out/home/ops"
for cage in named sshd ntpd; do mkdir -p "$out/var/chroot/$cage"; done
for directory in dev etc etc/namedb etc/namedb/cache etc/namedb/keys usr/libexec var var/run var/run/named var/tmp; do
  mkdir -p "$out/var/chroot/named/$directory"
done
chown 14:14 "$out/var/chroot/named/etc/namedb/cache" "$out/var/chroot/named/etc/namedb/keys" "$out/var/chroot/named/var/run/named"
chmod 775 "$out/var/chroot/named/etc/namedb/cache" "$out/var/chroot/named/etc/namedb/keys" "$out/var/chroot/named/var/run" "$out/var/chroot/named/var/run/named"
chgrp 14 "$out/var/chroot/named/var/run"
echo 6.99.16 >"$out$hidden/release"
: >"$out/var/log/messages"
: >"$out/var/log/authlog"
: >"$out/var/log/sshd.log"
chmod 600 "$out/var/log/authlog" "$out/etc/ssh/sshd_config"
chmod 644 "$out/etc/ssh/sshd_config"
printf 'default:\n\tlocalcipher = sha1\n\typcipher = old\n' >"$out/etc/passwd.conf"
cp /etc/protocols /etc/services "$out/etc/"
[ -e "$out/etc/ssh/ssh_config" ] || : >"$out/etc/ssh/ssh_config"

. /build/packages.sh
