// The history as an operator meets it: what was run is listed, shown again as it was live, and holds no secret.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Controller, controller, type Ended, main } from './controller.ts';

const secret = 'tr0ub4dor-and-three';
const inventory = ['-i', 'inventory.yaml'];
let place: Controller;
let state: string;
let count = 0;

const path = (...names: string[]): string => join(place.folder, ...names);
const directory = (): string => join(state, 'muster/history');

/** A playbook that writes a file below the folder and says its secret in every way that it can. */
beforeAll(async () => {
  place = await controller(3);
  for (const name of ['p/steps', 'out']) mkdirSync(path(name), { recursive: true });
  const files = {
    'p/playbook.yaml': `name: p
vars: { key: { type: string, secret: true } }
steps:
  - { id: one, script: steps/one.sh }
  - { id: two, script: steps/two.sh }
`,
    'p/steps/one.sh': `state() { file "${place.folder}/out/one" --content "word of one"; }\n`,
    'p/steps/two.sh': `state() {
  while [ -e "${place.folder}/wait" ]; do sleep 1; done
  file "${place.folder}/out/two" --content "$key"
}
verify() {
  printf '%s\\n' "$key" >&2
  printf '%s' "$key" | od -An -tx1
  observe said "$key"
  expect_equal "the key" "$key" "another $key" || :
}
`,
    key: `${secret}\n`,
    'inventory.yaml': `${readFileSync(path('inventory.yaml'), 'utf8')}vars: { key: { from_file: key } }\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await place.stop();
});
beforeEach(() => {
  count += 1;
  state = path(`state${String(count)}`);
  vi.stubEnv('XDG_STATE_HOME', state);
});

const muster = async (...words: readonly string[]): Promise<Ended> => await place.muster(words);
const runIds = async (...words: readonly string[]): Promise<readonly string[]> => {
  const { stdout, stderr, code } = await muster('history', '--json', ...words);
  expect(code, stderr).toBe(0);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { runId: string }).runId);
};

describe('muster show', () => {
  it.each([
    ['exec', ['exec', ...inventory, '-l', 'ns[1-2]', 'echo here; echo there >&2; exit 3']],
    ['ping', ['ping', ...inventory]],
    ['facts', ['facts', ...inventory]],
    ['plan', ['plan', 'p', ...inventory]],
    ['verify', ['verify', 'p', ...inventory, '-l', 'ns1']],
    ['compare', ['compare', 'p', ...inventory]],
  ])('prints a run as the live run did, with its exit code: %s', async (verb, words) => {
    const live = await muster(...words);
    const shown = await muster('show');
    expect({ code: shown.code, stdout: shown.stdout }).toEqual({ code: live.code, stdout: live.stdout });
    expect(shown.stderr).toContain(`: muster ${verb} `);
    // And as JSON, which `report` shows again.
    const json = await muster('show', '--json');
    writeFileSync(path('shown.json'), json.stdout);
    expect((await muster('report', 'shown.json')).stdout).toBe(live.stdout);
    expect(JSON.parse(json.stdout)).toMatchObject({
      type: 'result',
      action: verb,
      history: { state: 'ended', origin: { directory: place.folder, selection: {} } },
    });
  });

  it('shows a host, a step of it, and the exact output of the step', async () => {
    await muster('exec', ...inventory, '-l', 'ns1', "printf 'caf\\351\\n'; printf 'no\\n' >&2");
    expect((await muster('show', 'newest', 'ns1')).stdout).toMatch(
      /^ns1 ok\nstdout\n {2}caf\\xe9\nstderr\n {2}no\n/,
    );
    const shell = `'${process.execPath}' '${main}' show --output ns1 2>err | od -An -tx1; cat err`;
    expect(execFileSync('sh', ['-c', shell], { cwd: place.folder, encoding: 'utf8' })).toBe(
      ' 63 61 66 e9 0a\nno\n',
    );
    await muster('plan', 'p', ...inventory, '-l', 'ns1');
    const step = await muster('show', 'newest', 'ns1', 'one');
    expect(step.stdout).toMatch(
      /^ns1 one changed {3}\d+s\nresources\n {2}[~+] one {3}file .*\/out\/one change/,
    );
    expect(step.stdout).toContain('+word of one');
    expect((await muster('show', 'newest', 'ns1')).stdout).toMatch(/\nsteps\n.* one .*\n.* two /);
  });

  it('accepts the beginning or the end of an id if only one run has it', { tags: 'long' }, async () => {
    for (const host of ['ns1', 'ns2']) await muster('exec', ...inventory, '-l', host, `echo ${host}`);
    const [newer = '', older = ''] = await runIds();
    const [, , end = ''] = older.split('-');
    const beginning = older.slice(0, -1);
    for (const word of [older, ...(newer.startsWith(beginning) ? [] : [beginning]), end])
      expect((await muster('show', word)).stdout).toContain('ns1');
    expect((await muster('show')).stdout).toContain('ns2');
    const year = newer.slice(0, 4);
    const ambiguous = await muster('show', year);
    expect({ code: ambiguous.code, stderr: ambiguous.stderr }).toEqual({
      code: 2,
      stderr: `muster: ${year} may be 2 runs\n    hint: ${newer}, ${older}\n`,
    });
  });

  it.each([
    [['nonsense'], 'begins with nonsense'],
    [['newest', 'ns9'], 'had no host ns9'],
    [['newest', 'ns1', 'three'], 'had no step three'],
    [['newest', '--output', 'ns1:three'], 'had no step three'],
  ])('reports what does not exist: %j', async (words, message) => {
    await muster('ping', ...inventory, '-l', 'ns1');
    const { code, stderr } = await muster('show', ...words);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) as string });
  });

  it('says that there is no run', async () => {
    expect(await muster('show')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no run in') as string,
    });
    expect(await muster('history')).toEqual({ code: 0, stdout: '0 runs\n', stderr: '' });
    expect(existsSync(state)).toBe(false);
  });
});

describe('muster history', () => {
  it('lists runs by host, playbook, verb, age and end', { tags: 'long' }, async () => {
    for (const [code, ...words] of [
      [0, 'exec', ...inventory, '-l', 'ns[1-2]', 'true'],
      [0, 'plan', 'p', ...inventory],
      [1, 'exec', ...inventory, '-l', 'ns3', 'exit 5'],
    ] as const) {
      const ended = await muster(...words);
      expect(ended.code, ended.stdout + ended.stderr).toBe(code);
    }
    const [failed, planned, good] = await runIds();
    expect(await runIds('--host', 'ns[1-2]')).toEqual([planned, good]);
    expect(await runIds('--host', 'ns*!ns1')).toEqual([failed, planned, good]);
    expect(await runIds('--host', 'ns3', '--verb', 'exec')).toEqual([failed]);
    expect(await runIds('--playbook', 'p')).toEqual([planned]);
    expect(await runIds('--failed')).toEqual([failed]);
    expect(await runIds('-n', '1')).toEqual([failed]);
    expect(await runIds('--since', '1h')).toHaveLength(3);
    expect(await runIds('--since', '2999-01-01')).toEqual([]);
    const { stdout } = await muster('history');
    expect(stdout).toMatch(
      /^\S 20\d{6}-\d{6}-[0-9a-f]+ {2,}\d\w* {2}exec exit 5 {2,}1 host: 1 failed \(ns3\) {2,}\S+@\S+\n\S \S+ +\S+ +plan p +3 hosts: 3 changed .*\n.* exec .*true .*\n3 runs\n$/,
    );
    // However long each took, the columns stand below each other.
    const verbsAt = stdout.split('\n', 3).map((line) => line.search(/ (exec|plan) /));
    expect(new Set(verbsAt).size, stdout).toBe(1);
    expect((await muster('history', '--since', 'once')).stderr).toContain('once is no time');
    expect((await muster('history', '--host', 'ns9')).stderr).toContain('has no host ns9');
  });

  it('prunes by the policy of the configuration', { tags: 'long' }, async () => {
    for (const word of ['a', 'b', 'c'])
      await muster('exec', ...inventory, '-l', 'ns1', `echo ${word}; exit 1`);
    writeFileSync(path('two.yaml'), 'history_keep_runs: 2\n');
    const oldest = (await runIds()).at(-1) ?? '';
    const config = ['--config', 'two.yaml'];
    expect((await muster('history', 'prune', '--show', ...config)).stdout).toContain(
      `${oldest}\n1 run would go`,
    );
    expect((await muster('history', 'prune', ...config)).stdout).toContain('1 run removed');
    expect(await runIds()).toHaveLength(2);
    expect((await muster('show', oldest)).code).toBe(2);
  });
});

describe('what is recorded', () => {
  it('contains no secret, in no encoding', async () => {
    await muster('plan', 'p', ...inventory);
    await muster('verify', 'p', ...inventory);
    await muster('exec', ...inventory, '-l', 'ns1', 'true', '--password', 'hunter2-of-mine');
    await muster('exec', ...inventory, '-l', 'ns1', ': mysql://me:hunter2-of-mine@db/ TOKEN=hunter2-of-mine');
    await muster('history');
    const files = readdirSync(directory());
    expect(files).toHaveLength(9);
    const forms = (word: string): string[] => [
      word,
      Buffer.from(word).toString('hex'),
      Buffer.from(word).toString('base64').slice(0, -4),
    ];
    const hexadecimal = Buffer.from(secret)
      .toString('hex')
      .replace(/(..)(?!$)/g, '$1 ');
    for (const file of files) {
      const bytes = readFileSync(join(directory(), file));
      const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
      for (const form of [...forms(secret), ...forms('hunter2-of-mine'), hexadecimal])
        expect(text.includes(form), `${form} in ${file}`).toBe(false);
    }
    expect((await muster('history', '--json')).stdout).toContain('[secret]');
  });

  it('names the commit of the playbook, and whether the files differ from it', { tags: 'long' }, async () => {
    const git = (...words: string[]): string =>
      execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...words], {
        cwd: path('p'),
        encoding: 'utf8',
      });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'one');
    const commit = git('rev-parse', 'HEAD').trim();
    const origin = async (): Promise<unknown> => {
      await muster('plan', 'p', ...inventory, '-l', 'ns1');
      const { history } = JSON.parse((await muster('show', '--json')).stdout) as {
        history: { origin: { playbook: unknown } };
      };
      return history.origin.playbook;
    };
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    expect(await origin()).toEqual({ file: path('p'), digest, commit, dirty: false });
    writeFileSync(path('p/notes.txt'), 'new\n');
    expect(await origin()).toEqual({ file: path('p'), digest, commit, dirty: true });
  });

  it('is nothing with --no-history or history: false, and goes to the configured directory', async () => {
    await muster('ping', ...inventory, '-l', 'ns1', '--no-history');
    writeFileSync(path('off.yaml'), 'history: false\n');
    await muster('ping', ...inventory, '-l', 'ns1', '--config', 'off.yaml');
    expect(existsSync(state)).toBe(false);
    expect((await muster('history', '--config', 'off.yaml')).code).toBe(2);
    mkdirSync(path('conf'), { recursive: true });
    writeFileSync(path('conf/own.yaml'), 'history: runs\n');
    await muster('ping', ...inventory, '-l', 'ns1', '--config', 'conf/own.yaml');
    expect(existsSync(state)).toBe(false);
    expect(readdirSync(path('conf/runs'))).toHaveLength(2);
    // A file that nobody named has no say in it.
    writeFileSync(path('muster.config.yaml'), 'history: runs\nhistory_keep_runs: 1\n');
    const { stderr } = await muster('ping', ...inventory, '-l', 'ns1');
    expect(stderr).toContain('history: of muster.config.yaml is not used');
    expect(readdirSync(directory())).toHaveLength(2);
    rmSync(path('muster.config.yaml'));
    writeFileSync(path('team.yaml'), 'history: postgres://db/muster\n');
    expect((await muster('history', '--config', 'team.yaml')).stderr).toContain('a directory');
  });

  it('is missing if it cannot be written; that is reported once, and the run continues', async () => {
    mkdirSync(directory(), { recursive: true });
    chmodSync(directory(), 0o777);
    const { code, stdout, stderr } = await muster('ping', ...inventory, '-l', 'ns1');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('1 host: 1 ') as string });
    expect(stderr.match(/this run is not recorded/g)).toHaveLength(1);
  });
});

describe('a controller that is killed', () => {
  it('leaves what was known about each host, and the next apply reports that the run never ended', async () => {
    writeFileSync(path('wait'), '');
    const child = spawn(process.execPath, [main, 'apply', 'p', ...inventory, '-l', 'ns1', '--yes', '-v'], {
      cwd: place.folder,
    });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    await expect.poll(() => said).toContain('one: changed');
    const [runId = ''] = await runIds();
    expect((await muster('history')).stdout).toContain('1 host, at work');
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGKILL');
    await ended;
    const shown = await muster('show');
    expect(shown).toMatchObject({ code: 4, stdout: expect.stringMatching(/ns1 +.*ends before/) as string });
    expect(shown.stderr).toContain('it never ended');
    expect((await muster('show', runId, 'ns1')).stdout).toMatch(/one {3}/);
    // The host's own part of the run ends.
    rmSync(path('wait'));
    const plan = await muster('plan', 'p', ...inventory, '-l', 'ns2');
    expect(plan.stderr).not.toContain('never ended');
    const words = `run ${runId} (apply of p by `;
    expect(
      (await muster('apply', 'p', '-i', 'inventory.yaml', '-l', 'ns3', '--yes', '--tags', 'none')).stderr,
    ).toContain(words);
    const again = await muster('apply', 'p', ...inventory, '-l', 'ns3', '--yes', '--tags', 'none');
    expect(again.stderr).not.toContain(words);
  });
});
