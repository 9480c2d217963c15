// What the base system's rc.d/named does to /etc/namedb if named_chrootdir is set, at a start by hand and at a boot. On both
// releases all plain files move into the cage, a link stays, and everything else is lost.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLab, type Lab } from '../../src/lab/index.ts';
import { answersDns } from '../../src/lab/readiness.ts';
import { describeWithEngine, labImage } from './engine.ts';

const cage = '/var/chroot/named';

for (const release of ['11.0', '6.99.16'])
  describeWithEngine(`rc.d/named of ${release} with named_chrootdir`, () => {
    let directory: string;
    let lab: Lab;
    const sh = async (script: string): Promise<string> => {
      const end = await lab.exec('ns1', ['/bin/sh', '-c', script]);
      return end.stdout + end.stderr;
    };
    const answers = (): Promise<boolean> => answersDns('127.0.0.1', lab.hosts[0]!.dnsPort);

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'muster-migration-'));
      lab = await startLab({ hosts: [{ name: 'ns1', release }], image: labImage(), directory });
      await sh(`echo named_chrootdir=${cage} >>/etc/rc.conf`);
    });

    afterAll(async () => {
      await lab.stop();
      await rm(directory, { recursive: true, force: true });
    });

    it('stops at a file that differs, still starts named, and leaves both files', async () => {
      await sh(`mkdir ${cage}/etc/namedb/zones /etc/namedb/zones
        echo old >${cage}/etc/namedb/zones/a; echo new >/etc/namedb/zones/a; echo b >/etc/namedb/zones/b`);
      expect(await sh('/etc/rc.d/named restart')).toMatch(
        new RegExp(
          [
            '^Stopping named\\.\\n(?:Waiting for PIDS.*\\n)?',
            `Migrating /etc/namedb to ${cage}/etc/namedb\\n`,
            `zones/a ${cage}/etc/namedb/zones/a differ: char 1, line 1\\n`,
            'Cannot complete migration because files are different\\n',
            `Run 'diff -r /etc/namedb ${cage}/etc/namedb' resolve the differences\\n`,
            'Starting named\\.\\n$',
          ].join(''),
        ),
      );
      expect(await sh(`ls -d /etc/namedb/zones; cat ${cage}/etc/namedb/zones/*`)).toBe(
        '/etc/namedb/zones\nold\nb\n',
      );
      expect(await sh('readlink /etc/named.conf')).toBe(`${cage}/etc/named.conf\n`);
    });

    it('moves all plain files at a boot, loses links and empty folders, and leaves a link', async () => {
      await sh(`rm ${cage}/etc/namedb/zones/a; cd /etc/namedb; mkdir empty; ln -s zones/a link; mkfifo fifo
        mkdir -m 2750 deep; echo c >deep/c; chmod 640 deep/c; chown -R named:named deep`);
      await lab.fault('ns1', { kind: 'reboot' });
      await expect.poll(answers).toBe(true);
      expect(
        await sh(`readlink /etc/namedb; cd ${cage}/etc/namedb; cat zones/a; ls -d empty link fifo`),
      ).toBe(
        `${cage}/etc/namedb\nnew\n${['empty', 'fifo', 'link'].map((name) => `ls: ${name}: No such file or directory\n`).join('')}`,
      );
      const [folder, file] = (await sh(`cd ${cage}/etc/namedb; stat -f '%Sp %Su:%Sg' deep deep/c`)).split(
        '\n',
      );
      expect(file).toBe('-rw-r----- named:named');
      // Only the newer one takes a folder's owner and mode along.
      expect(folder).toBe(release === '11.0' ? 'drwxr-s--- named:named' : 'drwxr-xr-x root:wheel');
    });

    it('does not migrate once the link is there, even if it points to nothing', async () => {
      expect(await sh('/etc/rc.d/named restart')).not.toContain('Migrating');
      await sh('rm /etc/namedb; ln -s /nowhere/namedb /etc/namedb');
      expect(await sh('/etc/rc.d/named restart')).not.toContain('Migrating');
      expect(await sh('readlink /etc/namedb')).toBe('/nowhere/namedb\n');
    });

    it('its named serves from the cage, and syslogd gets its messages there after a boot', async () => {
      await lab.fault('ns1', { kind: 'reboot' });
      await expect.poll(answers).toBe(true);
      const pid = (await sh(`cat ${cage}/var/run/named/named.pid`)).trim();
      expect(await sh(`ps -ww -o user= -o command= -p ${pid}`)).toMatch(
        new RegExp(`^named +/usr/sbin/named -u named -t ${cage} *\\n$`),
      );
      expect(await sh(`fstat -p ${pid} | awk '$4 == "root" { print $6 }'; stat -f %i ${cage}`)).toMatch(
        /^(\d+)\n\1\n$/,
      );
      expect(await sh(`ls ${cage}/var/run/log; readlink /var/run/named/named.pid`)).toBe(
        `${cage}/var/run/log\n${cage}/var/run/named/named.pid\n`,
      );
    });
  });
