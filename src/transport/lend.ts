// What the login user's shell runs while root runs a command: it lends root its own standard input and outputs through pipes in a
// directory that only this user can enter.

/** sh for standard input of `/bin/sh -s`. It says `NONCE-lent DIRECTORY`, and waits for a word before it passes anything on. */
export function lendText(nonce: string, command: string): string {
  return `m__lend() {
  PATH=/sbin:/usr/sbin:/bin:/usr/bin:$PATH
  export PATH
  umask 077
  # An account that may rename what is in /tmp could replace what root opens below.
  set -- $(ls -ldn /tmp/.)
  case $1 in d????[!w]??[!w]* | d????????[tT]*) [ "$3" = 0 ] || exit 1 ;; *) echo 'other users may replace what is in /tmp' >&2; exit 1 ;; esac
  d=$(mktemp -d /tmp/muster-root.XXXXXX) || exit 1
  trap 'rm -rf "$d"' 0
  trap 'exit 1' 1 2 13 15
  mkfifo "$d/in" "$d/out" "$d/err" || exit 1
  echo "echo ${nonce}-root; exec <$d/in >$d/out 2>$d/err; exec ${command}" >"$d/go" || exit 1
  echo "${nonce}-lent $d"
  # Nobody became root: the input ends here.
  read -r word || exit 1
  # A command in the background has no other way to the input.
  exec 3<&0
  cat <&3 >"$d/in" &
  in=$!
  cat "$d/err" >&2 &
  err=$!
  cat "$d/out" &
  wait $! $err
  kill $in 2>/dev/null
  exit 0
}
m__lend
`;
}
