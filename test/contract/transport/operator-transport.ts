// A transport as an operator has it: both clients, and the files below a home directory.
import { readFile } from 'node:fs/promises';
import { sshTransport, type SshOptions, type Transport } from '../../../src/transport/index.ts';

/** Paths with `~` are below `home`; `more` is what differs from the usual. A test that makes it closes it. */
export function operatorTransport(home: string, more: Partial<SshOptions> = {}): Transport {
  return sshTransport({
    startLimit: 4,
    homeDirectory: home,
    readFile: (path) => readFile(path),
    openssh: true,
    ...more,
  });
}
