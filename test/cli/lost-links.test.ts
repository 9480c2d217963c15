// Connections that are lost at any byte of a real run, in either direction, also while the bundle of 30 MB is sent. The
// built program, which here ends at any unhandled rejection, keeps what the other hosts said.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServerChannel } from 'ssh2';
import { keyPair, knownHostsText, startSshd } from '../contract/transport/in-process-sshd.ts';
import type { InProcessSshd } from '../contract/transport/in-process-sshd.ts';
import { startCuttingFront } from '../contract/transport/tcp-front.ts';
import type { Cut } from '../contract/transport/tcp-front.ts';
import { ampleSettings } from '../support/ample.ts';
import { resultIn } from '../support/json-record.ts';
import { main } from './controller.ts';

const mebibyte = 1024 * 1024;
let folder = '';
let good: InProcessSshd;
let cutOff: InProcessSshd;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-lost-'));
  good = await startSshd({ onExec: work() });
  cutOff = await startSshd({ onExec: work() });
  writeFileSync(join(folder, 'id'), keyPair('user').private, { mode: 0o600 });
  for (const [name, size] of [
    ['small', 1],
    ['big', 30 * mebibyte],
  ] as const) {
    mkdirSync(join(folder, name, 'steps'), { recursive: true });
    mkdirSync(join(folder, name, 'files'));
    writeFileSync(join(folder, name, 'files/data'), Buffer.alloc(size, 0x5a));
    writeFileSync(join(folder, name, 'steps/one.sh'), 'state() { :; }\n');
    writeFileSync(
      join(folder, name, 'playbook.yaml'),
      `name: ${name}\nsteps: [{ id: one, script: steps/one.sh }]\n`,
    );
  }
});

afterAll(async () => {
  await good.stop();
  await cutOff.stop();
  rmSync(folder, { recursive: true });
});

/** What a host does in a good run. A follower of the same host continues from the offsets that it gets. */
function work(): (channel: ServerChannel) => void {
  const noncesByDirectory = new Map<string, string>();
  return (channel) => {
    let asked = '';
    let nonce = '';
    channel.on('error', () => undefined);
    channel.on('data', (bytes: Buffer) => {
      if (nonce !== '') return;
      asked += bytes.toString('latin1');
      const [, directory = ''] = /'(\/tmp\/muster\.\d+)' /.exec(asked) ?? [];
      nonce = noncesByDirectory.get(directory) ?? /'([0-9a-f]{32})'/.exec(asked)?.[1] ?? '';
      if (nonce === '' || directory !== '') return;
      const made = `/tmp/muster.${100_000 + noncesByDirectory.size}`;
      noncesByDirectory.set(made, nonce);
      channel.write(`@${nonce} ready ${made}\n`);
    });
    channel.once('end', () => {
      const text = 'begin|r|apply\nstep|one|1\nres|changed|file|/f|new|0\nend|one|ok|1|\nfin|ok|\n';
      const from = Number(/'000\.ev=(\d+)'/.exec(asked)?.[1] ?? 0);
      channel.write(`@${nonce} 000.ev ${from} ${text.length - from}\n${text.slice(from)}\n@${nonce} done\n`);
      channel.exit(0);
      channel.end();
    });
  };
}

interface Report {
  readonly hosts: readonly { readonly host: string; readonly outcome: string; readonly reason: string }[];
}

async function runWith(cut: Cut, verb: string, playbook: string) {
  const front = await startCuttingFront(cutOff.port, cut);
  const name = `inventory-${front.port}`;
  const known = [
    knownHostsText(good.port, good.hostPublicKeys),
    knownHostsText(front.port, cutOff.hostPublicKeys),
  ];
  writeFileSync(join(folder, `${name}.known`), known.join(''));
  writeFileSync(
    join(folder, `${name}.yaml`),
    `connection: { user: ops, agent: false, identity_file: ${join(folder, 'id')}, known_hosts: ${join(folder, `${name}.known`)},
  ${ampleSettings} }
hosts:
  good1: { address: 127.0.0.1, connection: { port: ${good.port} } }
  bad: { address: 127.0.0.1, connection: { port: ${front.port}, connect_timeout: 20s, ready_timeout: 20s, silence_timeout: 15s } }
  good2: { address: 127.0.0.1, connection: { port: ${good.port} } }
`,
  );
  const args = [verb, playbook, '-i', `${name}.yaml`, '--json', ...(verb === 'apply' ? ['--yes'] : [])];
  const child = spawn(process.execPath, ['--unhandled-rejections=strict', main, ...args], { cwd: folder });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  await front.stop();
  return { code, stdout, stderr };
}

/** The other hosts end well in any case. Returns how the one host ended. */
async function lost(cut: Cut, verb: 'plan' | 'apply', playbook: 'small' | 'big'): Promise<string> {
  const { code, stdout, stderr } = await runWith(cut, verb, playbook);
  expect(stderr).not.toMatch(/Unhandled|Uncaught|node:internal|\n\s+at /);
  expect([0, 1, 4], stderr).toContain(code);
  const { hosts } = resultIn(stdout) as unknown as Report;
  const outcomes = hosts.map(({ outcome }) => outcome);
  expect([outcomes[0], outcomes[2]], hosts.map(({ reason }) => reason).join('; ')).toEqual([
    'changed',
    'changed',
  ]);
  expect(code).toBe({ changed: 0, failed: 1 }[String(outcomes[1])] ?? 4);
  return outcomes[1] ?? '';
}

// From the banner over key exchange, login, boot script and bundle to the last frame.
const small: readonly Cut[] = [1, 700, 1800, 2800, 8000, 200_000].flatMap((behindBytes, at) => [
  { way: 'up', behindBytes, how: (['reset', 'end'] as const)[at % 2] ?? 'end' },
  {
    way: 'down',
    behindBytes: Math.min(behindBytes, 3900),
    how: (['end', 'reset'] as const)[at % 2] ?? 'end',
  },
]);

describe.concurrent('a link that is lost', () => {
  it.each(small)('$way after $behindBytes bytes ($how) in a plan loses only that host', async (cut) => {
    expect(['unreachable', 'unknown', 'failed', 'changed']).toContain(await lost(cut, 'plan', 'small'));
  });

  it.each<Cut>([
    { way: 'up', behindBytes: 5 * mebibyte, how: 'reset' },
    { way: 'up', behindBytes: 20 * mebibyte, how: 'end' },
    { way: 'up', behindBytes: 12 * mebibyte, how: 'freeze' },
    { way: 'down', behindBytes: 3600, how: 'reset' },
  ])(
    '$way after $behindBytes bytes ($how), while the bundle is sent, is followed by a reconnect',
    async (cut) => {
      expect(['changed', 'unknown', 'unreachable']).toContain(await lost(cut, 'apply', 'big'));
    },
  );
});
