// Which parts of the runtime an action gets. That they are enough each run in test/sh shows, for it has no others; here stands what
// they name of others, so that a new need of a part is seen.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { partsFor, readRuntime, staysOnHost } from '../../../src/host/index.ts';
import { scanScript } from '../../../src/sh/index.ts';

const runtime = readRuntime();
const actions = ['exec', 'facts', 'plan', 'verify', 'compare', 'apply', 'rollback'] as const;
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replaceAll(/^\s*#.*$/gm, '');
const own = (path: string): boolean => path.endsWith('.sh') && !/^(boot|console-.*|parts)\.sh$/.test(path);

/** Names of the functions that texts have. */
const functionsIn = (files: ReadonlyMap<string, Uint8Array>): ReadonlySet<string> =>
  new Set(
    [...files]
      .filter(([path]) => own(path))
      .flatMap(([, bytes]) => [...textOf(bytes).matchAll(/^(\w+)\(\) /gm)].map(([, name = '']) => name)),
  );
const everywhere = functionsIn(runtime);

/** Functions that the parts of an action name, and do not have. */
function lacking(action: (typeof actions)[number]): readonly string[] {
  const parts = partsFor(action, runtime);
  const there = functionsIn(parts);
  const named = [...parts]
    .filter(([path]) => own(path))
    .flatMap(([, bytes]) => textOf(bytes).match(/\b\w+/g) ?? []);
  return [...new Set(named)].filter((name) => everywhere.has(name) && !there.has(name)).toSorted();
}

describe('the parts of the runtime', () => {
  it('are complete for actions that change a host, except the listed ones', () => {
    const all = [...runtime.keys()].filter((path) => path !== 'boot.sh');
    expect([...partsFor('apply', runtime).keys()].toSorted()).toEqual([...all, 'parts.sh'].toSorted());
  });

  it.each(actions)('are read in a fixed order for %s, each once, and only those that are sent', (action) => {
    const parts = partsFor(action, runtime);
    const read = [...textOf(parts.get('parts.sh')!).matchAll(/^\. "\$m_work\/runtime\/(.*)"$/gm)].map(
      ([, path]) => path!,
    );
    expect(read.filter((path) => !parts.has(path))).toEqual([]);
    expect(new Set(read).size).toBe(read.length);
  });

  it('have whole functions only, which sh reads', () => {
    for (const action of actions) {
      const scripts = [...partsFor(action, runtime)].filter(([path]) => path.endsWith('.sh'));
      const text = scripts.map(([, bytes]) => textOf(bytes)).join('\n');
      expect([action, spawnSync('sh', ['-n'], { input: text, encoding: 'utf8' })]).toMatchObject([
        action,
        { status: 0, stderr: '' },
      ]);
    }
    // What is cut out by its first and last line is what the scanner takes for a function.
    for (const [path, bytes] of runtime) {
      if (!own(path)) continue;
      const text = textOf(bytes);
      const inside = new Set(scanScript(text).functions.map(({ name }) => name));
      const cut = [...functionsIn(new Map([[path, bytes]]))];
      const redefined = [...inside].filter((name) => !cut.includes(name));
      expect([path, redefined]).toEqual([path, path === 'steps.sh' ? ['verify'] : []]);
    }
  });

  it('keep their line numbers, so sh names the same ones', () => {
    for (const action of actions)
      for (const [path, bytes] of partsFor(action, runtime)) {
        const whole = runtime.get(path);
        if (whole === undefined) continue;
        const [lines, before] = [bytes, whole].map((text) => new TextDecoder().decode(text).split('\n'));
        const changed = lines!.filter((line, at) => line !== before![at] && !(line === '' || line === '}'));
        expect([action, path, lines!.length, changed]).toEqual([action, path, before!.length, []]);
      }
  });

  it('lack for an apply only what selects the run to roll back', () => {
    expect(lacking('apply')).toEqual(['m__find_receipt', 'm__preview_rollback', 'm__return_lent']);
  });

  const starting = 'm__close_receipt m__open_receipt m__open_state'.split(' ');
  const changing =
    'm__find_receipt m__give_back_all m__preview_rollback m__prune m__return_lent m__rollback m__take_lock'.split(
      ' ',
    );

  it('lack for a look only the code after m_settled, what begins a change and what rolls it back', () => {
    const behind = 'm__let_wait m__make_waiting m__resume_journal m__take_back m_journal_path'.split(' ');
    for (const action of ['plan', 'verify', 'compare'] as const)
      expect(lacking(action)).toEqual([...starting, ...changing, ...behind].toSorted());
    const directory = textOf(partsFor('plan', runtime).get('resources/directory.sh')!);
    expect(directory).toContain('\n  m_settled && return 0\n\n');
    expect(directory).not.toContain('m_set_access');
  });

  it('lack for a rollback only what begins a run, what is no function there, and what only steps call', () => {
    const words = 'absent command copy directory file group line package restart user'.split(' ');
    // services.sh asks it where a plan has looked.
    expect(lacking('rollback')).toEqual([...starting, ...words, 'in_plan', 'm__run_steps'].toSorted());
    const console = /for m__part in (.*); do/.exec(textOf(runtime.get('driver.sh')!))?.[1]?.split(' ') ?? [];
    const parts = partsFor('rollback', runtime);
    expect(console.filter((name) => !parts.has(`${name}.sh`))).toEqual(['private', 'console-main']);
    const stay = [...runtime.keys()].filter((path) => staysOnHost(path));
    expect(stay.toSorted()).toEqual(['console-head', ...console].map((name) => `${name}.sh`).toSorted());
    const left = [...runtime.keys()].filter((path) => !parts.has(path) && !path.startsWith('resources/'));
    expect(left).toEqual(
      'archives.sh block.awk boot.sh console-head.sh console-main.sh expect.sh journal.sh line.awk make-together.sh meaning.awk place.sh planned.sh private.sh programs.sh rc_conf.awk resource.sh together.sh within.sh'.split(
        ' ',
      ),
    );
  });

  it('lack for facts only what steps and changes need', () => {
    // m__give_back is for what was borrowed; the others are words.
    const all = [...starting, ...changing, 'm__run_steps', 'm__give_back', 'command', 'group'];
    const looking =
      'm__await_others m__gather_facts m__know_self m__meta_of m__tell_newcomers m__tell_others'.split(' ');
    expect(lacking('facts')).toEqual([...all, 'user'].toSorted());
    expect(lacking('exec')).toEqual([...all, ...looking].toSorted());
  });

  it('include for an apply all that the undo at the console calls', () => {
    const parts = partsFor('apply', runtime);
    const console = /for m__part in (.*); do/.exec(textOf(runtime.get('driver.sh')!))?.[1]?.split(' ') ?? [];
    const names = [...console.map((name) => `${name}.sh`), 'console-head.sh'];
    const there = functionsIn(new Map(names.map((name) => [name, parts.get(name)!])));
    const whole = new Map(names.map((name) => [name, runtime.get(name)!]));
    const lost = [...functionsIn(whole)].filter((name) => !there.has(name));
    // Only a rollback that the controller asked for looks for what to undo.
    expect(lost).toEqual(['m__return_lent', 'm__refuse_member']);
  });

  it('make a command cheap to send', () => {
    const bytes = [...partsFor('exec', runtime).values()].reduce((sum, { length }) => sum + length, 0);
    const all = [...runtime.values()].reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(all / 4);
  });
});
