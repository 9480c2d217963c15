// Root does not go where another account leads it: whatever lies in wait in directories that this account may write, for every
// resource, for every undo, and while it goes on renaming.
// @module-tag long
import { existsSync, linkSync, lstatSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  canaryOf,
  hisDirectory,
  hostWithOthers,
  leaksOf,
  other,
  plant,
  plants,
  racer,
  tryWords,
} from './others.ts';
import type { ScratchHost } from './scratch.ts';

/** Each resource on a path PATH, as sh. */
const resources: Readonly<Record<string, string>> = {
  directory: 'directory PATH --owner 4711 --mode 0755',
  file: 'file PATH --content x --owner 4711 --mode 0644',
  once: 'file PATH --content x --once --owner 4711',
  validated: `file PATH --content y --validate 'test -f %s'`,
  copy: 'copy PATH --from "$root/source" --owner 4711 --mode 0644',
  'copy from there': 'copy "$root/copies/$n" --from PATH --mode 0644',
  line: 'line PATH --line added --owner 4711 --mode 0644',
  block: 'block PATH --id b --content text --owner 4711',
  symlink: 'symlink PATH --to /nowhere',
  absent: 'absent PATH',
  'absent with all': 'absent PATH --recursive',
  mode_owner: 'mode_owner PATH --owner 4711 --mode 0644',
  rc_conf: 'rc_conf name value --path PATH',
};

const places: Readonly<
  Record<string, (cell: string) => { readonly target: string; readonly planted: string }>
> = {
  'the target itself': (cell) => ({ target: `${cell}/t`, planted: `${cell}/t` }),
  'its directory': (cell) => ({ target: `${cell}/p/t`, planted: `${cell}/p` }),
  'the directory above': (cell) => ({ target: `${cell}/g/in/t`, planted: `${cell}/g` }),
};

/** Every resource in a place of its own, in which something lies in wait; gives the step's text. */
function layOut(host: ScratchHost, kind: string): string {
  const lines: string[] = [];
  let number = 0;
  for (const place of Object.values(places))
    for (const resource of Object.values(resources)) {
      const top = ['his', 'ours', 'all'][++number % 3] ?? '';
      {
        const cell = `${top}/${String(number)}`;
        hisDirectory(host, cell);
        const { target, planted } = place(cell);
        plant(host, kind, planted);
        lines.push(`n=${String(number)}`, `try ${resource.replaceAll('PATH', `"$root/${target}"`)}`);
      }
    }
  return `${tryWords}state() {\n${lines.join('\n')}\n}`;
}

describe.skipIf(process.getuid?.() !== 0)('a trap in a directory that another account may write', () => {
  it.each(Object.keys(plants))('does not mislead root: a %s', async (kind) => {
    const host = hostWithOthers();
    host.write('source', 'from root\n');
    hisDirectory(host, 'copies');
    const text = layOut(host, kind);
    const before = canaryOf(host);
    const plan = await host.run('plan', { steps: { one: text } });
    expect(leaksOf(host, plan)).toEqual([]);
    const applied = await host.run('apply', { steps: { one: text } });
    expect(applied.result.steps[0]?.outcome, applied.result.steps[0]?.stderr).not.toBe('failed');
    expect(applied.result.steps[0]?.stdout).not.toContain('STILL BORROWED');
    expect(canaryOf(host)).toEqual(before);
    expect(leaksOf(host, applied)).toEqual([]);
    const undone = await host.run('rollback');
    expect(canaryOf(host)).toEqual(before);
    expect(leaksOf(host, undone)).toEqual([]);
    rmSync(host.path('copies'), { recursive: true });
  });
});

/** What the other account does again and again while root works in `his/p`, now and then a link to the canary, and in `his/s`. */
const swaps = {
  directory: `if (rounds % 500) fs.existsSync('p');
    else tries(() => fs.renameSync('p', 'q'), () => fs.symlinkSync(root + '/canary', 'p'), () => fs.unlinkSync('p'),
      () => fs.renameSync('q', 'p'))`,
  target: `const name = 't' + rounds % 12;
    tries(() => fs.unlinkSync(name), () => fs.symlinkSync(root + '/canary/secret', name), () => fs.unlinkSync(name),
      () => fs.renameSync('hard', name), () => fs.renameSync(name, 'hard'), () => fs.symlinkSync(root + '/canary', name),
      () => fs.unlinkSync(name), () => fs.mkdirSync(name), () => fs.rmdirSync(name), () => fs.writeFileSync(name, 'his'),
      () => fs.symlinkSync(root + '/canary', 'tree/in'), () => fs.unlinkSync('tree/in'), () => fs.mkdirSync('tree'),
      () => fs.mkdirSync('tree/in'), () => fs.writeFileSync('tree/in/t', 'his'))`,
  names: `const name = '.muster-race-' + rounds % 150;
    tries(() => fs.symlinkSync(root + '/canary/secret', name), () => rounds % 7 || fs.unlinkSync(name))`,
};

const racing = `${tryWords}state() {
  for n in 0 1 2; do
    for d in p s; do
      at=$root/his/$d
      try file "$at/t0" --content "$n" --owner 4711 --mode 0640
      try line "$at/t1" --line "$n"
      try copy "$at/t2" --from "$root/source" --owner 4711
      try copy "$root/copies/$d$n" --from "$at/t$n" --owner 4711 --mode 0644
      try directory "$at/t3" --owner 4711 --mode "070$n" --transient '*'
      try symlink "$at/t4" --to "$n"
      try mode_owner "$at/t5" --owner 4711 --mode "064$n"
      try absent "$at/t6"
      try absent "$at/tree" --recursive
      try block "$at/t7" --id b --content "$n" --owner 4711
      try file "$at/t8" --content x --once --owner 4711
      try directory "$at/new$n/a/b" --owner 4711 --kept '*'
      try rc_conf name "$n" --path "$at/t10"
      observe "o$d$n" "$(masked "$at/t$n")"
    done
  done
}`;

describe.skipIf(process.getuid?.() !== 0)('another account that renames all the time', () => {
  it('does not mislead root, neither in an apply nor in a rollback', async () => {
    const host = hostWithOthers();
    host.write('source', 'from root\n');
    hisDirectory(host, 'copies');
    for (const name of ['p', 's']) {
      hisDirectory(host, `his/${name}`);
      linkSync(host.path('canary/linked'), host.path(`his/${name}/hard`));
    }
    const before = canaryOf(host);
    const racers = [
      racer(host, host.path('his'), swaps.directory),
      racer(host, host.path('his/p'), swaps.target),
      racer(host, host.path('his/s'), swaps.target),
      racer(host, host.path('his/s'), swaps.names),
    ];
    const steps = { one: racing };
    const plan = await host.run('plan', { steps });
    const applied = await host.run('apply', { steps, settings: { runId: 'race' } });
    const undone = await host.run('rollback');
    const forced = await host.run('rollback', { settings: { force: true } });
    const rounds = await Promise.all(racers.map(async ({ stop }) => stop()));
    expect(rounds.filter((count) => count < 100)).toEqual([]);
    expect(canaryOf(host)).toEqual(before);
    expect(leaksOf(host, plan, applied, undone, forced)).toEqual([]);
    expect(applied.result.steps[0]?.stdout).not.toContain('STILL BORROWED');
    expect(existsSync(`${host.state}/runs/race/borrowed`)).toBe(false);
    expect(lstatSync(host.path('his')).uid).toBe(other);
  });
});
