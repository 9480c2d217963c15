#!/bin/sh
# Runs a command with a /tmp in memory and with processes of its own, where this machine lets us; elsewhere as it is.
# Tests start some hundred thousand processes. Many make files below /tmp and remove them at once, which a disk does slowly, and
# many list all processes, which takes long where there are many. When the command ends, so does whatever it left running.
# What the command needs below /tmp is still there: this directory, and what the environment names.
# Usage: sh scripts/apart.sh COMMAND [ARGUMENT...]
set -eu

# The shell that reads this is the first of those processes: it waits for whatever nobody waits for.
inside='set -e
mount --rbind /tmp /mnt
mount -t tmpfs -o mode=1777 tests /tmp
while [ "$1" != -- ]; do
  mkdir -p "${1%/*}"
  if [ -d "/mnt${1#/tmp}" ]; then mkdir -p "$1"; else : >>"$1"; fi
  mount --rbind "/mnt${1#/tmp}" "$1"
  shift
done
shift
umount -l /mnt
cd "$PWD"
set +e
"$@"
exit
'

# Containers are processes of the machine, and tests look at them there. They are used by default if an engine answers.
processes='--pid --mount-proc'
[ "${MUSTER_LAB_BACKEND-}" = embedded ] || ! timeout 10 docker info >/dev/null 2>&1 || processes=''

apart() {
  # shellcheck disable=SC2086 # two words, or none
  exec unshare --mount --propagation private --fork --kill-child $processes sh -c "$inside" sh "$@"
}

if [ "$(id -u)" != 0 ] || ! (cd / && apart -- true) 2>/dev/null; then
  exec "$@"
fi

# Logs that a run is to write.
for file in "${MUSTER_RESULTS-}" "${MUSTER_HOSTILE_LOG-}"; do
  case $file in /tmp/*) : >>"$file" ;; esac
done
unset TMPDIR
set -- -- "$@"
# What is in a directory comes behind it. No path that counts here holds a blank.
for path in $( (pwd && env) | tr '=' '\n' | tr ':' '\n' | grep '^/tmp/.' | sort -ru); do
  [ ! -e "$path" ] || set -- "$path" "$@"
done
apart "$@"
