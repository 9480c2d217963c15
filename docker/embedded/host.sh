#!/bin/sh
# First process of one embedded host, in its own namespaces: makes /proc and /dev, makes the host's disk the root
# directory, and becomes init. The machine's files and processes are out of reach from then on.
#
#   host.sh ROOT NAME    the environment is what a container's would be
set -eu

root=$1 name=$2

hostname "$name"
mount -t proc proc "$root/proc"
# The kernel's settings are the whole machine's.
for path in sys sysrq-trigger; do
  if [ -e "$root/proc/$path" ]; then
    mount --bind "$root/proc/$path" "$root/proc/$path"
    mount -o remount,bind,ro "$root/proc/$path"
  fi
done
mount -t tmpfs -o mode=0755,size=1m dev "$root/dev"
for device in null:3 zero:5 full:7 random:8 urandom:9; do
  node=$root/dev/${device%:*}
  # If a user namespace forbids to make it, the machine lends its own.
  mknod -m 0666 "$node" c 1 "${device#*:}" 2>/dev/null || {
    : >"$node"
    mount --bind "/dev/${device%:*}" "$node"
  }
done
mknod -m 0666 "$root/dev/tty" c 5 0 2>/dev/null || {
  : >"$root/dev/tty"
  mount --bind /dev/tty "$root/dev/tty"
}
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"

cd "$root"
pivot_root . mnt
cd /
/libexec/.linux/bin/umount -l /mnt
exec /libexec/.linux/bin/env -u PATH -u PWD -u OLDPWD -u SHLVL -u _ /sbin/init
