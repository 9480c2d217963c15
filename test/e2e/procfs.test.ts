// A practice host whose /proc is empty, as NetBSD's is until somebody mounts procfs: its tools look as ever, and root may mount it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../src/lab/index.ts';
import { describeWithEngine, labBackend, labImage } from './engine.ts';

// An engine's containers may not mount.
const describeEmbedded = labBackend() === 'embedded' ? describeWithEngine : describe.skip;

for (const release of ['11.0', '6.99.16'])
  describeEmbedded(`a practice host of ${release} without procfs`, () => {
    let directory: string;
    let lab: Lab;
    const sh = async (script: string): Promise<string> => {
      const end = await lab.exec('ns1', ['/bin/sh', '-c', script]);
      return end.stdout + end.stderr;
    };

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'muster-procfs-e2e-'));
      const hosts = [{ name: 'ns1', release, env: { MUSTER_PROCFS: 'NO' } }];
      lab = await startLab({ hosts, image: labImage(), directory });
    });

    afterAll(async () => {
      await lab.stop();
      await rm(directory, { recursive: true, force: true });
    });

    it('has nothing in /proc, also after a reboot, and serves', async () => {
      expect(await sh('ls -A /proc; mount | grep procfs')).toBe('');
      await lab.fault('ns1', { kind: 'reboot' });
      expect(await sh('ls -A /proc; mount | grep procfs')).toBe('');
      expect(await sh('/etc/rc.d/named status')).toMatch(/^named is running as pid \d+\.\n$/);
    });

    it('shows processes, their files and the holder of port 53', async () => {
      const pid = (await sh('cat /var/run/named/named.pid')).trim();
      expect(await sh(`ps -o ucomm= -p ${pid}`)).toMatch(/^named/);
      // As the real one: where it works, and what it has open; never its program.
      const rows = (await sh(`fstat -p ${pid} | awk 'NR > 1 { print $4 }'`)).split('\n');
      expect(rows.slice(0, 3)).toEqual(['wd', '0', '1']);
      expect(rows).not.toContain('text');
      expect(await sh(`sockstat -4ln | awk '$6 == "127.0.0.1.53" { print $1, $2, $3 }' | sort -u`)).toBe(
        `root named ${pid}\n`,
      );
      expect(await sh('df -k / | awk "NR == 2 { print \\$NF }"')).toBe('/\n');
    });

    it('shows the program of a process while root has mounted procfs, and not afterwards', async () => {
      const look = [
        'pid=$(cat /var/run/named/named.pid); umask 077; mkdir /root/kernel',
        'mount -t procfs procfs /root/kernel && mount | grep procfs && readlink "/root/kernel/$pid/exe"',
        'umount /root/kernel && ls -A /root/kernel && rmdir /root/kernel && echo gone',
      ];
      expect(await sh(look.join('\n'))).toBe(
        'procfs on /root/kernel type procfs (local)\n/usr/sbin/named\ngone\n',
      );
    });
  });
