// New parts of an as_one are recorded and made together: what is there afterwards, what it costs, and what an undo makes of any cut.
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { swapAll } from '../support/swapped.ts';
import { allShells, bareRuntime } from './bare-runtime.ts';
import { deathBeforeTool } from './crash.ts';
import { fingerprint } from './fingerprint.ts';
import { complaintsOf, scratchHost } from './scratch.ts';
import type { ScratchHost } from './scratch.ts';

const isRoot = process.getuid?.() === 0;

/** Directories, some of which another account is to have, and files in all of them; `old` is there, and changes. */
const tree = `as_one tree "$root/cage" --together
  directory "$root/cage" --mode 0755 --kept '*.jnl'
  directory "$root/cage/own" --owner 5 --group 6 --mode 0775 --kept '*'
  directory "$root/cage/own/in" --owner 5 --group 6 --mode 0700
  for name in one two 'with blank'; do
    copy "$root/cage/$name" --from "$root/from/$name" --owner 0 --group 0 --mode 0644
    copy "$root/cage/own/in/$name" --from "$root/from/$name" --once --owner 5 --group 6
  done
  copy "$root/cage/closed" --from "$root/from/one" --owner 0 --group 6 --mode 0640
  copy "$root/old" --from "$root/from/two" --owner 0 --group 0 --mode 0600
  file "$root/cage/text" --content words
  symlink "$root/cage/link" --to text
  mode_owner "$root/cage/text" --mode 0600
  directory "$root/cage"
as_one_end
`;
const steps = { one: `state() {\n${tree}}\n` };

const made = [
  '. 0755 0 0',
  './closed 0640 0 6',
  './link link text',
  './one 0644 0 0',
  './own 0775 5 6',
  './own/in 0700 5 6',
  './own/in/one 0644 5 6',
  './own/in/two 0644 5 6',
  './own/in/with blank 0644 5 6',
  './text 0600 0 0',
  './two 0644 0 0',
  './with blank 0644 0 0',
];

function furnished(): { host: ScratchHost; before: readonly string[] } {
  const host = scratchHost();
  for (const name of ['one', 'two', 'with blank']) host.write(`from/${name}`, `${name}\n`);
  host.write('old', 'old\n', 0o640);
  return { host, before: fingerprint(host.root, 'second') };
}

const listing = `(cd "$root/cage" && find . -print | sort) | while IFS= read -r name; do
  m_look "$root/cage/\${name#./}"
  [ "$m_type" != link ] || { m_link_target "$root/cage/\${name#./}"; echo "$name link $m_target"; continue; }
  echo "$name $m_mode $m_uid $m_gid"
done
`;

describe.skipIf(!isRoot)('new parts of an as_one', () => {
  it.each(allShells.filter((shell) => existsSync(shell.split(' ')[0] ?? '')))(
    'are made as declared by %s',
    (shell) => {
      const { host } = furnished();
      const runtime = bareRuntime('apply');
      const said = runtime.run(
        `m__receipt=$m_work/receipt m__durable=no root=${host.root}
mkdir -p "$m__receipt/saved"; : >"$m__receipt/journal"
${tree}${swapAll(listing, 'm_look "', 'm__looked=0; m_look "')}`,
        { shell },
      );
      expect(said.trimEnd().split('\n')).toEqual(made);
      expect(host.read('cage/with blank')).toBe('with blank\n');
      expect(host.read('cage/own/in/two')).toBe('two\n');
      expect(host.read('old')).toBe('two\n');
    },
  );

  it('are one line in the report, are as declared for the next run, and can be rolled back', async () => {
    const { host, before } = furnished();
    const { result } = await host.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(result.resources.map(({ target, reason }) => `${target}: ${reason}`)).toEqual([
      `${host.path('cage')}: 14 of 15 parts`,
    ]);
    expect((await host.run('apply', { steps })).result.outcome).toBe('ok');
    const back = await host.run('rollback');
    expect(back.result.outcome, complaintsOf(back.result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
  });

  it('are rolled back if the run dies before any of its tools', { tags: 'long' }, async () => {
    let cuts = 0;
    for (let call = 1; ; call += 1) {
      const { host, before } = furnished();
      const { result } = await host.run('apply', {
        steps,
        runtime: deathBeforeTool(call, `${host.root}.calls`, '[ -n "$m__group" ]'),
      });
      if (result.outcome === 'changed') break;
      cuts += 1;
      const back = await host.run('rollback');
      expect(['rolled-back', 'ok'], `cut ${call}: ${complaintsOf(back.result)}`).toContain(
        back.result.outcome,
      );
      expect(fingerprint(host.root, 'second'), `cut before tool ${call}`).toEqual(before);
    }
    expect(cuts).toBeGreaterThan(20);
  });

  const odd = ['ends in a blank ', '.hidden', 'b\u00fccher', 'a|b', 'a\\\\b', "a'b", '-x', '*'];
  const kinds = {
    directory: (path: string) => `directory ${path} --owner 5 --group 6`,
    'directory in directory': (path: string) => `directory ${path}/in --owner 5 --group 6`,
    copy: (path: string) => `copy ${path} --from "$root/from/one" --owner 0 --group 0 --mode 0644`,
    file: (path: string) => `file ${path} --content words`,
    symlink: (path: string) => `symlink ${path} --to text`,
  };
  const rows = Object.entries(kinds).flatMap(([title, kind]) =>
    ['--mode 0755', '--owner 5 --group 6 --mode 0775'].map((access) => [title, access, kind] as const),
  );
  it.each(rows)(
    'with a name that cannot wait are made after the waiting ones: %s in one with %s',
    async (_, access, kind) => {
      const { host, before } = furnished();
      const parts = odd.map((name) => kind(`"$root/cage/in/${name}"`)).join('\n');
      const state = `state() {
as_one tree "$root/cage"
directory "$root/cage" --mode 0755
directory "$root/cage/in" ${access}
${parts}
as_one_end
}`;
      const { result } = await host.run('apply', { steps: { one: state } });
      expect(result.outcome, complaintsOf(result)).toBe('changed');
      expect(readdirSync(host.path('cage/in'))).toHaveLength(odd.length);
      expect((await host.run('apply', { steps: { one: state } })).result.outcome).toBe('ok');
      const back = await host.run('rollback');
      expect(back.result.outcome, complaintsOf(back.result)).toBe('rolled-back');
      expect(fingerprint(host.root, 'second')).toEqual(before);
    },
  );

  it('are made one by one, each under a hold, in a directory of another account', async () => {
    const { host } = furnished();
    mkdirSync(host.path('cage'));
    chownSync(host.path('cage'), 5, 5);
    const { result } = await host.run('apply', {
      steps: {
        one: `state() {
  as_one tree "$root/cage" --together
  copy "$root/cage/one" --from "$root/from/one" --owner 0 --group 0 --mode 0644
  [ -f "$root/cage/one" ] || fail 'it waits'
  as_one_end
}`,
      },
    });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
  });

  it.each([
    ['a raw command, without --together', '', 'touch "$root/cage/raw"'],
    [
      'a command',
      '--together',
      `command c --run 'touch "'"$root"'/cage/one"' --unless 'test -f "'"$root"'/cage/one"' --undo :`,
    ],
    ['a link to what waits', '--together', 'symlink "$root/cage/link" --to one'],
    ['a copy of what waits', '--together', 'copy "$root/cage/two" --from "$root/cage/one"'],
    ['a change of it', '--together', 'line "$root/cage/one" --line more'],
    ['a removal', '--together', 'absent "$root/cage" --recursive; [ ! -d "$root/cage" ]'],
    [
      'a validation',
      '--together',
      'file "$root/cage/v" --content v --validate "cmp $root/cage/one $root/from/one"',
    ],
    ['an account', '--together', 'm_begin user nobody; [ -f "$root/cage/one" ]'],
  ])('exist for %s', async (_what, option, line) => {
    const { host, before } = furnished();
    const { result } = await host.run('apply', {
      steps: {
        one: `state() {
  as_one tree "$root/cage" ${option}
  directory "$root/cage"
  copy "$root/cage/one" --from "$root/from/one" --owner 0 --group 0 --mode 0644
  ${line}
  as_one_end
}
undo() { rm -f "$root/cage/raw" "$root/cage/one"; }
`,
      },
    });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    const back = await host.run('rollback');
    if (line.startsWith('touch')) return;
    expect(back.result.outcome, complaintsOf(back.result)).toBe('rolled-back');
    expect(fingerprint(host.root, 'second')).toEqual(before);
  });

  it('are made at the end of the step, if nobody ended the group', async () => {
    const { host } = furnished();
    await host.run('apply', {
      steps: { one: 'state() { as_one tree "$root/cage" --together; directory "$root/cage"; }' },
    });
    expect(existsSync(host.path('cage'))).toBe(true);
  });

  it('are refused if a raw command gave a directory above them to another account', () => {
    const { host } = furnished();
    mkdirSync(host.path('a/b'), { recursive: true });
    const said = bareRuntime('apply').run(
      `m__receipt=$m_work/receipt m__durable=no root=${host.root}
mkdir -p "$m__receipt/saved"; : >"$m__receipt/journal"
as_one tree "$root/a" --together
directory "$root/a/b/c"
chown 5 "$root/a"
(as_one_end)
cat "$m_work/fail.reason"
`,
    );
    expect(said).toContain('somebody changed its directory while the run looked');
    expect(existsSync(host.path('a/b/c'))).toBe(false);
  });

  it('are refused if something else has their place meanwhile', async () => {
    const { host } = furnished();
    const { result } = await host.run('apply', {
      steps: {
        one: `state() {
  as_one tree "$root/cage" --together
  directory "$root/cage"
  mkdir "$root/cage"
  as_one_end
}`,
      },
    });
    expect(result.outcome).toBe('failed');
    expect(complaintsOf(result)).toContain('somebody put it there while the run looked');
  });

  it('have an entry each in the journal before the first of them is made, and one sync', async () => {
    const { host } = furnished();
    const log = `${host.root}.log`;
    await host.run('apply', {
      steps: {
        one: `state() {
  as_one tree "$root/cage" --together
  for name in cage cage/a cage/b; do directory "$root/$name"; done
  copy "$root/cage/a/one" --from "$root/from/one" --owner 0 --group 0 --mode 0644
  as_one_end
}`,
      },
      settings: { durable: true },
      runtime: (path, text) =>
        path === 'codec.sh'
          ? `${text}\nfor tool in mkdir mv; do eval "$tool() { [ -z \\"\\$m__group\\" ] || grep -c '|path|' \\"\\$m__receipt/journal\\" >>${log}; env $tool \\"\\$@\\"; }"; done
sync() { echo sync >>${log}; }\n`
          : text,
    });
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    expect(lines.filter((line) => line === 'sync')).toHaveLength(1);
    expect(lines.slice(lines.indexOf('sync') + 1)).toEqual(['4', '4', '4']);
  });

  it('cost no further process for a further file of the same kind', () => {
    if (!existsSync('/proc/sys/kernel/ns_last_pid')) return;
    const costOf = (files: number): number => {
      const host = scratchHost();
      for (let at = 0; at < files; at += 1) writeFileSync(host.write(`from/${at}`, ''), String(at));
      chmodSync(host.root, 0o755);
      const said = bareRuntime('apply').run(
        `m__receipt=$m_work/receipt m__durable=no root=${host.root}
mkdir -p "$m__receipt/saved"; : >"$m__receipt/journal"
was=$(cat /proc/sys/kernel/ns_last_pid)
as_one tree "$root/cage" --together
directory "$root/cage"
i=0; while [ $i -lt ${files} ]; do copy "$root/cage/$i" --from "$root/from/$i" --owner 0 --group 0 --mode 0644; i=$((i + 1)); done
as_one_end
echo "cost $(($(cat /proc/sys/kernel/ns_last_pid) - was))"
`,
        { around: ['unshare', '-pf', '--mount-proc'] },
      );
      return Number(/^cost (\d+)$/m.exec(said)?.[1] ?? `0 ${said}`);
    };
    const few = costOf(3);
    expect(few).toBeGreaterThan(5);
    expect(costOf(30)).toBe(few);
  });
});
