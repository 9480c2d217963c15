#!/bin/sh
# Makes the practice hosts' root file system, as one tar, without a container engine. The machine's own apt downloads
# Debian's packages into a directory. They are unpacked in a private mount namespace that is gone afterwards, and assembled
# there by the recipe that the Dockerfile uses too. Nothing is installed on the machine.
#
#   root-file-system.sh DOWNLOADS CONTEXT OUTPUT   DOWNLOADS is kept for the next time; OUTPUT appears when it is complete
#   root-file-system.sh --assemble ...             the second half, in the namespace; called by the first
set -eu

suite=bookworm
here=$(cd "$(dirname "$0")" && pwd)
# What Debian calls essential, and what debootstrap adds: packages do not name these as what they need.
base='base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin mawk sed tar util-linux'

say() {
  printf 'root file system: %s\n' "$*" >&2
}

fail() {
  say "$*"
  exit 1
}

# private_apt COMMAND...: the machine's apt with its proxies and keys, but with lists, cache and "installed" of our own.
private_apt() {
  apt-get -q -o "Dir::State=$downloads/state" -o "Dir::State::status=$downloads/status" -o "Dir::Cache=$downloads/cache" \
    -o "Dir::Etc::SourceList=$downloads/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null \
    -o Dir::Etc::PreferencesParts=/dev/null -o APT::Sandbox::User= -o Debug::NoLocking=true -o Acquire::Languages=none \
    -o Acquire::Retries=3 -o APT::Install-Recommends=false -o Dpkg::Use-Pty=0 "$@"
}

# download: leaves every package that is needed in DOWNLOADS/cache/archives, from the first mirror that has them.
download() {
  for tool in apt-get dpkg-deb; do
    command -v "$tool" >/dev/null || fail "no $tool on this machine: without Debian's tools, use a container engine"
  done
  mkdir -p "$downloads/state/lists/partial" "$downloads/cache/archives/partial"
  : >"$downloads/status"
  "$here/../base-image.sh" --list-mirrors >"$downloads/mirrors"
  while read -r uri keyring trusted; do
    options=
    [ "$keyring" = - ] || options=" signed-by=$keyring"
    [ "$trusted" != yes ] || options="$options trusted=yes"
    printf 'deb [%s ] %s %s main\n' "$options" "$uri" "$suite" | sed 's/\[ \] //' >"$downloads/sources.list"
    say "asking $uri for the list of Debian $suite's packages"
    private_apt update >&2 || { say "that failed: $uri"; continue; }
    # Versions that the list no longer has would be unpacked beside the new ones.
    private_apt autoclean >"$downloads/log" 2>&1 || :
    say 'downloading packages (about 110 MB)'
    # Several words each.
    # shellcheck disable=SC2086,SC2046
    private_apt install --download-only -y $base $(cat "$context/build/debian-packages") >"$downloads/log" 2>&1 && return 0
    tail -n 5 "$downloads/log" >&2
    say "that failed: $uri"
  done <"$downloads/mirrors"
  fail "no mirror in this machine's apt sources has Debian $suite"
}

# in_namespaces COMMAND...: with mounts of its own, and as root there, if need be by a user namespace.
in_namespaces() {
  if [ "$(id -u)" = 0 ]; then
    unshare --mount --pid --fork --kill-child -- "$@"
  else
    unshare --user --map-root-user --map-auto --mount --pid --fork --kill-child -- "$@"
  fi
}

# assemble: in the namespace. The tree lives in memory, so that whatever happens nothing of it stays.
assemble() {
  root=$downloads/root
  mount -t tmpfs -o mode=0755 tmpfs "$root"
  for folder in bin sbin lib lib64; do
    mkdir -p "$root/usr/$folder"
    ln -s "usr/$folder" "$root/$folder"
  done
  for archive in "$downloads"/cache/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$archive" | tar --keep-directory-symlink --numeric-owner -C "$root" -xpf - --exclude='./usr/share/doc' --exclude='./usr/share/locale' --exclude='./usr/share/man' ||
      fail "cannot unpack $archive"
  done
  # What the packages' own scripts would have done, as far as the recipe needs it.
  cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
  [ -e "$root/usr/bin/awk" ] || ln -s mawk "$root/usr/bin/awk"
  [ -e "$root/usr/bin/telnet" ] || ln -s inetutils-telnet "$root/usr/bin/telnet"
  cp -R "$context/build" "$context/src" "$context/rootfs" "$root/"
  mount -t proc proc "$root/proc"
  for device in null zero random urandom; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  say 'assembling the host'
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C sh /build/assemble.sh >"$downloads/log" 2>&1 || {
    tail -n 15 "$downloads/log" >&2
    fail 'the recipe failed; the end of what it said is above'
  }
  tar --numeric-owner -C "$root/out" -cf - . >&3
}

case ${1-} in
--assemble)
  downloads=$2 context=$3
  assemble
  exit 0
  ;;
esac
downloads=$1 context=$2 output=$3
umask 022
mkdir -p "$downloads"
# One at a time: a second caller waits, and then finds the work done.
exec 9>"$downloads/lock"
flock 9
[ ! -e "$output" ] || exit 0
download
mkdir -p "$downloads/root"
say 'unpacking packages'
in_namespaces "$0" --assemble "$downloads" "$context" 3>"$output.part"
rmdir "$downloads/root"
mv "$output.part" "$output"
