// Whatever is declared on whatever is there: a plan changes nothing, an apply is done after one time, a rollback puts
// everything back.
// @module-tag long
import { chownSync, mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote } from '../../src/sh/index.ts';
import { fingerprint } from './fingerprint.ts';
import type { ScratchHost } from './scratch.ts';
import { changesOf, complaintsOf, scratchHost } from './scratch.ts';

/** What is at a path before, and what is declared of it. */
interface Place {
  readonly before: 'absent' | 'file' | 'link' | 'dir';
  readonly content: string;
  readonly mode: number;
  readonly uid: number;
  readonly kind: string;
  readonly text: string;
  readonly wantMode: string;
}

const text = fc.string({ unit: 'grapheme', maxLength: 24 }).filter((value) => !value.includes('\0'));
const oneLine = text.map((value) => value.replaceAll(/[\r\n]/g, '~'));
const trickyLine = fc.oneof(
  oneLine,
  fc.string({
    unit: fc.constantFrom('\\', '|', "'", '"', '$', '`', '*', '?', '[', ' ', '\t', '-', '.', 'n', '0'),
    maxLength: 8,
  }),
);
const mode = fc.constantFrom(0o600, 0o644, 0o755, 0o1777, 0o4711, 0o2755, 0o000);

const kindsFor: Readonly<Record<Place['before'], readonly string[]>> = {
  absent: ['file', 'symlink', 'line', 'block', 'rc_conf', 'copy', 'directory', 'absent', 'command'],
  file: ['file', 'line', 'block', 'rc_conf', 'copy', 'mode_owner', 'absent'],
  link: ['symlink', 'absent'],
  dir: ['directory', 'mode_owner', 'absent'],
};

const place: fc.Arbitrary<Place> = fc
  .constantFrom<Place['before']>('absent', 'absent', 'file', 'file', 'link', 'dir')
  .chain((before) =>
    fc.record({
      before: fc.constant(before),
      content: fc.oneof(text, fc.constant('a=1\nb=2'), fc.constant('# x\r\n\r\nend\n')),
      mode,
      uid: fc.constantFrom(0, 1, 7),
      kind: fc.constantFrom(...kindsFor[before]),
      text: trickyLine,
      wantMode: fc.constantFrom('', '0600', '755', '2750', '4711'),
    }),
  );

const names = ['a', 'b c', "d'", '$e', 'f|g', 'é*'];

function furnish(host: ScratchHost, path: string, before: Place): void {
  const full = host.path(path);
  if (before.before === 'file') host.write(path, before.content, before.mode);
  if (before.before === 'link') symlinkSync(before.text || 'x', full);
  if (before.before === 'dir') mkdirSync(full, { mode: before.mode });
  if (before.before === 'file' || before.before === 'dir') {
    chownSync(full, before.uid, before.uid);
    utimesSync(full, 1_000_000_000.5, 1_000_000_000.5);
  }
}

function declare(path: string, index: number, { kind, text: value, wantMode }: Place): string {
  const target = `"$root"/${quote(path)}`;
  const access = wantMode === '' ? '' : ` --mode ${wantMode} --owner 3`;
  switch (kind) {
    case 'file':
      return `file ${target} --content ${quote(value)}${access}`;
    case 'symlink':
      return `symlink ${target} --to ${quote(value || '-')}`;
    case 'line':
      return `line ${target} --line ${quote(value)}${access}\nline ${target} --line second`;
    case 'block':
      return `block ${target} --id x --content ${quote(value)}${access}`;
    case 'rc_conf':
      return `rc_conf b ${quote(value)} --literal --path ${target}\nrc_conf c '$b/x y' --path ${target} --after b`;
    case 'copy':
      return `copy ${target} --from "$root"/seed${access}`;
    case 'directory':
      return `directory ${target}/${quote(path)}\ndirectory ${target}${access}\nfile ${target}/in --content ${quote(value)}`;
    case 'mode_owner':
      return `mode_owner ${target} --mode ${wantMode || '0644'}`;
    case 'command':
      return `command ${quote(value)} --run ": >'$root.made${index}'" --unless "test -f '$root.made${index}'" --undo "rm -f '$root.made${index}'"`;
    default:
      return `absent ${target}`;
  }
}

describe('any declarations', () => {
  it('plan without a change, settle in one apply, and can be rolled back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(place, { minLength: 1, maxLength: names.length }),
        fc.nat(),
        async (places, turn) => {
          const host = scratchHost();
          host.write('seed', 'seed of copies', 0o751);
          places.forEach((one, index) => {
            furnish(host, names[index]!, one);
          });
          const lines = places.map((one, index) => declare(names[index]!, index, one));
          const at = turn % lines.length;
          const turned = [...lines.slice(at), ...lines.slice(0, at)];
          const steps = {
            one: `state() {\n${turned.slice(0, 3).join('\n')}\n}`,
            two: `state() {\n:\n${turned.slice(3).join('\n')}\n}`,
          };
          const before = fingerprint(host.root);
          const plan = await host.run('plan', { steps });
          expect(plan.result.outcome, complaintsOf(plan.result)).not.toBe('failed');
          expect(fingerprint(host.root)).toEqual(before);

          const apply = await host.run('apply', { steps });
          expect(apply.result.outcome, complaintsOf(apply.result)).toBe(plan.result.outcome);
          expect(changesOf(apply.result)).toEqual(changesOf(plan.result));
          const applied = fingerprint(host.root);

          const again = await host.run('apply', { steps });
          expect(again.result.outcome, complaintsOf(again.result)).toBe('ok');
          expect(fingerprint(host.root)).toEqual(applied);

          const back = await host.run('rollback');
          expect(['rolled-back', 'ok'], complaintsOf(back.result)).toContain(back.result.outcome);
          expect(fingerprint(host.root)).toEqual(before);
          host.remove('.');
        },
      ),
      { seed: 20_121_123, numRuns: 24 },
    );
  });
});
