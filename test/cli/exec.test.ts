// `muster exec` as an operator types it: what is muster's, and what is the command's.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultIn } from '../support/json-record.ts';
import type { Controller } from './controller.ts';
import { controller } from './controller.ts';

let hosts: Controller;
let file: string;

beforeAll(async () => {
  hosts = await controller(2);
  file = join(hosts.folder, 'group');
  writeFileSync(file, 'root:0\nstaff:20\nnamed:14\n');
});

afterAll(async () => {
  await hosts.stop();
});

/** What the command printed on ns1, with its status. */
async function exec(
  ...words: readonly string[]
): Promise<{ status: unknown; stdout: unknown; stderr: unknown }> {
  const { stdout, stderr } = await hosts.muster([
    'exec',
    '-i',
    'inventory.yaml',
    '-l',
    'ns1',
    '--json',
    ...words,
  ]);
  const result = resultIn(stdout) as unknown as {
    action: string;
    hosts: { host: string; command: Record<string, unknown> }[];
  };
  expect(result, stderr).toMatchObject({ action: 'exec', hosts: [{ host: 'ns1' }] });
  const { status, stdout: out, stderr: err } = result.hosts[0]?.command ?? {};
  return { status, stdout: out, stderr: err };
}

describe('the words after the first one', () => {
  it.each([
    ['an option that muster has too', ['grep', '-v', 'root', 'FILE'], 'staff:20\nnamed:14\n'],
    ['one with a value', ['grep', '-i', 'NAMED', 'FILE'], 'named:14\n'],
    ['one that muster has not', ['cut', '-d:', '-f1', 'FILE'], 'root\nstaff\nnamed\n'],
    ['options of the program itself', ['echo', '--version', '--help', '--debug', '--config', 'x'], undefined],
    ['a bundle of letters', ['echo', '-ilc5'], '-ilc5\n'],
    ['a pair of dashes', ['grep', '-c', '--', '-l', 'FILE'], '0\n'],
    ['the name of a command', ['echo', 'exec', '--json', 'ping'], 'exec --json ping\n'],
    ['pipes and quotes of the host’s sh', ['cat', 'FILE', '|', 'tail', '-n', '1'], 'named:14\n'],
  ])('belong to the command: %s', async (_, words, expected) => {
    const typed = words.map((word) => word.replace('FILE', file));
    const said = await exec(...typed);
    expect(said.stdout).toBe(expected ?? `${typed.slice(1).join(' ')}\n`);
    // As one word, and behind a pair of dashes, it is the same command.
    expect(await exec(typed.join(' '))).toEqual(said);
    expect(await exec('--', ...typed)).toEqual(said);
  });

  it('are joined with one blank for the host’s sh, so quotes are written twice', async () => {
    expect((await exec('echo', 'a  b')).stdout).toBe('a b\n');
    expect((await exec('echo', '"a  b"')).stdout).toBe('a  b\n');
  });
});

describe('the words before it', () => {
  it('are muster’s: an unknown one is an error, and no host is contacted', async () => {
    const { code, stdout, stderr } = await hosts.muster([
      'exec',
      '-i',
      'inventory.yaml',
      '--nonsense',
      'true',
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("unknown option '--nonsense'");
  });

  it('may be global options, before or after the name of the command', async () => {
    for (const args of [
      ['--config', 'none.yaml', 'exec', 'true'],
      ['exec', '--config', 'none.yaml', 'true'],
      ['ping', '--config', 'none.yaml'],
      ['lint', '--config=none.yaml'],
    ]) {
      const { code, stderr } = await hosts.muster(args);
      expect(stderr).toContain('none.yaml');
      expect(code).toBe(2);
    }
  });
});

describe('equal answers', () => {
  it('are one block, also of what the host’s sh says', async () => {
    const { code, stdout } = await hosts.muster(['exec', '-i', 'inventory.yaml', 'no-such-command']);
    expect(code).toBe(1);
    const [head, said, total] = stdout.split('\n');
    expect(head).toBe('ns[1-2] (2 hosts) exit 127');
    expect(said).toMatch(/^ {2}! sh: .*no-such-command: .*not found$/);
    expect(total).toMatch(/^2 hosts: 2 failed /);
  });
});
