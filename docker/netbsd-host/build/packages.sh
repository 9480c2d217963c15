# shellcheck shell=sh
# The binary packages of BIND that lie in /var/packages. Sourced by finish.sh.

version=$(/usr/sbin/named -v | sed 's/^BIND \([0-9.]*\).*/\1/')
name=bind-$version

bind_package() { # RC-SCRIPT ARCHIVE: one package called $name, its start script being RC-SCRIPT
  tree=/tmp/package
  rm -rf $tree
  mkdir -p $tree/bin $tree/sbin $tree/share/examples/bind9 $tree/share/examples/rc.d
  for file in dig host nslookup nsupdate; do cp "$out/usr/bin/$file" $tree/bin/; done
  for file in dnssec-keygen dnssec-signzone named named-checkconf named-checkzone rndc rndc-confgen; do
    cp "$out/usr/sbin/$file" $tree/sbin/
  done
  cp "$out/etc/named.conf" $tree/share/examples/bind9/named.conf
  install -m 755 "$1" $tree/share/examples/rc.d/named9
  cat /build/package/comment >$tree/+COMMENT
  cat /build/package/description >$tree/+DESC
  cat /build/package/message >$tree/+DISPLAY
  {
    echo "BUILD_DATE=$(date -u '+%Y-%m-%d %H:%M:%S +0000')"
    printf 'CATEGORIES=net\nMACHINE_ARCH=x86_64\nOPSYS=NetBSD\nOS_VERSION=6.99.16\nPKGPATH=net/bind9\nPKGTOOLS_VERSION=20120221\n'
  } >$tree/+BUILD_INFO
  (
    cd $tree || exit 1
    { echo "@name $name"; echo '@pkgcfl host-[0-9]*'; echo '@cwd /usr/pkg'
      find bin sbin share -type f | LC_ALL=C sort | while read -r file; do
        echo "$file"
        echo "@comment MD5:$(md5sum "$file" | cut -d' ' -f1)"
      done; } >+CONTENTS
    du -sk . | awk '{ print $1 * 1024 }' >+SIZE_PKG
    chmod 444 +*
    mkdir -p "${2%/*}"
    tar --owner=root --group=wheel:0 -c +CONTENTS +COMMENT +DESC +DISPLAY +BUILD_INFO +SIZE_PKG bin sbin share | gzip -1 >"$2"
  )
}
bind_package /build/package/named9-pkgsrc "$out/var/packages/All/$name.tgz"
mkdir -p "$out/var/packages/pkgsrc-rc"
ln "$out/var/packages/All/$name.tgz" "$out/var/packages/pkgsrc-rc/$name.tgz"
bind_package /build/package/named9-own-name "$out/var/packages/$name.tgz"
# the same once more as a later revision, for hosts that are to differ and for pkg_add -u
name=${name}nb1
bind_package /build/package/named9-pkgsrc "$out/var/packages/next/$name.tgz"
