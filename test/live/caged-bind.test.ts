// The flagship playbook against real hosts: MUSTER_LIVE_INVENTORY=FILE npm run test:live. It moves every host of that
// inventory into a cage and takes it back, once for each style and source, and then changes the style of a cage. Use hosts
// that may be played with and are not in a cage yet. MUSTER_LIVE_CASES="chroot8 package, ..." takes only some.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { muster, playbook } from '../e2e/muster.ts';

const inventory = process.env['MUSTER_LIVE_INVENTORY'] ?? '';
const all = 'chroot8 package, chrootdir package, chroot8 base, chrootdir base';
const cases = (process.env['MUSTER_LIVE_CASES'] ?? all)
  .split(',')
  .map((text) => text.trim().split(/\s+/) as [style: string, source: string]);
const written = new Set<string>();

/** What a rollback must bring back, as the hosts themselves tell it; folded by muster over all hosts. */
const state = [
  'for f in /etc/rc.conf /etc/rc.conf.d/named /etc/rc.conf.d/named9 /etc/named.conf /etc/master.passwd /etc/group /etc/rc.local /etc/rc.d/named9 /etc/namedb /home/named; do',
  'ls -ld $f 2>&1 | awk "{ print \\$1, \\$3, \\$4, \\$NF }"; [ ! -f $f ] || cksum $f; done;',
  'find /etc/namedb /usr/pkg /var/db/pkg -print 2>/dev/null | sort | cksum;',
  'ps -axww -o user -o command | awk "\\$2 ~ \\"^/.*/(named|syslogd)$\\"" | sort',
].join(' ');

/** The inventory with vars for all its hosts laid over it, beside the original, so that relative paths still hold. */
function inventoryWith(style: string, source: string): string {
  const document = parseDocument(readFileSync(inventory, 'utf8'));
  document.setIn(['vars', 'cage_style'], style);
  document.setIn(['vars', 'named_source'], source);
  const file = join(dirname(inventory), `.${style}-${source}.${basename(inventory)}`);
  writeFileSync(file, document.toString());
  written.add(file);
  return file;
}

async function run(file: string, ...args: string[]): Promise<{ code: number | null; stdout: string }> {
  const { code, stdout, stderr } = await muster([...args, '-i', file]);
  process.stdout.write(`$ muster ${args.join(' ').slice(0, 100)}\n${stdout}${stderr.slice(-2000)}\n`);
  return { code, stdout: stdout.replaceAll(/run \S+/g, '') };
}

describe('caged-bind on real hosts', () => {
  // Whatever a test left behind: rolled back until there is nothing to roll back, so that the next one begins clean.
  afterEach(async () => {
    for (let left = 4; left > 0; left--) {
      const { stdout } = await run(inventory, 'rollback', '--yes');
      if (!stdout.includes('undone')) break;
    }
  });

  afterAll(() => {
    for (const file of written) rmSync(file, { force: true });
  });

  it.each(cases)(
    '%s, named of the %s: there, proved, and back to exactly what was there',
    async (style, source) => {
      const file = inventoryWith(style, source);
      expect((await run(file, 'ping')).code).toBe(0);
      const before = await run(file, 'exec', state);
      expect((await run(file, 'plan', playbook)).code).toBe(0);
      expect((await run(file, 'exec', state)).stdout).toBe(before.stdout);
      expect((await run(file, 'apply', playbook, '--yes')).code).toBe(0);
      const again = await run(file, 'apply', playbook, '--yes');
      expect(again.code).toBe(0);
      expect(again.stdout).not.toMatch(/changed=[1-9]/);
      // Hosts that differ from each other are no failure here.
      expect((await run(file, 'verify', playbook)).stdout).not.toMatch(/^[✖~?]/m);
      expect((await run(file, 'rollback', '--yes')).code).toBe(0);
      expect((await run(file, 'exec', state)).stdout).toBe(before.stdout);
    },
  );

  it('changes the style of a cage, and takes both changes back', async () => {
    const [chroot8, chrootdir] = [inventoryWith('chroot8', 'base'), inventoryWith('chrootdir', 'base')];
    const before = await run(chroot8, 'exec', state);
    for (const file of [chroot8, chrootdir]) {
      expect((await run(file, 'apply', playbook, '--yes')).code).toBe(0);
      expect((await run(file, 'verify', playbook)).stdout).not.toMatch(/^[✖~?]/m);
    }
    expect((await run(chrootdir, 'rollback', '--yes')).code).toBe(0);
    expect((await run(chroot8, 'rollback', '--yes')).code).toBe(0);
    expect((await run(chroot8, 'exec', state)).stdout).toBe(before.stdout);
  });
});
