// Which parts of the runtime an action gets. That they are enough each run in test/sh shows, for it has no others; here stands what
// they name of others, so that a new need of a part is seen.
import { describe, expect, it } from 'vitest';
import { partsFor, readRuntime } from '../../../src/host/index.ts';

const runtime = readRuntime();
const actions = ['exec', 'facts', 'plan', 'verify', 'compare', 'apply', 'rollback'] as const;
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replaceAll(/^\s*#.*$/gm, '');
const own = (path: string): boolean => path.endsWith('.sh') && !/^(boot|console-.*|parts)\.sh$/.test(path);

/** Function to the part that has it. */
const partOf = new Map(
  [...runtime]
    .filter(([path]) => own(path))
    .flatMap(([path, bytes]) =>
      [...textOf(bytes).matchAll(/^(m_\w+)\(\) \{/gm)].map(([, name = '']) => [name, path]),
    ),
);

/** Functions that the parts of an action name, and do not have. */
function lacking(action: (typeof actions)[number]): readonly string[] {
  const parts = partsFor(action, runtime);
  const named = [...parts]
    .filter(([path]) => own(path))
    .flatMap(([, bytes]) => textOf(bytes).match(/\bm_\w+/g) ?? []);
  return [...new Set(named)]
    .filter((name) => partOf.has(name) && !parts.has(partOf.get(name) ?? ''))
    .toSorted();
}

describe('the parts of the runtime', () => {
  it('are all there for what changes a host, but for what is said before them', () => {
    const all = [...runtime.keys()].filter((path) => path !== 'boot.sh');
    expect([...partsFor('apply', runtime).keys()].toSorted()).toEqual([...all, 'parts.sh'].toSorted());
  });

  it.each(actions)(
    'are read in an order of their own for %s, each once, with nothing that is not sent',
    (action) => {
      const parts = partsFor(action, runtime);
      const read = [...textOf(parts.get('parts.sh')!).matchAll(/^\. "\$m_work\/runtime\/(.*)"$/gm)].map(
        ([, path]) => path!,
      );
      expect(read.filter((path) => !parts.has(path))).toEqual([]);
      expect(new Set(read).size).toBe(read.length);
    },
  );

  it('lack for a look only what takes back, at the console and after a step that failed', () => {
    const undoing =
      `m__find_kept m__is_ours m__is_undone m__keep_copy m__keep_required_by m__load m__newer m__package_times m__prune
      m__register_packages m__result m__rollback m__sort_journals m__sweep_packages m__undo_start m__what_differs`.split(
        /\s+/,
      );
    for (const action of ['plan', 'verify', 'compare'] as const) expect(lacking(action)).toEqual(undoing);
  });

  it('lack for a rollback only what steps declare and expect, which the undo at the console lacks as well', () => {
    // What is noted of a change.
    const noted = 'm__keep_time m__note m__record m__record_hook m__resume_journal'.split(' ');
    expect(lacking('rollback')).toEqual(noted);
    const console = /for m__part in (.*); do/.exec(textOf(runtime.get('driver.sh')!))?.[1]?.split(' ') ?? [];
    const parts = partsFor('rollback', runtime);
    expect(console.filter((name) => !parts.has(`${name}.sh`))).toEqual([]);
    const left = [...runtime.keys()].filter((path) => !parts.has(path) && !path.startsWith('resources/'));
    expect(left).toEqual(
      'archives.sh block.awk boot.sh expect.sh journal.sh line.awk meaning.awk place.sh planned.sh programs.sh rc_conf.awk resource.sh'.split(
        ' ',
      ),
    );
  });

  it('lack for a question only what steps and changes do', () => {
    const changing =
      `m__begin_state m__drop_looks m__end_state m__give_back m__give_back_all m__give_back_of_dead m__load m__look_around
      m__must_look_again m__prime_looks m__prune m__recall m__recall_digest m__resume_journal m__return_lent
      m__rollback m__sort_journals m_hold m_let_go m_readable`.split(/\s+/);
    const looking =
      `m__await_others m__find_unit m__gather_facts m__in_order m__know_self m__meta_of m__refuse_member m__status_of m__take_number
      m__tell_newcomers m__tell_others`.split(/\s+/);
    // units.sh has a variable of this name.
    expect(lacking('facts')).toEqual([...changing, 'm__newer'].toSorted());
    expect(lacking('exec')).toEqual([...changing, ...looking].toSorted());
  });

  it('make a command cheap to send', () => {
    const bytes = [...partsFor('exec', runtime).values()].reduce((sum, { length }) => sum + length, 0);
    const all = [...runtime.values()].reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(all / 4);
  });
});
