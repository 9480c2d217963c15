// What a NetBSD host has beside files: rc.d services, packages and accounts, played by small sh scripts below the scratch
// tree. The runtime looks there instead of /etc, /usr/pkg and /var/db/pkg.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ScratchHost } from './scratch.ts';

/** Moves the system's own places below the tree. */
export function movedTo(root: string): (path: string, text: string) => string {
  return (_path, text) =>
    text
      .replaceAll(/(?<![\w$}"])\/(etc|usr\/pkg|var\/db\/pkg)(?=[/\s"';)]|$)/gm, `${root}/$1`)
      .replaceAll('"/etc/rc.d/', `"${root}/etc/rc.d/`)
      .replaceAll('"/etc/$m__file"', `"${root}/etc/$m__file"`);
}

/** A service with a daemon that really runs, in a session of its own as daemons do. */
export interface FakeService {
  readonly script: string;
  start(): void;
  stop(): void;
  isRunning(): boolean;
  pid(): string;
  /** The verbs that change something, in the order in which they came. */
  verbs(): readonly string[];
}

const rcScript = `#!/bin/sh
# usage: rc script VERB; NAME, RUN and CONF are filled in
pid=$(cat RUN/NAME.pid 2>/dev/null)
up() {
  [ -n "$pid" ] || return 1
  case $(ps -o stat= -p "$pid") in '' | Z*) return 1 ;; esac
}
start() {
  echo "Starting NAME."
  if grep -q broken CONF 2>/dev/null; then
    return 0
  fi
  setsid sleep 300 </dev/null >/dev/null 2>&1 &
  echo $! >RUN/NAME.pid
}
stop() {
  kill "$pid"
  while up; do sleep 0.05; done
  rm -f RUN/NAME.pid
}
case $1 in
  *status) if up; then echo "NAME is running as pid $pid."; else echo "NAME is not running."; exit 1; fi ;;
  *restart) echo restart >>RUN/NAME.verbs; up && stop; start ;;
  *start) echo start >>RUN/NAME.verbs; if up; then echo "NAME already running? (pid=$pid)."; exit 1; fi; start ;;
  *stop) echo stop >>RUN/NAME.verbs; if up; then stop; else echo "NAME not running?"; exit 1; fi ;;
esac
`;

/** Makes the rc script of a service; it is stopped when the test ends. `conf` with the word "broken" keeps it down. */
export function fakeService(host: ScratchHost, name: string, conf = 'no-such-conf'): FakeService {
  const run = `${host.root}.run`;
  mkdirSync(run, { recursive: true });
  const text = rcScript.replaceAll('NAME', name).replaceAll('RUN', run).replaceAll('CONF', host.path(conf));
  const script = host.write(`etc/rc.d/${name}`, text, 0o555);
  const tell = (verb: string): string => execFileSync('sh', ['-c', `sh ${script} ${verb} || :`]).toString();
  onTestFinished(() => {
    tell('stop');
  });
  return {
    script,
    start: () => {
      tell('start');
    },
    stop: () => {
      tell('stop');
    },
    isRunning: () => tell('status').includes('is running as pid'),
    pid: () => /pid (\d+)/.exec(tell('status'))?.[1] ?? '',
    verbs: () => {
      const log = join(run, `${name}.verbs`);
      const verbs = readFileSync(log, 'utf8').trim().split('\n');
      writeFileSync(log, '');
      return verbs.filter((verb) => verb !== '');
    },
  };
}

/** pax as far as the runtime uses it, for machines that have only GNU tar. */
export const paxTool =
  'case " $* " in *" -r "*) exec tar -xpf - ;; *) exec tar --no-recursion --format=ustar -cf - -T - ;; esac';

const tools: Readonly<Record<string, string>> = {
  pax: paxTool,
  id: `case $# in 2) sed -n "s/^$2:[^:]*:\\([0-9]*\\):.*/\\1/p" ROOT/etc/passwd | grep . || exec /usr/bin/id "$@" ;; *) exec /usr/bin/id "$@" ;; esac`,
  pkg_info: `cd ROOT/var/db/pkg 2>/dev/null || exit 0
case $1 in
  -e) for p in "$2"-[0-9]* "$2"; do if [ -d "$p" ]; then echo "$p"; exit 0; fi; done; exit 1 ;;
  *) for p in *-[0-9]*; do [ ! -d "$p" ] || echo "$p  a package"; done ;;
esac`,
  // As the real one: an archive brings what it needs, and a database grows.
  pkg_add: `case $1 in bind*) ;; *) echo "pkg_add: no $1 in $PKG_PATH" >&2; exit 1 ;; esac
mkdir -p ROOT/var/db/pkg/bind-9.9.2 ROOT/var/db/pkg/lib+xml-2.0 ROOT/usr/pkg/sbin ROOT/usr/pkg/share/doc
echo bind >ROOT/var/db/pkg/bind-9.9.2/+DESC
echo db >ROOT/var/db/pkg/pkgdb.byfile.db
echo named >ROOT/usr/pkg/sbin/named`,
  pkg_delete: `cd ROOT/var/db/pkg || exit 1
case $1 in lib*) if [ -d bind-9.9.2 ]; then echo "pkg_delete: $1 is needed" >&2; exit 1; fi ;; *) rm -f ROOT/usr/pkg/sbin/named ;; esac
rm -r "$1"`,
  groupadd: `g=500
while getopts g: o; do g=$OPTARG; done; shift $((OPTIND - 1))
echo "$1:*:$g:" >>ROOT/etc/group`,
  groupdel: `grep -v "^$1:" ROOT/etc/group >ROOT/etc/ptmp; mv ROOT/etc/ptmp ROOT/etc/group`,
  useradd: `u=501 g=100 c= d=/home/x s=/bin/sh
while getopts u:g:c:d:s: o; do eval "$o=\\$OPTARG"; done; shift $((OPTIND - 1))
if [ "$g" = =uid ]; then g=$u; echo "$1:*:$g:" >>ROOT/etc/group; else g=$(sed -n "s/^$g:[^:]*:\\([0-9]*\\):.*/\\1/p" ROOT/etc/group); fi
echo "$1:*:$u:\${g:-100}:$c:$d:$s" >>ROOT/etc/passwd
echo "$1:*************:$u:\${g:-100}::0:0:$c:$d:$s" >>ROOT/etc/master.passwd`,
  userdel: `for f in passwd master.passwd; do grep -v "^$1:" ROOT/etc/$f >ROOT/etc/ptmp; cat ROOT/etc/ptmp >ROOT/etc/$f; done; rm ROOT/etc/ptmp`,
  usermod: `u= g= c= d= s=
while getopts u:g:c:d:s: o; do eval "$o=\\$OPTARG"; done; shift $((OPTIND - 1))
awk -F: -v OFS=: -v n="$1" -v u="$u" -v c="$c" -v d="$d" -v s="$s" '$1 == n { if (u) $3 = u; if (c) $5 = c; if (d) $6 = d; if (s) $7 = s } { print }' ROOT/etc/passwd >ROOT/etc/ptmp
mv ROOT/etc/ptmp ROOT/etc/passwd`,
};

/** A directory with the tools for packages and accounts, to be put in front of the PATH. */
export function fakeTools(host: ScratchHost): string {
  const bin = `${host.root}.bin`;
  mkdirSync(bin);
  for (const [name, text] of Object.entries(tools)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text.replaceAll('ROOT', host.root)}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return `${bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`;
}

/** Account files with one account in them. */
export function writeAccounts(host: ScratchHost): void {
  host.write('etc/passwd', 'root:*:0:0:Charlie &:/root:/bin/sh\nsam:*:1000:100::/home/sam:/bin/csh\n');
  host.write('etc/master.passwd', 'root:x:0:0::0:0:Charlie &:/root:/bin/sh\n', 0o600);
  host.write('etc/group', 'wheel:*:0:root\nusers:*:100:\n');
}
