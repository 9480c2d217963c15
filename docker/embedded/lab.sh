#!/bin/sh
# First process in the namespaces of an embedded lab: unpacks the root file system, joins the hosts' networks, and then
# is the parent of the supervisor. When it ends, the kernel ends every host and takes every mount away.
#
#   lab.sh DIRECTORY TAR NAMES SUPERVISOR...    NAMES: words, one a host, in the order of their addresses
set -eu

run=$1 tar=$2 names=$3
shift 3

mount -t tmpfs -o mode=0755,size=100% muster-lab "$run"
mount -t proc proc /proc
mkdir "$run/root" "$run/net" "$run/hosts"
tar --numeric-owner -xpf "$tar" -C "$run/root"

# The machine need not have ip(8): the root file system brings one.
ip() {
  chroot "$run/root" /libexec/.linux/bin/ip "$@"
}

# A look at a host's sockets is a walk through all of the table that it has for them, which otherwise is the machine's: as large as
# its memory is. A host has few. Kernels before 6.1 know of no other.
(echo 256 >/proc/sys/net/ipv4/tcp_child_ehash_entries) 2>/dev/null || :

# Every host has a network of its own, and a cable to the bridge here. Process 1, as the host's side sees it, is us.
printf '%s\n' 'link set lo up' 'link add br0 type bridge forward_delay 0' 'addr add 10.53.255.254/16 dev br0' 'link set br0 up' | ip -batch -
number=0
for name in $names; do
  number=$((number + 1))
  : >"$run/net/$name"
  unshare "--net=$run/net/$name" true
  printf '%s\n' 'link set lo up' "link add eth0 type veth peer name host$number netns 1" \
    "addr add 10.53.$((number / 250)).$((number % 250 + 1))/16 dev eth0" 'link set eth0 up' |
    nsenter "--net=$run/net/$name" chroot "$run/root" /libexec/.linux/bin/ip -batch -
  printf 'link set host%s master br0 up\n' "$number"
done | ip -batch -

# Not exec: the first process has to stay one that buries orphans.
"$@"
