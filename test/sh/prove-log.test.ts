// The proof that named's log arrives, in a real sh with a ps and a log of the test's own. A line of the running named
// counts, one of an earlier boot with the same pid does not, and a rotated log is no fault.
import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { swapFirst } from '../support/swapped.ts';
import { scratchHost, shells } from './scratch.ts';

const proof = readFileSync(join(import.meta.dirname, '../../playbooks/caged-bind/lib/proof.sh'), 'utf8');
const now = 'Thu Nov 26 12:00:00 2026';
const boot = ['Nov 26 10:00:00 ns1 syslogd[90]: restart', 'Nov 26 10:00:00 ns1 /netbsd: NetBSD 6.99.16'];
const missing = 'has no line of pid 123 since it started';

interface Case {
  readonly what: string;
  readonly log: readonly string[];
  readonly seen: string;
  readonly started?: string;
}

const cases: readonly Case[] = [
  {
    what: 'takes a line of the running named',
    log: [...boot, 'Nov 26 10:00:05 ns1 named[123]: running'],
    seen: '',
  },
  {
    what: 'takes it whatever clock named has in its cage',
    log: [...boot, 'Nov 26 02:00:05 ns1 named[123]: running', 'Nov 26 11:00:00 ns1 syslogd[90]: restart'],
    seen: '',
  },
  {
    what: 'misses one',
    log: [...boot, 'Nov 26 10:00:05 ns1 named[12]: running', 'x named[1234]: x'],
    seen: missing,
  },
  {
    what: 'takes none of an earlier boot',
    log: ['Nov 25 09:00:05 ns1 named[123]: running', ...boot],
    seen: missing,
  },
  {
    what: 'takes none of an earlier year',
    log: ['Dec 25 09:00:05 ns1 syslogd[9]: restart', 'Dec 25 09:00:09 ns1 named[123]: running', ...boot],
    seen: missing,
  },
  {
    what: 'takes a line of last year, of a named that started then',
    log: [
      'Dec 24 10:00:00 ns1 syslogd[90]: restart',
      'Dec 24 10:00:05 ns1 named[123]: running',
      'Jan  2 00:00:00 ns1 syslogd[90]: restart',
      'Nov 26 00:00:00 ns1 /netbsd: sd0: attached',
    ],
    started: 'Thu Dec 24 10:00:02 2025',
    seen: '',
  },
  {
    what: 'takes any line where ps does not tell the start',
    log: ['Nov 25 09:00:05 ns1 named[123]: running', ...boot],
    started: '',
    seen: '',
  },
];

describe.each(shells)('prove_log in %s', (shell) => {
  async function seenIn(
    log: readonly string[],
    started: string,
    rotated: boolean,
  ): Promise<string | undefined> {
    const host = scratchHost({ shell });
    host.write('messages', `${log.join('\n')}\n`);
    host.write('cage/named.pid', '123\n');
    if (rotated) host.write('messages.0.gz', 'x');
    utimesSync(host.path('cage/named.pid'), 1, 1);
    host.write(
      'bin/ps',
      `#!/bin/sh\necho PID STARTED COMMAND\n[ -z '${started}' ] || echo ' 123 ${started} named'\n`,
      0o755,
    );
    host.write('bin/date', `#!/bin/sh\necho '${now}'\n`, 0o755);
    const body = `state() { :; }
verify() { PATH=$root/bin:$PATH; ours=123; m_await() { shift; "$@"; }; prove_log; }`;
    const run = await host.run('verify', {
      steps: { one: body },
      files: { 'lib/proof.sh': Buffer.from(swapFirst(proof, '/var/log/messages', host.path('messages'))) },
      vars: { cage: host.path('cage'), pid_file: '/named.pid' },
    });
    return run.result.checks.at(0)?.message;
  }

  it.each(cases)('$what', async ({ log, seen, started = 'Thu Nov 26 10:00:02 2026' }) => {
    expect(await seenIn(log, started, false)).toMatch(new RegExp(`^(\\S+ )?${seen}$`));
  });

  it('accepts a log that was rotated since', async () => {
    expect(await seenIn(boot, now, true)).toBeUndefined();
  });
});
