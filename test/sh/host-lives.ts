// The lives of resources that work on services, packages and accounts.
import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { fakeService, fakeTools, movedTo, writeAccounts } from './fake-host.ts';
import type { Life } from './life.ts';
import type { ScratchHost } from './scratch.ts';

/** Made for one scratch host, because scripts and tools lie in it. */
export interface HostLife {
  readonly resource: string;
  readonly title: string;
  life(host: ScratchHost): Life;
}

function named(
  resource: string,
  title: string,
  life: (host: ScratchHost) => Omit<Life, 'resource' | 'title'>,
): HostLife {
  return { resource, title, life: (host) => ({ resource, title, ...life(host) }) };
}

const serviceLives: readonly HostLife[] = [
  named('service_running', 'starts a service, and stops it at an undo', (host) => {
    const service = fakeService(host, 'one');
    return {
      state: `service_running one --script ${service.script}`,
      after: () => {
        expect(service.isRunning()).toBe(true);
      },
      drift: () => {
        service.stop();
        return service.start;
      },
      undone: () => {
        expect(service.isRunning()).toBe(false);
      },
    };
  }),
  named('service_running', 'stops a service, and starts it at an undo', (host) => {
    const service = fakeService(host, 'two');
    return {
      before: service.start,
      state: `service_running two --state stopped --script ${service.script}`,
      after: () => {
        expect(service.isRunning()).toBe(false);
      },
      drift: () => {
        service.start();
        return service.stop;
      },
      undone: () => {
        expect(service.isRunning()).toBe(true);
      },
    };
  }),
  named('restart', 'restarts what runs when its file changed, again when the file is back', (host) => {
    const service = fakeService(host, 'three');
    let pid = '';
    return {
      before: () => {
        host.write('conf', 'a\n');
        service.start();
        pid = service.pid();
      },
      state: `line "$root/conf" --line b\nrestart three --script ${service.script} --when-changed "$root/conf"`,
      after: () => {
        expect(service.pid()).not.toBe(pid);
        pid = service.pid();
      },
      drift: () => {
        host.write('conf', 'a\n');
      },
      undone: () => {
        expect(service.isRunning()).toBe(true);
        expect(service.pid()).not.toBe(pid);
      },
    };
  }),
  named('service_enabled', 'says yes in rc.conf', (host) => {
    fakeService(host, 'four');
    return {
      runtime: movedTo(host.root),
      before: () => {
        host.write('etc/rc.conf', 'four=NO # for now\n');
      },
      state: 'service_enabled four',
      after: () => {
        expect(host.read('etc/rc.conf')).toBe('four=yes # for now\n');
      },
      drift: () => {
        host.write('etc/rc.conf', 'four=off\n');
      },
    };
  }),
];

const systemLives: readonly HostLife[] = [
  named('package', 'adds a package, and removes it with all that came with it', (host) => ({
    runtime: movedTo(host.root),
    settings: { searchPath: fakeTools(host) },
    before: () => {
      host.write('usr/pkg/bin/other', 'x\n');
      host.write('var/db/pkg/other-1.0/+DESC', 'other\n');
      host.write('var/db/pkg/pkgdb.byfile.db', 'db\n');
    },
    state: 'package bind --from http://pkg.example.net/All --provides "$root/usr/pkg/sbin/named"',
    after: () => {
      expect(existsSync(host.path('usr/pkg/sbin/named'))).toBe(true);
    },
    drift: () => {
      host.remove('var/db/pkg/bind-9.9.2');
    },
    grain: 'second',
  })),
  named('package', 'leaves no trace on a host that had none', (host) => ({
    runtime: movedTo(host.root),
    settings: { searchPath: fakeTools(host) },
    before: () => {
      host.write('usr/bin/keep', '');
      host.write('var/db/keep', '');
    },
    state: 'package bind',
    after: () => {
      expect(existsSync(host.path('var/db/pkg/lib+xml-2.0'))).toBe(true);
    },
    drift: () => {
      host.remove('var/db/pkg');
    },
  })),
  named('group', 'adds a group', (host) => ({
    runtime: movedTo(host.root),
    settings: { searchPath: fakeTools(host) },
    before: writeAccounts,
    state: 'group named --gid 14',
    after: () => {
      expect(host.read('etc/group')).toContain('named:*:14:');
    },
    drift: () => {
      host.write('etc/group', 'wheel:*:0:root\n');
    },
  })),
  named('user', 'adds an account with a group of its own', (host) => ({
    runtime: movedTo(host.root),
    settings: { searchPath: fakeTools(host) },
    before: writeAccounts,
    state:
      'user named --uid 14 --group =uid --home /home/named --shell /sbin/nologin --comment "Name server"',
    after: () => {
      expect(host.read('etc/passwd')).toContain('named:*:14:14:Name server:/home/named:/sbin/nologin');
    },
    drift: () => {
      host.write('etc/passwd', 'root:*:0:0:Charlie &:/root:/bin/sh\n');
    },
  })),
  named('user', 'changes an account, and gives it its old fields back', (host) => ({
    runtime: movedTo(host.root),
    settings: { searchPath: fakeTools(host) },
    before: writeAccounts,
    state: 'user sam --shell /sbin/nologin --home /nonexistent',
    after: () => {
      expect(host.read('etc/passwd')).toContain('sam:*:1000:100::/nonexistent:/sbin/nologin');
    },
    drift: () => {
      host.write('etc/passwd', host.read('etc/passwd').replace('nologin', 'sh'));
    },
  })),
];

/** All of them. */
export const hostLives: readonly HostLife[] = [...serviceLives, ...systemLives];
