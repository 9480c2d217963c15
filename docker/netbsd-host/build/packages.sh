# shellcheck shell=sh
# The binary packages of BIND that lie in /var/packages; those of release 6 wait in packages-6. Sourced by finish.sh.

version=$(/usr/sbin/named -v | sed 's/^BIND \([0-9.]*\).*/\1/')

bind_package() { # RC-SCRIPT ARCHIVE [RELEASE TOOLS-VERSION]: one package called $name, its start script being RC-SCRIPT
  tree=/tmp/package
  rm -rf $tree
  mkdir -p $tree/bin $tree/sbin $tree/share/examples/bind9 $tree/share/examples/rc.d
  for file in dig host nslookup nsupdate; do cp "$out/usr/bin/$file" $tree/bin/; done
  for file in dnssec-keygen dnssec-signzone named named-checkconf named-checkzone rndc rndc-confgen; do
    if [ $# -eq 2 ] && [ -e "$out$hidden/package/sbin/$file" ]; then
      cp "$out$hidden/package/sbin/$file" $tree/sbin/
    else
      cp "$out/usr/sbin/$file" $tree/sbin/
    fi
  done
  cp "$out/etc/named.conf" $tree/share/examples/bind9/named.conf
  install -m 755 "$1" $tree/share/examples/rc.d/named9
  cat /build/package/comment >$tree/+COMMENT
  cat /build/package/description >$tree/+DESC
  cat /build/package/message >$tree/+DISPLAY
  {
    echo "BUILD_DATE=$(date -u '+%Y-%m-%d %H:%M:%S +0000')"
    printf 'CATEGORIES=net\nMACHINE_ARCH=x86_64\nOPSYS=NetBSD\nOS_VERSION=%s\nPKGPATH=net/bind9\nPKGTOOLS_VERSION=%s\n' \
      "${3:-11.0}" "${4:-20211115}"
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
packages() { # FOLDER RC-SCRIPT [RELEASE TOOLS-VERSION]
  folder=$1 script=$2
  shift 2
  name=bind-$version
  bind_package "$script" "$folder/All/$name.tgz" "$@"
  mkdir -p "$folder/pkgsrc-rc"
  ln "$folder/All/$name.tgz" "$folder/pkgsrc-rc/$name.tgz"
  bind_package /build/package/named9-own-name "$folder/$name.tgz" "$@"
  # the same once more as a later revision, for hosts that are to differ and for pkg_add -u
  name=${name}nb1
  bind_package "$script" "$folder/next/$name.tgz" "$@"
}
packages "$out/var/packages" /build/package/named9-today
packages "$out$hidden/packages-6" /build/package/named9-pkgsrc 6.99.16 20120221
rm -rf "${out:?}$hidden/package"
