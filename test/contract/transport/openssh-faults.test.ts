// How the ssh transport fails by OpenSSH's own client, which wants real files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { sshTransport } from '../../../src/transport/index.ts';
import { describeFaults, neverRead } from './faults.ts';

const home = mkdtempSync(join(tmpdir(), 'muster-openssh-'));

afterAll(() => {
  rmSync(home, { recursive: true });
});

describeFaults({
  name: "OpenSSH's client",
  home,
  connection: { transport: 'openssh' },
  // It always asks whether a host lets everybody in, which also says what the host takes.
  firstOffers: ['none'],
  transport: (files, options) => {
    for (const path of ['/known_hosts', '/more']) rmSync(home + path, { force: true });
    for (const [path, text] of Object.entries(files))
      if (text !== neverRead) writeFileSync(home + path, text, { mode: 0o600 });
    const stuck = new Set(Object.keys(files).filter((path) => files[path] === neverRead));
    return sshTransport({
      startLimit: 4,
      homeDirectory: home,
      readFile: (path) =>
        stuck.has(path.slice(home.length)) ? new Promise<never>(() => undefined) : readFile(path),
      openssh: true,
      ...options,
    });
  },
});
