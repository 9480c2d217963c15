#!/bin/sh
# Builds the stand-in's root tree in /out out of Debian's binaries (hidden), the C sources and rootfs/.
set -eu
out=/out
hidden=/libexec/.linux
loader=/libexec/ld.elf_so
multiarch=/usr/lib/$(gcc -print-multiarch)

for directory in bin sbin lib libexec usr/bin usr/sbin usr/lib usr/libexec "$hidden/bin" "$hidden/lib" \
  etc etc/rc.conf.d dev proc root home mnt kern tmp altroot rescue stand libdata usr/share usr/libdata usr/games \
  var/run var/log var/tmp var/db var/mail var/spool var/cron var/crash var/at var/sshd; do
  mkdir -p "$out/$directory"
done
chmod 1777 "$out/tmp" "$out/var/tmp"
chmod 711 "$out$hidden"

# ---- run-time linker and the libraries that BIND needs, all reached through symbolic links ----
install -m 555 /lib64/ld-linux-x86-64.so.2 "$out$loader"
ln -s "$loader" "$out/usr$loader"

older=$hidden/older # what a host of release 6 has in other places' stead
libutil() { # FILE [OPTION]: with -DNEEDS_DEV_NULL, for BIND as of release 11
  mkdir -p "$out${1%/*}"
  gcc -O2 -shared -fPIC -Wall -Wno-builtin-declaration-mismatch ${2:+"$2"} -o "$out$1" -Wl,-soname,libutil.so.7 \
    -Wl,--version-script=/src/libutil.map /src/libutil.c /src/bind-on-netbsd.c
  strip "$out$1"
  chmod 444 "$out$1"
}
libutil /lib/libutil.so.7.20 -DNEEDS_DEV_NULL
libutil "$older/lib/libutil.so.7.20"

new_name() { # the NetBSD-like name of a Debian soname
  case $1 in
    libxml2.so.2 | libsystemd.so.0) echo libutil.so.7 ;;
    *-Debian.so) n=${1#lib}; echo "lib${n%%-*}.so.5" ;;
    *) echo "$1" ;;
  esac
}
rename_needed() { # FILE: point its needs to the new names
  set -- "$1" "$(patchelf --print-needed "$1")"
  arguments=
  for need in $2; do
    renamed=$(new_name "$need")
    [ "$renamed" = "$need" ] || arguments="$arguments --replace-needed $need $renamed"
  done
  # shellcheck disable=SC2086
  [ -z "$arguments" ] || patchelf $arguments "$1"
}

seen=' ld-linux-x86-64.so.2 libxml2.so.2 libsystemd.so.0 '
add_base_library() {
  case $seen in *" $1 "*) return ;; esac
  seen="$seen$1 "
  for need in $(patchelf --print-needed "$multiarch/$1"); do add_base_library "$need"; done
  new=$(new_name "$1")
  case $1 in
    *-Debian.so) # BIND's own: plain file and link side by side in /usr/lib
      install -m 644 "$multiarch/$1" "$out/usr/lib/$new.8"
      rename_needed "$out/usr/lib/$new.8"
      patchelf --set-soname "$new" "$out/usr/lib/$new.8"
      chmod 444 "$out/usr/lib/$new.8"
      ln -s "$new.8" "$out/usr/lib/$new" ;;
    *)
      install -m 444 "$multiarch/$1" "$out/lib/$1.0"
      ln -s "$1.0" "$out/lib/$1"
      case $1 in libz.so.* | libcap.so.* | libcrypt.so.*) ;; *) ln -s "../../lib/$1.0" "$out/usr/lib/$1" ;; esac ;;
  esac
}
ln -s libutil.so.7.20 "$out/lib/libutil.so.7"
ln -s ../../lib/libutil.so.7.20 "$out/usr/lib/libutil.so.7"
for need in $(patchelf --print-needed /usr/sbin/named); do add_base_library "$need"; done
add_base_library libcrypt.so.1
for name in isc dns ns isccc isccfg bind9 irs; do
  for file in "$multiarch/lib$name"-*-Debian.so; do add_base_library "${file##*/}"; done
done
mkdir -p "$out/usr/lib/named"
install -m 644 "$multiarch/bind/filter-aaaa.so" "$out/usr/lib/named/filter-aaaa.so.0"
rename_needed "$out/usr/lib/named/filter-aaaa.so.0"
chmod 444 "$out/usr/lib/named/filter-aaaa.so.0"
ln -s filter-aaaa.so.0 "$out/usr/lib/named/filter-aaaa.so"

# ---- programs ----
needs_of() { # FILE [LIBRARY...]: every library it needs, directly or not; what only LIBRARY needs is left out
  needs_queue=$(patchelf --print-needed "$1")
  shift
  needs_found=" ld-linux-x86-64.so.2 $* "
  while [ -n "$needs_queue" ]; do
    needs_next=
    for need in $needs_queue; do
      case $needs_found in *" $need "*) continue ;; esac
      needs_found="$needs_found$need "
      echo "$need"
      needs_next="$needs_next $(patchelf --print-needed "$multiarch/$need")"
    done
    needs_queue=${needs_next# }
  done
}
program() { # SOURCE DESTINATION [MODE]: a Debian program with NetBSD's run-time linker, its libraries hidden
  mkdir -p "$out${2%/*}"
  install -m 755 "$1" "$out$2"
  for library in $(needs_of "$1"); do
    [ -e "$out/lib/$library" ] || [ -e "$out$hidden/lib/$library" ] || install -m 444 "$multiarch/$library" "$out$hidden/lib/$library"
  done
  patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$hidden/lib" "$out$2"
  chmod "${3:-555}" "$out$2"
}
bind_program() { # SOURCE DESTINATION [SYSCONFDIR]: one of BIND's, found through /usr/libexec/ld.elf_so as on NetBSD
  mkdir -p "$out${2%/*}"
  install -m 755 "$1" "$out$2"
  perl /build/patch-bind.pl "${3:-/etc}" "$out$2"
  rename_needed "$out$2"
  # before libcap, of which it changes one function
  case $2 in */named) patchelf --add-needed libutil.so.7 "$out$2" ;; esac
  patchelf --set-interpreter "/usr$loader" "$out$2"
  case $2 in */named) ;; *)
    for library in $(needs_of "$1" libxml2.so.2 libsystemd.so.0); do
      case $library in *-Debian.so) continue ;; esac
      [ -e "$out/lib/$library" ] || [ -e "$out$hidden/lib/$library" ] || install -m 444 "$multiarch/$library" "$out$hidden/lib/$library"
    done
    patchelf --force-rpath --set-rpath "$hidden/lib" "$out$2" ;;
  esac
  chmod 555 "$out$2"
}
. /build/programs.sh

# ---- our own programs ----
compile() { # SOURCE DESTINATION [LIBRARIES]
  mkdir -p "$out${2%/*}"
  # shellcheck disable=SC2086 # several words, or none
  gcc -O2 -Wall -Wextra -Wno-format-truncation -Wno-unused-result -o "$out$2" "/src/$1" ${3:-} -I/src -Wl,--dynamic-linker="$loader"
  strip "$out$2"
  chmod 555 "$out$2"
}
. /build/compile.sh

# ---- files ----
chmod -R u=rwX,go=rX /rootfs # whatever umask the checkout had
cp -a /rootfs/. "$out/"
chown -R 0:0 "$out"
. /build/finish.sh
