// `muster init` to `muster test` as a beginner goes, and what `muster test` finds in a playbook that is not good.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEngine, labBackend } from './engine.ts';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const hardening = join(import.meta.dirname, '../../playbooks/sshd-hardening');

describeWithEngine('muster init, lab, apply and test', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'muster-beginner-'));
    expect(await muster('init')).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await muster('lab', 'down');
    rmSync(folder, { recursive: true });
  });

  async function muster(...args: readonly string[]): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', XDG_STATE_HOME: join(folder, 'state'), TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, said };
  }

  const test = (...words: readonly string[]): ReturnType<typeof muster> =>
    muster('test', ...words, '--backend', labBackend());

  it('applies what init wrote to a practice host', async () => {
    expect(await muster('lab', 'up', '-n', '1', '--backend', labBackend())).toMatchObject({ code: 0 });
    const inventory = ['-i', '.muster/lab/inventory.yaml'];
    const applied = await muster('apply', 'first', ...inventory, '--yes');
    expect(applied.code, applied.said).toBe(0);
    expect((await muster('exec', ...inventory, 'tail -n 1 /etc/motd')).said).toContain('managed by muster');
    expect(await muster('rollback', ...inventory, '--yes')).toMatchObject({ code: 0 });
    expect(await muster('lab', 'down')).toMatchObject({ code: 0 });
  });

  it('finds the playbook of init good, and leaves no host', async () => {
    const { code, said } = await test('first');
    expect(code, said).toBe(0);
    expect(said.match(/^ok /gm)).toHaveLength(5);
    expect(said).toMatch(/first is good: 5 of 5 stages, on 1 practice host, NetBSD 11\.0\n$/);
    expect(readdirSync(folder).filter((name) => name.startsWith('muster-test-'))).toEqual([]);
  });

  it('finds a new step and a new resource good', { tags: 'long' }, async () => {
    expect(await muster('new', 'step', 'greeting', '--playbook', 'first')).toMatchObject({ code: 0 });
    expect(await muster('new', 'resource', 'says_so', '--playbook', 'first')).toMatchObject({ code: 0 });
    step(
      '02-greeting.sh',
      'state() {\n  says_so /etc/greeting --says hi\n}\nverify() {\n  expect_file /etc/greeting\n}\n',
    );
    expect(await test('first', '--json')).toMatchObject({ code: 0 });
  });

  const step = (name: string, text: string): void => {
    writeFileSync(join(folder, 'playbooks/first/steps', name), text);
  };

  it.each([
    [
      'a change that no rollback knows of',
      'state() {\n  in_plan || echo x >/etc/left\n  :\n}\n',
      /^FAILED {2}rollback leaves[^]*ns1: \+ \/etc\/left /m,
    ],
    [
      'a plan that touches the host',
      'state() {\n  echo x >/etc/left\n}\n',
      /^FAILED {2}plan succeeds[^]*\/etc\/left/m,
    ],
    [
      'a step that is never content',
      'state() {\n  file /etc/clock --content "$(date +%s.%N)$$"\n}\n',
      /^FAILED {2}a second apply[^]*changed again[^]*^ok {6}rollback/m,
    ],
    [
      'an expectation that does not hold',
      'state() {\n  :\n}\nverify() {\n  expect "never" false\n}\n',
      /^FAILED {2}(?:plan|apply)[^]*never/m,
    ],
  ])('finds %s', { tags: 'long' }, async (_, text, report) => {
    step('02-greeting.sh', text);
    const { code, said } = await test('first');
    expect(code, said).toBe(1);
    expect(said).toMatch(report);
  });

  it(
    'finds the playbook sshd-hardening of this repository good, on the oldest release too',
    { tags: 'long' },
    async () => {
      for (const release of ['11.0', '6.99.16']) {
        const { code, said } = await test(hardening, '--release', release);
        expect(code, said).toBe(0);
      }
    },
  );

  it('finds the playbook caged-bind of this repository good', { tags: 'long' }, async () => {
    const { code, said } = await test(join(hardening, '../caged-bind'), '-n', '2');
    expect(code, said).toBe(0);
  });

  it('is a usage error for an unknown release or backend', async () => {
    expect(await muster('test', 'first', '--release', '1.0')).toMatchObject({ code: 2 });
    expect(await muster('test', 'first', '--backend', 'magic')).toMatchObject({ code: 2 });
  });
});
