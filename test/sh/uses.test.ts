// Two playbooks with one library: its functions are there in every use of a state, before the playbook's own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parsePlaybook } from '../../src/playbook/index.ts';
import { readPlaybookTree } from '../../src/sources/index.ts';
import { changesOf, complaintsOf, scratchHost } from './scratch.ts';

const books = mkdtempSync(join(tmpdir(), 'muster-books-'));
afterAll(() => {
  rmSync(books, { recursive: true, force: true });
});

const files = {
  'lib/notes/notes.sh': '# note NAME TEXT\nnote() { file "$root/$1" --content "$(dress "$2")"; }\n',
  'lib/notes/says.sh': 'note_says() { [ "$(cat "$root/$1")" = "$(dress "$2")" ]; }\n',
  'lib/dress/dress.sh': 'dress() { printf "<%s>" "$1"; }\n',
  // Never used, and would end every step.
  'lib/trap/trap.sh': 'exit 9\n',
  'one/playbook.yaml': 'name: one\nuses: [notes, dress]\nsteps: [{ id: one, script: steps/one.sh }]\n',
  'one/lib/own.sh': 'greet() { note greeting "hello $1"; }\n',
  'one/steps/one.sh':
    "state() { greet world; }\nverify() { expect 'it is said' note_says greeting 'hello world'; observe dressed \"$(dress x)\"; }\n",
  'two/playbook.yaml': 'name: two\nuses: [dress, notes]\nsteps: [{ id: one, script: steps/one.sh }]\n',
  'two/steps/one.sh':
    'applies() { [ "$(dress no)" = "<no>" ]; }\nstate() { note other two; }\nverify() { expect said note_says other two; }\n',
};
for (const [name, text] of Object.entries(files)) {
  mkdirSync(dirname(join(books, name)), { recursive: true });
  writeFileSync(join(books, name), text);
}

/** A playbook's files and its one step, as they go to a host. */
async function load(
  name: string,
): Promise<{ files: Record<string, Uint8Array>; steps: Record<string, string> }> {
  const playbook = parsePlaybook(await readPlaybookTree(join(books, name)));
  const all = [...playbook.files].map(([path, { bytes }]) => [path, bytes] as const);
  const script = playbook.files.get('steps/one.sh')?.bytes ?? new Uint8Array();
  return { files: Object.fromEntries(all), steps: { one: new TextDecoder().decode(script) } };
}

describe('the functions of a library', () => {
  it.each([
    ['one', 'greeting', '<hello world>\n'],
    ['two', 'other', '<two>\n'],
  ])('are there in plan, apply, verify and rollback of playbook %s', async (name, path, text) => {
    const host = scratchHost();
    const book = await load(name);
    const plan = await host.run('plan', book);
    expect(changesOf(plan.result), complaintsOf(plan.result)).toEqual([`one file ${host.path(path)}`]);
    const apply = await host.run('apply', book);
    expect(apply.result.outcome, complaintsOf(apply.result)).toBe('changed');
    expect(host.read(path)).toBe(text);
    const verify = await host.run('verify', book);
    expect(verify.result.outcome, complaintsOf(verify.result)).toBe('ok');
    expect(verify.result.checks).toMatchObject([{ holds: true }]);
    const preview = await host.run('rollback', { settings: { preview: true } });
    expect(changesOf(preview.result)).toEqual([expect.stringContaining(host.path(path))]);
    expect((await host.run('rollback')).result.outcome).toBe('rolled-back');
  });

  it('are not there for a playbook that does not use it', async () => {
    const host = scratchHost();
    const { files: all, steps } = await load('two');
    const own = Object.fromEntries(Object.entries(all).filter(([path]) => !path.startsWith('uses/')));
    const { result } = await host.run('plan', { files: own, steps });
    expect(result.steps).toMatchObject([{ outcome: 'skipped' }]);
  });
});
