// A run's directory below /tmp is removed when the run ends, and then anybody may put something in its place. A process that
// uses its name only later (a boot, a sweep, a ticker, a controller that reconnects or sends `stop`) does nothing there.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { controlText, followText } from '../../src/run/host-scripts.ts';
import { swapAll, swapFirst } from '../support/swapped.ts';
import { other } from './others.ts';
import { withOwnTmp, type HostWithTmp } from './own-tmp.ts';
import { eventually } from './processes.ts';
import { complaintsOf, scratchHost } from './scratch.ts';

const steps = { one: 'state() { file "$root/f" --content x; }' };

/** A path as sh reads it, which the move of /tmp leaves alone. */
const kept = (path: string): string => path.replaceAll('/tmp/', `/t''mp/`);

/** What another account has made ready, and the directory of root's to which its links lead. */
interface Plants {
  readonly there: HostWithTmp;
  readonly canary: string;
  /** A directory with scripts and links, and a link to a directory: each to be renamed to where a run's directory was. */
  readonly ready: Readonly<Record<'directory' | 'link', string>>;
  /** What is in the canary, and whether a script of the other account's was run. */
  harm(): readonly string[];
}

function plant(): Plants {
  const there = withOwnTmp(scratchHost());
  const canary = there.host.path('canary');
  mkdirSync(canary);
  for (const name of ['run', 'stop', 'driver.pid', '000.err'])
    writeFileSync(join(canary, name), `${name} of root\n`);
  const stands = (): readonly string[] =>
    readdirSync(canary).map((name) => `${name}: ${readFileSync(join(canary, name), 'utf8')}`);
  const before = stands();
  const ran = there.host.path('ran');
  const base = `${there.host.root}.his`;
  const directory = join(base, 'directory');
  mkdirSync(join(directory, 'runtime'), { recursive: true });
  for (const file of ['run', 'runtime/start.sh', 'runtime/follow.sh', 'runtime/ticker.sh', 'runtime/wake.sh'])
    writeFileSync(join(directory, file), `echo x >>'${ran}'\n`);
  execFileSync('sh', [
    '-c',
    `ln -s '${canary}/stop' '${directory}/stop'; ln -s '${canary}/stop' '${directory}/cancel'
    mkdir '${directory}/log'; ln -s '${canary}/000.err' '${directory}/log/000.err'
    echo $$ >'${directory}/follower.pid'; mkfifo '${directory}/driver.pid'
    ln -s '${canary}' '${base}/link'; chown -hR ${String(other)} '${base}'`,
  ]);
  return {
    there,
    canary,
    ready: { directory, link: join(base, 'link') },
    harm: () => [
      ...stands().filter((line) => !before.includes(line)),
      ...before.filter((line) => !stands().includes(line)),
      ...(existsSync(ran) ? ['a script of another account was run'] : []),
    ],
  };
}

describe.skipIf(process.getuid?.() !== 0).each(['directory', 'link'] as const)(
  'a %s instead of a removed directory',
  (kind) => {
    it('is not used by a boot', async () => {
      const { there, ready, harm } = plant();
      const swap = `n=$((\${n:-0} + 1)); [ "$n" -gt 1 ] || { rmdir "$m_work"; mv ${kept(ready[kind])} "$m_work"; }`;
      const { result } = await there.run('apply', {
        steps,
        boot: (text) => swapFirst(text, '    cd -P "$m_work"', `    ${swap}\n    cd -P "$m_work"`),
      });
      expect(harm()).toEqual([]);
      expect(result.outcome, complaintsOf(result)).toBe('changed');
    });

    it.each([
      ['comes back', (at: string) => followText(at, new Map([['000.ev', 7]]))],
      ['says stop', (at: string) => controlText(at, 'stop')],
      ['says cancel', (at: string) => controlText(at, 'cancel')],
    ] as const)('is not entered for a controller that %s', (_title, text) => {
      const { there, ready, harm } = plant();
      const at = join(there.tmp, 'muster.abcdef');
      execFileSync('mv', [ready[kind], at]);
      spawnSync('/bin/sh', ['-s'], { input: text(at) });
      expect(harm()).toEqual([]);
      expect(existsSync(join(at, 'run'))).toBe(true);
    });

    it('is not touched by a ticker whose run is over', async () => {
      const { there, ready, harm } = plant();
      const { result } = await there.run('apply', {
        steps: { one: `state() { echo "$m_work" >"$root/work"; file "$root/f" --content x; }` },
        runtime: (path, text) =>
          path === 'follow.sh'
            ? swapFirst(
                text,
                'exec rm -rf "$m__name/run" "$m__name"',
                `rm -rf "$m__name/run" "$m__name"; mv ${kept(ready[kind])} "$m__name"`,
              )
            : path === 'ticker.sh'
              ? swapAll(
                  swapFirst(swapFirst(text, 'm__left % 10', 'm__left % 1'), 'm__left=900', 'm__left=2'),
                  'exit 0',
                  `{ : >${kept(there.host.path('over'))}; exit 0; }`,
                ) + `: >${kept(there.host.path('over'))}\n`
              : text,
      });
      expect(result.outcome, complaintsOf(result)).toBe('changed');
      expect(await eventually(() => existsSync(there.host.path('over')))).toBe(true);
      expect(harm()).toEqual([]);
      expect(existsSync(there.host.read('work').trim())).toBe(true);
    });

    it('does not count as what a dead run left', async () => {
      const { there, ready, harm } = plant();
      const dead = join(there.tmp, 'muster.deadxx');
      mkdirSync(dead, { mode: 0o700 });
      writeFileSync(join(dead, 'driver.pid'), '4194305\n');
      const { result } = await there.run('apply', {
        steps,
        runtime: (path, text) =>
          path === 'dead.sh'
            ? swapFirst(
                text,
                '  while IFS= read -r m__dead <&3',
                `  rm -rf ${kept(dead)}; mv ${kept(ready[kind])} ${kept(dead)}\n  while IFS= read -r m__dead <&3`,
              )
            : text,
      });
      expect(result.outcome, complaintsOf(result)).toBe('changed');
      expect(harm()).toEqual([]);
      expect(existsSync(join(dead, 'run'))).toBe(true);
    });
  },
);

describe('the directory of an active run', () => {
  it('can be stopped and followed', () => {
    const { tmp } = withOwnTmp(scratchHost());
    const at = join(tmp, 'muster.abcdef');
    mkdirSync(join(at, 'runtime'), { recursive: true });
    chmodSync(at, 0o700);
    chownSync(at, process.getuid!(), process.getgid!());
    writeFileSync(join(at, 'runtime/follow.sh'), 'echo "$*"; pwd -P\n');
    spawnSync('/bin/sh', ['-s'], { input: controlText(at, 'stop') });
    expect(existsSync(join(at, 'stop'))).toBe(true);
    const followed = spawnSync('/bin/sh', ['-s'], { input: followText(at, new Map([['000.ev', 7]])) });
    expect(followed.stdout.toString()).toBe(`${at} 000.ev=7\n${at}\n`);
  });
});
