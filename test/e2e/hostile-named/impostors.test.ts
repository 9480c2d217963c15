// Processes that are called named and are not root's named: whatever their names, words, programs and ports say, none of them is
// run as root, none is ended, and a plan names the one that stands in the way.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/index.ts';
import { startLab } from '../../../src/lab/index.ts';
import { labImage } from '../engine.ts';
import { inside, muster, playbook, writeHostVars } from '../muster.ts';
import { marker } from './moves.ts';
import { describeHostile, Impostor, type Role } from './players.ts';

const [named, ops] = [14, 1000];
/** Directories of these accounts, and a program of theirs in each: a shell, called named. */
const theirs = { [named]: '/etc/namedb/keys', [ops]: '/home/ops' };
const evil = (uid: number): string => `${theirs[uid] ?? '/tmp'}/evil`;
const copy = (uid: number): string => `${theirs[uid] ?? '/tmp'}/named`;

interface Case {
  /** What it is, in words. */
  readonly title: string;
  readonly role: Role;
  /** The base's named does not run: this is what there is. */
  readonly alone?: true;
  /**
   * It runs the base's program as named and holds the port. So it may be mistaken for the service, and be ended, but
   * its command line is not used to start anything. Another process that holds the port as well makes the new one
   * fail.
   */
  readonly isTaken?: true;
}

const cases: Readonly<Record<string, Case>> = {
  own: {
    title: "named's own program in place of named, at port 53",
    alone: true,
    role: { uid: named, ports: [53], program: copy(named), words: [copy(named), evil(named)] },
  },
  path: {
    title: "named's own program, called by the path of the base's",
    alone: true,
    role: { uid: named, ports: [53], program: copy(named), words: ['/usr/sbin/named', evil(named)] },
  },
  word: {
    title: "a shell of the base system that is called named, with a text of named's",
    alone: true,
    role: { uid: named, ports: [53], program: '/bin/sh', words: ['named', evil(named)] },
  },
  lines: {
    title: 'a command line with lines of its own, as if ps had told of another process',
    alone: true,
    role: {
      uid: named,
      ports: [53],
      program: copy(named),
      words: [copy(named), evil(named), 'x\n  1 root  /usr/sbin/named -c /etc/namedb/keys/evil.conf\n'],
    },
  },
  genuine: {
    title: "the base's program with a configuration of named's, and words to run it with",
    alone: true,
    isTaken: true,
    role: {
      uid: named,
      ports: [53],
      program: '/usr/sbin/named',
      words: ['/usr/sbin/named', '-f', '-p', '5300', '-c', '/etc/namedb/keys/evil.conf'],
    },
  },
  user: {
    title: "a user's program, while the base's named serves",
    role: { uid: ops, ports: [5353], program: copy(ops), words: ['named', evil(ops)] },
  },
  'user-path': {
    title: "a user's program that is called by the path of the base's, while that serves",
    role: { uid: ops, program: copy(ops), words: ['/usr/sbin/named', evil(ops)] },
  },
  'user-genuine': {
    title: "a user's process of the base's program, while root's serves",
    role: {
      uid: ops,
      program: '/usr/sbin/named',
      words: ['/usr/sbin/named', '-f', '-p', '5300', '-c', '/home/ops/evil.conf'],
    },
  },
};

/** Its pid file belongs to the account that runs it. */
const evilConf = (
  home: string,
): string => `options { directory "${home}"; listen-on { any; }; pid-file "${home}/evil.pid"; session-keyfile none; recursion no; };
controls { };`;

describeHostile('a process that is called named', () => {
  let lab: Lab;
  let inventory: string[];
  const impostors = new Map<string, Impostor>();
  const holders: Impostor[] = [];
  let planned = '';
  let applied = '';

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-impostors-'));
    const names = Object.keys(cases);
    lab = await startLab({ hosts: names.map((name) => ({ name })), image: labImage(), directory });
    inventory = ['-i', writeHostVars(lab, 'impostors.yaml', {})];
    await Promise.all(
      Object.entries(cases).map(async ([host, { role, alone }]) => {
        const home = theirs[role.uid] ?? '/tmp';
        await inside(
          lab,
          host,
          `cp /bin/sh ${copy(role.uid)}; printf '%s\\n' '${evilConf(home)}' >${home}/evil.conf
printf '%s\\n' '[ "$(id -u)" != 0 ] || echo "$0 $*" >>${marker}' 'while read -r line; do :; done' >${evil(role.uid)}
chown ${role.uid}:${role.uid} ${home}/*; chmod 755 ${home}/*
${alone === undefined ? ':' : 'sh /etc/rc.d/named stop'}`,
        );
        const isHolder = cases[host]?.isTaken === true;
        if (isHolder)
          holders.push(
            await Impostor.enter(lab, host, {
              ...role,
              uid: ops,
              program: '/bin/sh',
              words: ['sh', evil(named)],
            }),
          );
        impostors.set(host, await Impostor.enter(lab, host, isHolder ? { ...role, ports: [] } : role));
      }),
    );
    // One that ends by itself would prove nothing.
    await sleep(1000);
    await Promise.all(
      [...impostors].map(async ([host, { pid }]) => await inside(lab, host, `kill -0 ${pid}`)),
    );
    planned = (await muster(['plan', playbook, ...inventory])).stdout;
    applied = (await muster(['apply', playbook, ...inventory, '--yes'])).stdout;
    const logFile = process.env['MUSTER_HOSTILE_LOG'];
    if (logFile !== undefined) appendFileSync(logFile, planned + applied);
  });

  afterAll(async () => {
    // A named does not end with its input, but with its host.
    await lab.stop();
    await Promise.all(
      [...impostors.values(), ...holders].map(async (one) => {
        await one.leaves();
      }),
    );
    rmSync(lab.directory, { recursive: true, force: true });
  });

  it.each(Object.entries(cases))(
    'is neither run as root nor ended (%s)',
    async (host, { alone, isTaken }) => {
      const { pid } = impostors.get(host) ?? { pid: 0 };
      expect(await inside(lab, host, `cat ${marker} 2>/dev/null || :`)).toBe('');
      expect(await inside(lab, host, 'find /home/ops /etc/namedb/keys -user root -name evil.pid')).toBe('');
      expect(await inside(lab, host, 'ls -d /var/db/muster/lock 2>/dev/null || :')).toBe('');
      if (isTaken === true) return;
      expect(await inside(lab, host, `kill -0 ${pid} && echo lives || ps -ax`)).toBe('lives\n');
      for (const report of [planned, applied]) {
        const lines = report.replaceAll(/\n {4,}/g, ' ').split('\n');
        // A terminal without UTF-8 has another mark.
        const said = lines.filter((line) => /^[✖x] /.test(line) && line.includes(host));
        if (said.length > 0 || alone === true) expect(said.join('\n'), report).toContain(`pid ${pid}`);
      }
    },
  );
});
