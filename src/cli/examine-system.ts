// What root is asked on a host, and what to make of the answers. The answers come from the host: nothing of them is believed
// further than that it is shown.
import type { HostConnection } from '../model/index.ts';
import { type ExitStatus, hintForRefusal } from '../transport/index.ts';
import type { Finding } from './doctor-finding.ts';

type Found = Omit<Finding, 'subject'>;

/** The base tools that a run takes, whatever its playbook does. */
const tools =
  'awk cat chmod chown cmp cp date df diff expr grep gzip id kill ln ls mkdir mkfifo mktemp mv ps rm rmdir sed sleep sort ' +
  'tail tar touch tr uname wc';

/** For the standard input of `/bin/sh -s`: prints `muster-doctor KEY VALUE` lines, and changes nothing. */
export const questions = `say() { printf 'muster-doctor %s\\n' "$*"; }
# What a start file printed may not end with a line.
echo
say uid "$(id -u)" "$(id -un)"
say system "$(uname -srm)"
missing=
for tool in ${tools}; do
  command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
say tools "$missing"
near=/var/db/muster
while [ ! -d "$near" ]; do near=\${near%/*}; near=\${near:-/}; done
for place in "\${TMPDIR:-/tmp}" "$near"; do
  df -kP "$place" 2>/dev/null | { read -r _; read -r _ _ _ free _; say disk "\${free:-?}" "$place"; }
done
say time "$(date -u +%s)"
if [ -d /var/db/muster/lock ]; then
  say lock "$(ls -t /var/db/muster/lock 2>/dev/null | sed 1q)" "$(cat /var/db/muster/lock/* 2>/dev/null | tr '\\n' ' ' | cut -c 1-200)"
fi
if [ -f /etc/rc.conf ]; then
  wrong=$(/bin/sh -n /etc/rc.conf 2>&1) || say rc syntax "$wrong"
  grep -n "$(printf '\\r')" /etc/rc.conf 2>/dev/null | sed -n '1s/:.*//p' | { read -r line && say rc cr "$line"; }
  sed -n '/^[[:space:]]*exit\\([[:space:]]\\|$\\)/=' /etc/rc.conf 2>/dev/null | sed 1q | { read -r line && say rc exit "$line"; }
  [ "$(uname -s)" != NetBSD ] || grep -iq '^[[:space:]]*rc_configured=["'\\'']*yes' /etc/rc.conf || say rc unconfigured
  [ -z "$(find /etc/rc.conf -perm -0002 2>/dev/null)" ] || say rc writable
else
  say rc missing
fi
say done
`;

/** What came back, and when. */
export interface Answers {
  readonly text: string;
  readonly stderr: string;
  readonly ending: ExitStatus;
  readonly connection: HostConnection;
  /** The time of this machine when the host said its own. */
  readonly controllerSeconds: number;
}

const leastKiB = 32 * 1024;
const mostSkewSeconds = 60;

/** The steps behind the login, in order; those behind a bad one are left out. */
export function judgeSystem({ text, stderr, connection, controllerSeconds }: Answers): readonly Found[] {
  const answers = [...text.matchAll(/^muster-doctor (\w+) ?(.*)$/gm)].map(
    ([, key = '', value = '']) => [key, value] as const,
  );
  const valuesOf = (key: string): string[] =>
    answers.flatMap(([each, value]) => (each === key ? [value.trim()] : []));
  const noise = text.replaceAll(/^muster-doctor .*\n?/gm, '').trim();
  const [who] = valuesOf('uid');
  const step = connection.become === 'none' ? 'shell' : 'become';
  if (who === undefined) {
    const what = `/bin/sh did not answer${heard(stderr === '' ? noise : stderr)}`;
    return [{ step, state: 'bad', what, fix: hintForRefusal(what) ?? becomeFix(connection) }];
  }
  const found: Found[] = [rootFound(who, connection)];
  if (found[0]?.state === 'bad') return found;
  const isWhole = valuesOf('done').length > 0;
  found.push({
    step: 'shell',
    state: isWhole ? 'good' : 'bad',
    what: isWhole
      ? `/bin/sh of ${valuesOf('system')[0] ?? 'a system that reports no name'}`
      : 'its answers end in the middle',
    ...(isWhole ? {} : { fix: 'find out what ends processes there: limits, a watchdog, a full disk' }),
  });
  if (noise !== '')
    found.push({
      step: 'shell',
      state: 'odd',
      what: `start files print: ${noise.slice(0, 80)}`,
      fix: 'let them print on a terminal only',
    });
  const parts = [
    toolsFound(valuesOf('tools')[0] ?? ''),
    ...valuesOf('disk').map(diskFound),
    clockFound(valuesOf('time')[0] ?? '', controllerSeconds),
    lockFound(valuesOf('lock')[0]),
    rcFound(valuesOf('rc')),
  ];
  for (const part of parts) {
    found.push(part);
    if (part.state === 'bad') break;
  }
  return found;
}

function heard(text: string): string {
  const said = text.trim().replaceAll(/\s+/g, ' ').slice(0, 200);
  return said === '' ? '' : `; it said: ${said}`;
}

function becomeFix({ become, user }: HostConnection): string {
  if (become === 'none')
    return `log in by hand as ${user}, and run /bin/sh: a forced command or start files may be in the way`;
  return `log in by hand as ${user}, and become root by ${become}; give a password with become_password or --ask-become-pass`;
}

function rootFound(who: string, { become, user }: HostConnection): Found {
  const [uid = '', name = ''] = who.split(' ');
  if (uid === '0')
    return {
      step: 'become',
      state: 'good',
      what: become === 'none' ? `${user} is root` : `root, by ${become}`,
    };
  if (become === 'none')
    return {
      step: 'become',
      state: 'odd',
      what: `uid ${uid} (${name}), not root`,
      fix: 'changes to the system need root: set become: sudo, doas or su',
    };
  return {
    step: 'become',
    state: 'bad',
    what: `${become} gave uid ${uid} (${name})`,
    fix: `let ${user} become root by ${become} there`,
  };
}

function toolsFound(missing: string): Found {
  if (missing === '') return { step: 'tools', state: 'good', what: 'every tool that a run needs' };
  return {
    step: 'tools',
    state: 'bad',
    what: `missing: ${missing}`,
    fix: 'check PATH of logins without a terminal; these tools belong to the base system',
  };
}

function diskFound(value: string): Found {
  const [free = '', place = ''] = value.split(' ');
  const KiB = Number(free);
  if (!Number.isFinite(KiB) || free === '')
    return { step: 'disk', state: 'odd', what: `${place}: df does not report it` };
  const what = `${place}: ${String(Math.floor(KiB / 1024))} MiB free`;
  return KiB >= leastKiB
    ? { step: 'disk', state: 'good', what }
    : {
        step: 'disk',
        state: 'bad',
        what,
        fix: 'make room there: a run keeps its journal and its archives on this disk',
      };
}

function clockFound(value: string, controllerSeconds: number): Found {
  const skew = Math.round(Number(value) - controllerSeconds);
  if (value === '' || !Number.isFinite(skew))
    return { step: 'clock', state: 'odd', what: 'date says nothing' };
  const what = `${String(Math.abs(skew))} s ${skew < 0 ? 'behind' : 'before'} this machine`;
  if (Math.abs(skew) <= mostSkewSeconds) return { step: 'clock', state: 'good', what };
  return {
    step: 'clock',
    state: 'odd',
    what,
    fix: 'a run works, but TSIG, DNSSEC and logs need the right time: ntpd or chronyd',
  };
}

function lockFound(value: string | undefined): Found {
  if (value === undefined) return { step: 'lock', state: 'good', what: 'no run holds it' };
  return {
    step: 'lock',
    state: 'odd',
    what: `held, or left by a dead run: ${value.slice(0, 120)}`,
    fix: 'wait for a live run with --wait; the next run takes the lock of a dead one',
  };
}

const traps: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  syntax: ['sh cannot read /etc/rc.conf', 'correct it: the host would not boot'],
  cr: [
    'a line of /etc/rc.conf ends with a carriage return, as on Windows',
    'remove the carriage returns: they become a part of the values',
  ],
  exit: ['/etc/rc.conf has an exit', 'remove it: every program that reads this file ends there'],
  unconfigured: ['rc_configured is not YES', 'set it, or the host boots into single-user mode'],
  writable: ['everybody can write /etc/rc.conf', 'chmod 644 /etc/rc.conf'],
};

function rcFound(values: readonly string[]): Found {
  const [first = ''] = values;
  const [kind = '', ...more] = first.split(' ');
  if (kind === 'missing') return { step: 'rc.conf', state: 'odd', what: 'there is no /etc/rc.conf' };
  const trap = traps[kind];
  if (trap === undefined) return { step: 'rc.conf', state: 'good', what: 'no traps' };
  const [what, fix] = trap;
  const state = kind === 'syntax' ? 'bad' : 'odd';
  return {
    step: 'rc.conf',
    state,
    what: more.length === 0 ? what : `${what}: ${more.join(' ').slice(0, 120)}`,
    fix,
  };
}
