// A program in named's place, which plants and races what it can in every directory that named owns, while muster plans, applies,
// verifies, hands over and rolls back: nothing of root's changes, nothing of it is shown, nothing runs as root that is not root's.
// The seed of each host gives the same attack again; MUSTER_HOSTILE_SEEDS tries others.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/index.ts';
import { startLab } from '../../../src/lab/index.ts';
import { labImage } from '../engine.ts';
import { playbook, writeHostVars } from '../muster.ts';
import { movesOf } from './moves.ts';
import { Attacker, describeHostile, Watcher } from './players.ts';
import { verb, wrongIn } from './story.ts';
import { aftermath, canaries, ownInCage, ownOnHost, prepare } from './victim.ts';

const cage = '/home/named';
const named = 14;

describeHostile('a hostile named', () => {
  let lab: Lab;
  let inventory: string[];

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-hostile-'));
    lab = await startLab({ hosts: [{ name: 'ns1' }], image: labImage(), directory });
    await prepare(lab, 'ns1');
    inventory = ['-i', writeHostVars(lab, 'hostile.yaml', { ns1: 'cage_style: chroot8' })];
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  it('changes nothing of root', async () => {
    const watcher = await Watcher.of(lab, 'ns1', canaries(cage));
    const attacker = await Attacker.enter(lab, 'ns1', named);
    await attacker.does(
      movesOf(1, 'caged', { directories: ownInCage(cage), cage, program: `${cage}/usr/pkg/sbin/named` }, 24),
    );
    const found: string[] = [];
    for (const args of [
      ['plan', playbook, ...inventory],
      ['apply', playbook, ...inventory, '--yes'],
      ['verify', playbook, ...inventory],
      ['apply', playbook, ...inventory, '--yes'],
      ['rollback', ...inventory, '--yes'],
      ['rollback', ...inventory, '--yes'],
    ]) {
      const started = Date.now();
      const said = await verb(args);
      process.stderr.write(`--- ${said.verb} ${String(said.code)} ${Date.now() - started} ms\n${said.text}\n`);
      found.push(...wrongIn(said));
    }
    process.stderr.write(`${(await attacker.leaves()).join('\n')}\n`);
    found.push(...(await watcher.found()), ...(await aftermath(lab, 'ns1')));
    expect(found).toEqual([]);
  });
});
void ownOnHost;
