// `muster report --serve` as an operator runs it: it prints its address, serves until it is ended, and prints no token.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { reduce } from '../../src/model/index.ts';
import { fileHistory, thisController } from '../../src/store/index.ts';
import { fabricatedRun } from '../support/fabricated-run.ts';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const runId = '20261128-050000-3f9c';
let state: string;

beforeAll(async () => {
  state = mkdtempSync(join(tmpdir(), 'muster-serve-cli-'));
  const directory = join(state, 'muster/history');
  const recorder = fileHistory({ directory, clock: () => new Date(), say: () => undefined }).record({
    ...{ operator: 'ops@bastion', directory: '/srv', argv: ['apply', 'demo'], muster: '0.1.0' },
    ...{ controller: thisController(), selection: {} },
  });
  const events = [...fabricatedRun({ runId, hosts: ['ns1'], steps: ['one'] })];
  for (const event of events) recorder.take(event);
  await recorder.end(reduce(events));
});
afterAll(() => {
  rmSync(state, { recursive: true });
});

interface Serving {
  readonly child: ChildProcess;
  readonly said: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
  /** Resolves when it says where it is; rejects when it ends before. */
  readonly url: Promise<string>;
}

function serve(...words: readonly string[]): Serving {
  const child = spawn(process.execPath, [main, 'report', ...words], {
    cwd: state,
    env: { ...process.env, XDG_STATE_HOME: state },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const said = { stdout: '', stderr: '' };
  child.stderr.on('data', (bytes: Buffer) => (said.stderr += bytes.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (bytes: Buffer) => {
      said.stdout += bytes.toString();
      if (said.stdout.includes('\n')) resolve(said.stdout.trim());
    });
    ended.then(() => {
      reject(new Error(said.stderr));
    }, reject);
  });
  url.catch(() => undefined);
  return { child, said, ended, url };
}

describe('muster report --serve', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('serves until %s, and exits 0', async (signal) => {
    const { child, said, ended, url } = serve('--serve', '0');
    const place = await url;
    expect(place).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const list = await fetch(place);
    expect([list.status, (await list.text()).includes(`/run/${runId}`)]).toEqual([200, true]);
    child.kill(signal);
    expect(await ended, said.stderr).toBe(0);
    expect(said.stderr).toContain('every account of this machine can read these pages');
    await expect(fetch(place)).rejects.toThrow();
  });

  it("prints the address of a run's page", async () => {
    const { url } = serve('3f9c', '--serve', '0');
    expect(new URL(await url).pathname).toBe(`/run/${runId}`);
    expect(await (await fetch(await url)).text()).toContain('apply demo');
  });

  it('reports in one line that the port is in use', async () => {
    const { url } = serve('--serve', '0');
    const { port } = new URL(await url);
    const second = serve('--serve', port);
    expect(await second.ended).toBe(2);
    expect(second.said.stderr).toBe(
      `muster: pages cannot be served at 127.0.0.1:${port}: another program uses it; name another port, or 0 for any free one\n`,
    );
  });

  it('is open to other machines only with a token, which it never prints', async () => {
    const refused = serve('--serve', '0.0.0.0:0');
    expect(await refused.ended).toBe(2);
    expect(refused.said.stderr).toContain('served there only with a token');
    const [file, token] = [join(state, 'token'), 'correct-horse-battery-staple'];
    writeFileSync(file, `${token}\n`);
    chmodSync(file, 0o644);
    const loose = serve('--serve', '0', '--token-file', file);
    expect(await loose.ended).toBe(2);
    expect(loose.said.stderr).toContain('others may read that file');
    chmodSync(file, 0o600);
    const { child, said, ended, url } = serve('--serve', '0.0.0.0:0', '--token-file', file);
    const place = (await url).replace('0.0.0.0', '127.0.0.1');
    expect((await fetch(place)).status).toBe(401);
    const known = await fetch(place, { headers: { authorization: `Bearer ${token}` } });
    expect(known.status).toBe(200);
    expect(await known.text()).not.toContain(token);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    for (const text of Object.values(said)) expect(text).not.toContain(token);
    writeFileSync(file, 'short\n');
    const short = serve('--serve', '0', '--token-file', file);
    expect(await short.ended).toBe(2);
    expect(short.said.stderr).toContain('fewer than 16 characters');
    expect(short.said.stderr).not.toContain('short\n');
  });

  it.each([
    [['--serve', 'not an address'], 'is no address to listen at'],
    [['--serve', '0', '--html', 'x.html'], 'writes no report'],
    [['nonsense', '--serve', '0'], 'begins with nonsense'],
  ])('refuses %j', async (words, problem) => {
    const { said, ended } = serve(...words);
    expect(await ended).toBe(2);
    expect(said.stderr).toContain(problem);
  });
});
