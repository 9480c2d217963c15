// The transport contract over this machine's own /bin/sh.
import { localTransport } from '../../../src/transport/index.ts';
import { describeTransport } from './contract.ts';

describeTransport(
  '/bin/sh on this machine',
  () =>
    Promise.resolve({
      transport: localTransport(),
      host: {
        name: 'here',
        address: 'localhost',
        port: 22,
        user: 'root',
        knownHosts: ['/dev/null'],
        agent: false,
        become: 'none',
        connectTimeoutMs: 1_000,
        legacyAlgorithms: false,
      },
      stop: () => Promise.resolve(),
    }),
  'LOCAL_LOST',
);
