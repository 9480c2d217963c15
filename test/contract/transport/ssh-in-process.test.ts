// The transport contract over ssh2, against an sshd inside this process.
import { sshTransport } from '../../../src/transport/index.ts';
import { describeTransport } from './contract.ts';
import { clientFiles, keyPair, knownHostsText, loopbackHost, startSshd } from './in-process-sshd.ts';

describeTransport(
  'ssh to an sshd in this process',
  async () => {
    const sshd = await startSshd();
    const transport = sshTransport({
      startLimit: 4,
      homeDirectory: '/home/ops',
      readFile: clientFiles({
        '/home/ops/id': keyPair('user').private,
        '/home/ops/known_hosts': knownHostsText(sshd.port, sshd.hostPublicKeys),
      }),
    });
    return { transport, host: loopbackHost(sshd.port), stop: sshd.stop };
  },
  'SSH_LOST',
);
