// A program instead of named plants and races what it can in every directory that named owns, while muster plans, applies,
// verifies, hands over and rolls back. Nothing of root's changes, no secret is shown, and nothing runs as root that is not
// root's. The seed of each host gives the same attack again; MUSTER_HOSTILE_SEEDS tries others, such as 1-40.
// @module-tag long
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startLab } from '../../../src/lab/index.ts';
import { labImage } from '../engine.ts';
import { seedsOf } from '../generated/fleet.ts';
import { writeHostVars } from '../muster.ts';
import { describeHostile } from './players.ts';
import { Story } from './story.ts';

/** Kinds of cages, which hosts have in turn. */
const kinds: readonly { vars: string; program: string; release?: string }[] = [
  { vars: 'cage_style: chroot8', program: '/home/named/usr/pkg/sbin/named' },
  { vars: 'cage_style: chrootdir', program: '/usr/pkg/sbin/named' },
  { vars: 'cage_style: chroot8', program: '/home/named/usr/pkg/sbin/named', release: '6.99.16' },
  { vars: 'named_source: base, cage_style: chrootdir', program: '/usr/sbin/named' },
];

const seeds = seedsOf(process.env['MUSTER_HOSTILE_SEEDS'] ?? '1-4');
// Each has an attacker that never rests: more of them at once take the processor from each other's runs.
const hostsAtOnce = 2;
const groups = Array.from({ length: Math.ceil(seeds.length / hostsAtOnce) }, (_, index) =>
  seeds.slice(index * hostsAtOnce, (index + 1) * hostsAtOnce),
);

/** The acts of both stories. */
const stories: Readonly<Record<string, (story: Story) => Promise<void>>> = {
  'before it is caged': async (story) => {
    await story.attack('host', 'before', 12);
    await story.verb('plan', [0, 1, 3]);
    await story.verb('apply', [0, 1]);
    await story.truce();
    await story.weed();
    await story.rollBack();
    await story.verb('apply', [0]);
    await story.serve('from its cage');
    await story.attack('host', 'left behind', 8);
    await story.verb('rollback', [0, 1]);
    await story.truce();
    await story.weed();
    await story.rollBack();
  },
  'in its cage': async (story) => {
    await story.attack('cage', 'built', 12);
    await story.verb('apply', [0, 1]);
    await story.truce();
    await story.rollBack();
    await story.verb('apply', [0]);
    await story.serve('from its cage');
    await story.attack('cage', 'standing', 16);
    await story.verb('verify', [0, 1, 3]);
    await story.verb('apply', [0, 1]);
    await story.verb('rollback', [0, 1]);
    await story.verb('rollback', [0, 1]);
    await story.truce();
    await story.rollBack();
  },
};

describeHostile('a hostile named', () => {
  const rows = Object.keys(stories).flatMap((title) => groups.map((group) => [title, group] as const));
  it.each(rows)(
    'gets nowhere %s (seeds %j)',
    async (title, group) => {
      const hosts = group.map((seed) => {
        const { release, vars = '', program = '' } = kinds[seed % kinds.length] ?? {};
        return { name: `seed${seed}`, seed, release, vars, program };
      });
      const directory = mkdtempSync(join(tmpdir(), 'muster-hostile-'));
      const lab = await startLab({
        hosts: hosts.map(({ name, release }) => ({ name, ...(release !== undefined && { release }) })),
        image: labImage(),
        directory,
      });
      try {
        const vars = Object.fromEntries(hosts.map((host) => [host.name, host.vars]));
        const inventory = ['-i', writeHostVars(lab, 'hostile.yaml', vars)];
        const attacked = hosts.map(({ name, seed, program }) => ({ host: name, seed, program }));
        const story = new Story(lab, inventory, attacked);
        await story.tell(stories[title]);
        expect(story.found, story.log.join('\n')).toEqual([]);
      } finally {
        await lab.stop();
        rmSync(directory, { recursive: true, force: true });
      }
    },
    1_200_000,
  );
});
