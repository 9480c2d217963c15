// The flagship playbook against real hosts: MUSTER_LIVE_INVENTORY=FILE npm run test:live. It moves every host of that
// inventory into the cage and takes it back again, so use hosts that may be played with and are not in a cage yet.
import { describe, expect, it } from 'vitest';
import { muster, playbook } from '../e2e/muster.ts';

const inventory = process.env['MUSTER_LIVE_INVENTORY'] ?? '';

/** What a rollback must bring back, as the hosts themselves tell it; folded by muster over all hosts. */
const state = [
  'for f in /etc/rc.conf /etc/named.conf /etc/master.passwd /etc/group /etc/rc.local /etc/rc.d/named9 /var/run/named.pid /home/named; do',
  'ls -ld $f 2>&1 | awk "{ print \\$1, \\$3, \\$4, \\$NF }"; [ ! -f $f ] || cksum $f; done;',
  'find /etc/namedb /usr/pkg /var/db/pkg -print 2>/dev/null | sort | cksum;',
  'ps -axww -o user -o command | awk "\\$2 ~ \\"^/.*/(named|syslogd)$\\"" | sort',
].join(' ');

async function run(...args: string[]): Promise<{ code: number | null; stdout: string }> {
  const { code, stdout, stderr } = await muster([...args, '-i', inventory]);
  process.stdout.write(`$ muster ${args.join(' ').slice(0, 100)}\n${stdout}${stderr.slice(-2000)}\n`);
  return { code, stdout: stdout.replace(/run \S+/g, '') };
}

describe('caged-bind on real hosts', () => {
  it('plans, applies, applies again without a change, verifies, and rolls back to exactly what was there', async () => {
    expect((await run('ping')).code).toBe(0);
    const before = await run('exec', state);
    expect((await run('plan', playbook)).code).toBe(0);
    expect((await run('exec', state)).stdout).toBe(before.stdout);
    expect((await run('apply', playbook, '--yes')).code).toBe(0);
    const again = await run('apply', playbook, '--yes');
    expect(again.code).toBe(0);
    expect(again.stdout).not.toMatch(/changed=[1-9]/);
    expect([0, 3]).toContain((await run('verify', playbook)).code);
    expect((await run('rollback', '--yes')).code).toBe(0);
    expect((await run('exec', state)).stdout).toBe(before.stdout);
  });
});
