// What a practice host is, as text: what a rollback must bring back. Two of them are equal if the host is the same again.

/**
 * A script of sh that prints a line for each path of the trees where software is configured and kept, and one for each
 * daemon that runs. What daemons write as they go (logs, pids, sockets, caches) is not in it, nor muster's own state.
 */
export const pictureScript = `
PATH=/sbin:/usr/sbin:/bin:/usr/bin
export PATH
for tree in /etc /home /root /usr/pkg /usr/local /var; do
  [ ! -e "$tree" ] || find "$tree" -print
done 2>/dev/null | sort | grep -v -E \\
  -e '^/var/(db/muster|log|tmp|run|cron/log|spool/(postfix|mqueue)|backups|chroot/sshd)(/|$)' \\
  -e '^/etc/s?pwd[.]db$' -e '^/etc/(hosts|hostname|resolv[.]conf)$' -e '/managed-keys[.]bind([.]jnl)?$' \\
  -e '/var/(run|log)/[^/]*' >/tmp/muster-picture
while read -r path; do
  if [ -h "$path" ]; then echo "$path" >&3
  elif [ -f "$path" ]; then echo "$path" >&4
  elif [ -e "$path" ]; then echo "$path" >&5
  fi
done </tmp/muster-picture 3>/tmp/muster-links 4>/tmp/muster-files 5>/tmp/muster-others
xargs stat -f '%N link %Y %u %g' </tmp/muster-links
xargs stat -f '%N %p %u %g %z %m' </tmp/muster-files
xargs stat -f '%N %p %u %g' </tmp/muster-others
xargs openssl dgst -sha256 </tmp/muster-files 2>/dev/null
rm -f /tmp/muster-picture /tmp/muster-links /tmp/muster-files /tmp/muster-others
ps -axww -o user -o command | awk '$2 ~ "^/" && $2 !~ "^/bin/"' | sort -u
`;

/** The lines that only one of two pictures has, \`-\` before those of the first. */
export function pictureDifference(before: string, after: string): readonly string[] {
  const [old, current] = [before, after].map(
    (text) => new Set(text.split('\n').filter((line) => line !== '')),
  );
  return [
    ...[...(old ?? [])].filter((line) => current?.has(line) !== true).map((line) => `- ${line}`),
    ...[...(current ?? [])].filter((line) => old?.has(line) !== true).map((line) => `+ ${line}`),
  ];
}
