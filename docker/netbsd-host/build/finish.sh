# shellcheck shell=sh
# The last touches on the tree: visible tools, accounts, modes, packages. Sourced by assemble.sh.

# what has no program of our own is the hidden one itself
place() { # FOLDER NAME...
  folder=$1
  shift
  for name; do [ -e "$out$folder/$name" ] || ln "$out$hidden/bin/$name" "$out$folder/$name"; done
}
place /bin pwd sleep stty test pax
place /usr/bin basename dirname false od printf true tsort tty unzip yes
ln "$out/bin/test" "$out/bin/["
ln "$out/bin/pax" "$out/bin/cpio"
for name in sum md5 sha1 sha256 sha512 rmd160; do ln "$out$hidden/script/cksum" "$out/usr/bin/$name"; done
ln "$out/usr/bin/less" "$out/usr/bin/more"
ln "$out$hidden/bin/openssl" "$out/usr/bin/openssl"

# the kernel's /proc, wherever it is mounted: see boot
ln -s /proc "$out$hidden/proc"

chmod 711 "$out$hidden" "$out$hidden/bin" "$out$hidden/lib" "$out$hidden/script"
chmod 555 "$out$hidden"/script/*
chmod 555 "$out$older"/etc/rc.d/* "$out$older"/bin/* "$out$older"/usr/bin/* "$out$older"/usr/sbin/*
chmod 555 "$out"/bin/* "$out"/sbin/* "$out"/usr/bin/* "$out"/usr/sbin/* "$out"/etc/rc.d/*
chmod 4555 "$out/usr/bin/su"

# accounts: the databases come from master.passwd by our own pwd_mkdb
hash=$(openssl passwd -1 -salt muster netbsd)
sed "s|@ROOT@|$hash|" /rootfs/etc/master.passwd >"$out/etc/master.passwd"
head -c 81920 /dev/zero >"$out/dev/zero" # a plain file will do while there is no device
chroot "$out" /usr/sbin/pwd_mkdb -p /etc/master.passwd
rm "$out/dev/zero"
mv "$out/etc/hosts.netbsd" "$out/etc/hosts"
chown -R 1000:100 "$out/home/ops"
for cage in named sshd ntpd; do mkdir -p "$out/var/chroot/$cage"; done
for directory in dev etc/namedb/cache etc/namedb/keys etc/namedb/nta usr/libexec var/run/named var/tmp; do
  mkdir -p "$out/var/chroot/named/$directory"
done
for directory in etc/namedb etc/namedb/cache etc/namedb/keys etc/namedb/nta var/run var/run/named var/tmp; do
  chown 14:14 "$out/var/chroot/named/$directory"
  chmod 775 "$out/var/chroot/named/$directory"
done
chmod 755 "$out/var/chroot/named/etc/namedb"
chmod 1775 "$out/var/chroot/named/var/tmp"
: >"$out/var/log/messages"
: >"$out/var/log/authlog"
: >"$out/var/log/sshd.log"
chmod 600 "$out/var/log/authlog"
printf 'default:\n\tlocalcipher = sha1\n\typcipher = old\n' >"$out/etc/passwd.conf"
cp /etc/protocols /etc/services "$out/etc/"
# as the installer leaves it: a link; the zone is UTC
mkdir -p "$out/usr/share/zoneinfo"
{ printf 'TZif'; head -c 35 /dev/zero; printf '\001\0\0\0\004\0\0\0\0\0\0UTC\0'; } >"$out/usr/share/zoneinfo/UTC"
chmod 444 "$out/usr/share/zoneinfo/UTC"
ln -s /usr/share/zoneinfo/UTC "$out/etc/localtime"
[ -e "$out/etc/ssh/ssh_config" ] || : >"$out/etc/ssh/ssh_config"

. /build/packages.sh
