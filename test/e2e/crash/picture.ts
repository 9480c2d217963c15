// A host as it is: its file system, its daemons as the kernel of this machine sees them, and what it answers.
import { readFile, readdir, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../../src/lab/index.ts';
import { askDns } from '../../../src/probe/index.ts';
import { inside } from '../muster.ts';

/** What is compared, a line each. */
export interface Picture {
  readonly files: ReadonlyMap<string, string>;
  readonly daemons: readonly string[];
  readonly answers: readonly string[];
}

/**
 * Paths that are not compared, because a running system changes them by itself. They are file systems without a disk, logs, the
 * directories of muster, pid files, sockets and what a boot writes anew. Keys that named manages are among them, too, and temporary
 * files of killed tools of the host (pkg_add, and the practice host's tar and dd). Another check looks at what runs leave below /tmp.
 */
const notCompared = [
  /^\/(proc|dev|libexec\/\.moments|var\/log|var\/db\/muster)(\/|$)/,
  /^\/var\/run\/([^/]*\.pid|log|syslogd\.sockets|utmp.*|rc\.log|dmesg\.boot|named\/.*)$/,
  /\/managed-keys\.bind(\.jnl)?$/,
  /^\/etc\/s?pwd\.db$/,
  /^\/root\/\.ssh\//,
  /^\/libexec\/\.linux\/state\/booted$/,
  /^\/var\/tmp\/(pkg_add|tar|dd)\.[^/]*(\/|$)/,
  /^\/tmp\/muster\.[^/]*(\/|$)/,
];

async function filesOf(lab: Lab, host: string): Promise<ReadonlyMap<string, string>> {
  const text = await inside(
    lab,
    host,
    `find / -xdev -print | grep -v -E '^/(proc|dev)(/|$)' | sort >/dev/shm/paths
    words() { sed 's/[^A-Za-z0-9_./]/\\\\&/g'; }
    words </dev/shm/paths | xargs stat -f '%N	%HT %Lp %u %g %Y'
    while read -r path; do [ -h "$path" ] || [ ! -f "$path" ] || echo "$path"; done </dev/shm/paths | words | xargs cksum |
      awk '{ sum = $1 " " $2; sub(/^[0-9]+ [0-9]+ /, ""); print $0 "	sum " sum }'`,
  );
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [path = '', what = ''] = line.split('\t');
    if (path === '' || notCompared.some((pattern) => pattern.test(path))) continue;
    found.set(path, `${found.get(path) ?? ''}${what} `);
  }
  return found;
}

/** A process of a host. */
export interface Daemon {
  readonly program: string;
  readonly commandLine: string;
  /** Its root directory, seen from the host. */
  readonly root: string;
  readonly user: number;
}

/** Every process of the host but its first, sessions, and what is below them; `pid` is the host's first process. */
export async function daemonsOf(pid: number): Promise<Daemon[]> {
  const space = await readlink(`/proc/${String(pid)}/ns/pid`);
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const found = await Promise.all(pids.map((each) => daemonOf(each, space).catch(() => undefined)));
  return found.filter((daemon) => daemon !== undefined);
}

async function daemonOf(pid: number, space: string): Promise<Daemon | undefined> {
  const directory = `/proc/${String(pid)}`;
  if ((await readlink(`${directory}/ns/pid`)) !== space) return undefined;
  const status = await readFile(`${directory}/status`, 'latin1');
  if (/^NSpid:.*\t1$/m.test(status) || /^State:\s*Z/m.test(status)) return undefined;
  const commandLine = (await readFile(`${directory}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  if (/^sshd(-session)?: (?!.*\[listener\])/.test(commandLine)) return undefined;
  // It waits for a controller that may reconnect for the rest of a finished run; and the sleep that it waits with.
  if (/\/ticker\.sh |^sleep /.test(commandLine)) return undefined;
  return {
    program: await readlink(`${directory}/exe`),
    commandLine,
    root: await readlink(`${directory}/root`),
    user: Number(/^Uid:\t(\d+)/m.exec(status)?.[1]),
  };
}

/** One line. */
export function describeDaemon({ program, commandLine, root, user }: Daemon): string {
  return `${program} (${commandLine.replace(/ +(\[listener\] \d+ of .*)$/, '')}) root ${root} uid ${String(user)}`;
}

const questions = [
  ['localhost', 'SOA'],
  ['127.in-addr.arpa', 'SOA'],
  ['1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa', 'SOA'],
  ['example.net', 'SOA'],
  ['example.net', 'NS'],
  ['www.example.net', 'A'],
] as const;

async function answersOnce(lab: Lab, host: string): Promise<string[]> {
  const found = lab.hosts.find(({ name }) => name === host);
  if (found === undefined) throw new Error(`no host ${host}`);
  return await Promise.all(
    questions.map(async ([name, type]) => {
      const question = {
        address: found.address,
        port: found.dnsPort,
        name,
        type,
        class: 'IN',
        transport: 'udp',
        recursionDesired: false,
      } as const;
      const reply = await askDns(question, { timeoutMs: 1000, tries: 2 });
      if (reply.kind !== 'answer') return `${name} ${type}: nothing`;
      return `${name} ${type}: ${reply.rcode} ${reply.records.toSorted().join(' | ')}`;
    }),
  );
}

/** What the host answers, once everything that is asked has an answer, or after 20 seconds. */
export async function answersOf(lab: Lab, host: string): Promise<string[]> {
  const end = performance.now() + 20_000;
  for (;;) {
    const answers = await answersOnce(lab, host);
    if (answers.every((answer) => !answer.endsWith('nothing')) || performance.now() > end) return answers;
    await sleep(200);
  }
}

/** Looks at everything. */
export async function pictureOf(lab: Lab, host: string, pid: number): Promise<Picture> {
  const answers = await answersOf(lab, host);
  return {
    files: await filesOf(lab, host),
    daemons: (await daemonsOf(pid)).map(describeDaemon).toSorted(),
    answers,
  };
}

/** How two pictures differ, a line each. */
export function differences(before: Picture, after: Picture): string[] {
  const lines: string[] = [];
  for (const path of new Set([...before.files.keys(), ...after.files.keys()])) {
    const [was, is] = [before.files.get(path), after.files.get(path)];
    if (was === is) continue;
    lines.push(
      is === undefined
        ? `${path} is gone`
        : was === undefined
          ? `${path} is new`
          : `${path} was ${was.trim()}, is ${is.trim()}`,
    );
  }
  for (const kind of ['daemons', 'answers'] as const) {
    const [was, is] = [before[kind].join('\n'), after[kind].join('\n')];
    if (was !== is)
      lines.push(
        `${kind} were\n    ${was.replaceAll('\n', '\n    ')}\n  and are\n    ${is.replaceAll('\n', '\n    ')}`,
      );
  }
  return lines;
}
