# shellcheck shell=sh
# Which Debian program goes where. Sourced by assemble.sh.

# hidden: what the wrappers, the scripts and the boot need behind the scenes
for name in base64 basename cat chgrp chmod chown comm cp csplit cut date dd df dirname du env expand expr fold head id \
  join ln ls mkdir mkfifo mknod mktemp mv nice nl nohup od paste pwd readlink rm rmdir seq sha256sum sha1sum \
  sha512sum md5sum sleep sort split stat stty sum false sync tac tail tee touch tr true truncate tsort tty uname unexpand uniq wc \
  who yes printf test printenv; do
  program "/usr/bin/$name" "$hidden/bin/$name"
done
for name in find xargs grep sed gzip bzip2 xz unzip flock mount umount cksum ip; do
  program "/usr/bin/$name" "$hidden/bin/$name"
done
program /usr/bin/paxtar "$hidden/bin/pax"
ln -s pax "$out$hidden/bin/paxtar"

# real: the very program, or one of the same descent
program /usr/bin/dash /bin/sh
program /usr/bin/mksh /bin/ksh
program /usr/bin/bsd-csh /bin/csh
program /usr/bin/ed /bin/ed
# bsdtar needs libxml2, and that ICU, for xar archives. Nothing here reads them, so ICU's tables (31 MB) are left out.
mkdir -p "$out$hidden/lib"
echo 'const char icudt72_dat[16];' | gcc -shared -fPIC -x c - -Wl,-soname,libicudata.so.72 -o "$out$hidden/lib/libicudata.so.72"
program /usr/bin/bsdtar /bin/tar
program /usr/bin/original-awk /usr/bin/awk
program /usr/bin/bmake /usr/bin/make
program /usr/bin/tnftp /usr/bin/ftp
program "$(readlink -f /usr/bin/telnet)" /usr/bin/telnet
program /usr/bin/mtree /usr/sbin/mtree
program /usr/bin/diff /usr/bin/diff
program /usr/bin/diff3 /usr/bin/diff3
program /usr/bin/cmp /usr/bin/cmp
program /usr/bin/patch /usr/bin/patch
for name in less getent getconf; do program "/usr/bin/$name" "/usr/bin/$name"; done
program /usr/bin/uuencode /usr/bin/uuencode
program /usr/bin/uudecode "$hidden/bin/uudecode"
program /usr/bin/hexdump /usr/bin/hexdump
program /usr/bin/openssl "$hidden/bin/openssl"
program /usr/sbin/sshd /usr/sbin/sshd
for name in ssh scp sftp ssh-keygen ssh-keyscan ssh-add ssh-agent; do program "/usr/bin/$name" "/usr/bin/$name"; done
program /usr/lib/openssh/sftp-server /usr/libexec/sftp-server
perl -pi -e 's{/run/sshd\0}{/var/sshd\0}; s{/usr/bin/passwd}{/usr/bin/passwd}' "$out/usr/sbin/sshd"

# BIND: the base system's, and the same program once more for the package
bind_program /usr/sbin/named /usr/sbin/named
bind_program /usr/sbin/rndc /usr/sbin/rndc
bind_program /usr/sbin/rndc-confgen /usr/sbin/rndc-confgen
ln "$out/usr/sbin/rndc-confgen" "$out$hidden/bin/rndc-confgen"
for name in named-checkconf named-checkzone; do bind_program "/usr/bin/$name" "/usr/sbin/$name"; done
for name in dnssec-keygen dnssec-signzone; do bind_program "/usr/bin/$name" "/usr/sbin/$name"; done
for name in dig host nslookup nsupdate; do bind_program "/usr/bin/$name" "/usr/bin/$name"; done
# those of them that in a package of release 11 look into /usr/pkg/etc
for name in named rndc rndc-confgen; do bind_program "/usr/sbin/$name" "$hidden/package/sbin/$name" /usr/pkg/etc; done
bind_program /usr/bin/named-checkconf "$hidden/package/sbin/named-checkconf" /usr/pkg/etc
