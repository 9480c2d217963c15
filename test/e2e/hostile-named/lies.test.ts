// What root reads in the directories of a caged named is named's word: its pid file, its session key, its log, the zones and journals
// that it writes. Each is a link to a secret, a pipe that nobody writes to, a file without end, or another process's number while
// muster verifies, applies and rolls back: nothing hangs, no secret is shown, nobody else's process ends.
// @module-tag long
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/index.ts';
import { startLab } from '../../../src/lab/index.ts';
import { askWww } from '../dns.ts';
import { labImage } from '../engine.ts';
import { inside, playbook, writeHostVars } from '../muster.ts';
import { prey } from './moves.ts';
import { describeHostile, Impostor, Watcher } from './players.ts';
import { runVerb, secretsIn } from './story.ts';
import { aftermath, canaries, ownInCage, prepare } from './victim.ts';

const cage = '/home/named';
const run = `${cage}/var/run/named`;

/** The files that the hostile named replaces. */
const files = [
  `${run}/named.pid`,
  `${run}/session.key`,
  `${cage}/var/log/named/named.log`,
  `${cage}/etc/namedb/dynamic/dyn.example.jnl`,
  `${cage}/etc/namedb/slave/sec.example`,
  `${cage}/etc/namedb/keys/managed-keys.bind`,
];

/** How it replaces $file, by host. */
const lies: Readonly<Record<string, string>> = {
  link: `ln -s ${prey.passwords} "$file"`,
  pipe: 'mkfifo "$file"',
  zero: 'ln -s /dev/zero "$file"',
  number: 'printf "%s\\n" "$stranger" >"$file"; chown named:named "$file"',
};

/** Kinds of cages, so that each way to find a pid file is tried. */
const vars: Readonly<Record<string, string>> = {
  link: 'cage_style: chroot8',
  pipe: 'cage_style: chrootdir',
  zero: 'cage_style: chroot8',
  number: 'cage_style: chroot8',
};

describeHostile('what a caged named says in its files', () => {
  const hosts = Object.keys(lies);
  let lab: Lab;
  let inventory: string[];
  let stranger: Impostor;
  const watchers = new Map<string, Watcher>();
  const found: string[] = [];

  async function verb(codes: readonly number[], ...args: string[]): Promise<void> {
    const { code, hung, text } = await runVerb([...args, ...inventory]);
    const title = args[0] ?? '';
    if (hung) throw new Error(`${title} hangs:\n${text}`);
    found.push(...secretsIn(text).map((form) => `${title} shows ${form}`));
    expect(codes, text).toContain(code);
  }

  async function lie(): Promise<void> {
    await Promise.all(
      hosts.map(async (host) => {
        const told = files.map(
          (file) => `file=${file}; rm -f "$file"; ${lies[host] ?? ''}; chown -h named:named "$file"`,
        );
        await inside(lab, host, `stranger=${stranger.pid}\n${told.join('\n')}`);
      }),
    );
  }

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-lies-'));
    lab = await startLab({
      hosts: hosts.map((name) => ({ name, ...(name === 'link' && { release: '6.99.16' }) })),
      image: labImage(),
      directory,
    });
    inventory = ['-i', writeHostVars(lab, 'lies.yaml', vars)];
    await Promise.all(
      hosts.map(async (host) => {
        await prepare(lab, host);
        watchers.set(host, await Watcher.of(lab, host, canaries(cage)));
      }),
    );
    await verb([0], 'apply', playbook, '--yes');
    // Somebody's process, which is called named by then: the number in a pid file is not enough to end it.
    stranger = await Impostor.enter(lab, 'number', { uid: 1000, program: '/bin/sh', words: ['sleeper'] });
    await lie();
  });

  afterAll(async () => {
    await lab.stop();
    await stranger.leaves();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  it('delays no verb, shows no secret and ends nothing', async () => {
    await verb([0, 1, 3], 'verify', playbook);
    await verb([0, 1], 'apply', playbook, '--yes');
    await lie();
    await verb([0, 1], 'rollback', '--yes');
    await lieIfThere();
    await verb([0, 1], 'rollback', '--yes', '--force');
    expect(await inside(lab, 'number', `kill -0 ${stranger.pid} && echo lives || :`)).toBe('lives\n');
    for (const host of hosts) {
      expect(await askWww(lab, host), host).toMatch(/^192\.0\.2\./);
      found.push(
        ...((await watchers.get(host)?.found()) ?? ['nobody watched']),
        ...(await aftermath(lab, host)),
      );
    }
    expect(found).toEqual([]);
  });

  async function lieIfThere(): Promise<void> {
    await Promise.all(
      hosts.map(async (host) => {
        const places = ownInCage(cage).map(
          (place) =>
            `[ ! -d ${place} ] || for file in ${place}/named.pid; do rm -rf "$file"; ${lies[host] ?? ''}; done`,
        );
        await inside(lab, host, `stranger=${stranger.pid}\n${places.join('\n')}`);
      }),
    );
  }
});
