// When root rolls a run back, another account cannot mislead it. It gives back what it has borrowed, however it ends.
// @module-tag long
import { chownSync, existsSync, linkSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deathBeforeTool } from './crash.ts';
import { canaryOf, hisDirectory, hostWithOthers, leaksOf, other, plant, plants, racer } from './others.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf } from './scratch.ts';

/** What a run does at PATH, so that there is something of every kind to undo. */
const changes: Readonly<Record<string, string>> = {
  made: 'file PATH --content ours --owner 4711',
  replaced: 'file PATH --content ours',
  'made once': 'file PATH --content ours --once --owner 4711',
  edited: 'line PATH --line added',
  given: 'mode_owner PATH --owner 4711 --mode 0640',
  'a directory': 'directory PATH --owner 4711',
  'a directory for what passes': `directory PATH --owner 4711 --transient '*'`,
  'a directory for what stays': `directory PATH --owner 4711 --kept '*'`,
  'a directory with another owner': 'directory PATH --owner 4711 --mode 0711',
  linked: 'symlink PATH --to nowhere',
  removed: 'absent PATH',
  'a removed tree': 'absent PATH --recursive',
};

const positions = ['target', 'inside', 'directory', 'temporary names'] as const;

interface Cell {
  readonly name: string;
  readonly change: string;
  readonly position: (typeof positions)[number];
}

/** A directory of the other account's for each change and each place where something will lie in wait. */
function layOut(host: ScratchHost): readonly Cell[] {
  const cells: Cell[] = [];
  for (const change of Object.keys(changes))
    for (const position of positions) {
      const name = `his/${String(cells.length)}`;
      cells.push({ name, change, position });
      hisDirectory(host, name);
      if (['replaced', 'edited', 'given', 'removed'].includes(change)) host.write(`${name}/t`, 'first\n');
      if (change === 'a directory with another owner') mkdirSync(host.path(`${name}/t`));
      if (change === 'a removed tree') {
        host.write(`${name}/t/in/file`, 'first\n');
        chownSync(host.path(`${name}/t/in`), other, other);
      }
    }
  return cells;
}

/** What the other account puts there when the run is over. */
function lieInWait(host: ScratchHost, kind: string, { name, position }: Cell, number: number): void {
  const target = `${name}/t`;
  if (position === 'target') {
    rmSync(host.path(target), { recursive: true, force: true });
    plant(host, kind, target);
  } else if (position === 'inside') {
    if (!existsSync(host.path(target)) || !lstatSync(host.path(target)).isDirectory()) return;
    plant(host, kind, `${target}/one`);
    hisDirectory(host, `${target}/sub/deep`);
    plant(host, kind, `${target}/sub/deep/two`);
    chownSync(host.path(`${target}/sub`), other, other);
  } else if (position === 'directory') {
    renameSync(host.path(name), host.path(`${name}.away`));
    plant(host, kind, name);
  } else {
    for (const seq of [number, number + 1, number + 2].flatMap((one) => [one * 2 - 1, one * 2])) {
      for (const suffix of ['', '.new', '.gone'])
        plant(host, kind, `${name}/.muster-wait-${String(seq)}${suffix}`);
    }
  }
}

describe.skipIf(process.getuid?.() !== 0)('a rollback in a directory that another account may write', () => {
  it.each(Object.keys(plants))('is not misled by a %s', async (kind) => {
    const host = hostWithOthers();
    const cells = layOut(host);
    const lines = cells.map(({ name, change }) =>
      (changes[change] ?? '').replace('PATH', `"$root/${name}/t"`),
    );
    const { result } = await host.run('apply', {
      steps: { one: `state() {\n${lines.join('\n')}\n}` },
      settings: { runId: 'wait' },
    });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    for (const [index, cell] of cells.entries()) lieInWait(host, kind, cell, index);
    const before = canaryOf(host);
    const undone = await host.run('rollback');
    expect(undone.result.outcome).toMatch(/^(?:failed|rolled-back)$/);
    const forced = await host.run('rollback', { settings: { force: true } });
    expect(canaryOf(host)).toEqual(before);
    expect(leaksOf(host, undone, forced)).toEqual([]);
    expect(existsSync(`${host.state}/runs/wait/borrowed`)).toBe(false);
    expect(lstatSync(host.path('his'))).toMatchObject({ uid: other, gid: other, mode: 0o40_755 });
  });

  it('undoes all changes without traps, also of directories with foreign files in them', async () => {
    const host = hostWithOthers();
    const cells = layOut(host);
    hisDirectory(host, 'his/full/in');
    chownSync(host.path('his/full'), other, other);
    const look = (): readonly string[] =>
      ['his', ...cells.flatMap(({ name }) => [name, `${name}/t`]), 'his/full', 'his/full/in'].map((name) => {
        if (!existsSync(host.path(name))) return `${name} absent`;
        const { uid, gid, mode, nlink } = lstatSync(host.path(name));
        return `${name} ${String([uid, gid, mode, nlink])}`;
      });
    const before = look();
    const lines = cells.map(({ name, change }) =>
      (changes[change] ?? '').replace('PATH', `"$root/${name}/t"`),
    );
    lines.push('directory "$root/his/full" --owner 0 --mode 0755', 'directory "$root/his/full/in" --owner 0');
    await host.run('apply', { steps: { one: `state() {\n${lines.join('\n')}\n}` } });
    expect(look()).not.toEqual(before);
    const { result } = await host.run('rollback');
    expect(result.outcome, complaintsOf(result)).toBe('rolled-back');
    expect(look()).toEqual(before);
  });

  it('removes a directory correctly while it is constantly exchanged for a link', async () => {
    const host = hostWithOthers();
    const steps = {
      one: `state() {
  for n in 1 2 3 4 5 6 7 8; do
    directory "$root/his/a$n" --owner 4711
    directory "$root/his/a$n/run" --owner 4711 --transient '*'
  done
}`,
    };
    await host.run('apply', { steps });
    for (let n = 1; n <= 8; n++) {
      for (let file = 0; file < 20; file++) host.write(`his/a${String(n)}/run/${String(file)}`, 'x');
      linkSync(host.path('canary/linked'), host.path(`his/a${String(n)}/run/hard`));
    }
    const before = canaryOf(host);
    const swap = `const at = 'a' + (1 + (rounds % 8));
      tries(() => fs.renameSync(at, at + '.away'), () => fs.symlinkSync(root + '/canary', at), () => fs.unlinkSync(at),
        () => fs.renameSync(at + '.away', at))`;
    const inner = `const at = 'a' + (1 + (rounds % 8)) + '/run';
      tries(() => fs.renameSync(at, at + '.away'), () => fs.symlinkSync(root + '/canary/in', at), () => fs.unlinkSync(at),
        () => fs.renameSync(at + '.away', at))`;
    const racers = [swap, inner].map((body) => racer(host, host.path('his'), body));
    await host.run('rollback');
    await host.run('rollback');
    const rounds = await Promise.all(racers.map(async ({ stop }) => stop()));
    expect(rounds.filter((count) => count < 100)).toEqual([]);
    expect(canaryOf(host)).toEqual(before);
    await host.run('rollback', { settings: { force: true } });
    expect(canaryOf(host)).toEqual(before);
  });
});

describe.skipIf(process.getuid?.() !== 0)('a directory that is borrowed', () => {
  const steps = {
    one: `state() {
  file "$root/his/in/f" --content ours --owner 4711
  directory "$root/his/in/d" --owner 4711 --transient '*'
}`,
  };
  const owners = (host: ScratchHost): readonly string[] =>
    ['his', 'his/in'].map((name) => {
      const { uid, gid, mode } = lstatSync(host.path(name));
      return `${String(uid)}:${String(gid)} ${mode.toString(8)}`;
    });

  it('is given back by the next run or rollback of any playbook', async () => {
    let found = 0;
    const borrowed = '[ -s "${m__receipt:-/none}/borrowed" ]';
    for (let call = 1; call <= 24; call++) {
      const host = hostWithOthers();
      hisDirectory(host, 'his/in');
      const before = owners(host);
      if (call > 16) {
        await host.run('apply', { steps });
        await host.run('rollback', { runtime: deathBeforeTool(call - 16, `${host.root}.calls`, borrowed) });
      } else {
        await host.run('apply', { steps, runtime: deathBeforeTool(call, `${host.root}.calls`, borrowed) });
      }
      if (owners(host).join() !== before.join()) found++;
      if (call % 2 === 0) {
        await host.run('apply', { steps: { two: 'state() { file "$root/elsewhere" --content x; }' } });
      } else {
        await host.run('rollback');
      }
      expect(owners(host), String(call)).toEqual(before);
    }
    expect(found).toBeGreaterThan(12);
  });

  it('is given back if the step that needed it fails', async () => {
    const host = hostWithOthers();
    hisDirectory(host, 'his/in');
    const before = owners(host);
    const { result } = await host.run('apply', {
      steps: { one: `broken() { exit 7; }\nstate() { m_in_own "$root/his/in" broken; }` },
    });
    expect(result.outcome).toBe('failed');
    expect(owners(host)).toEqual(before);
  });

  it('is not borrowed if there is nothing to do', async () => {
    const host = hostWithOthers();
    hisDirectory(host, 'his/in');
    await host.run('apply', { steps });
    const seen = (): readonly bigint[] =>
      ['his', 'his/in', 'his/in/f', 'his/in/d'].map(
        (name) => lstatSync(host.path(name), { bigint: true }).ctimeNs,
      );
    const before = seen();
    expect((await host.run('apply', { steps })).result.outcome).toBe('ok');
    expect((await host.run('plan', { steps })).result.outcome).toBe('ok');
    expect(seen()).toEqual(before);
  });
});
