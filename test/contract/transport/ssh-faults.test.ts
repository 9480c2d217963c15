// How the ssh transport fails by ssh2.
import { sshTransport } from '../../../src/transport/index.ts';
import { describeFaults, neverRead } from './faults.ts';
import { clientFiles } from './in-process-sshd.ts';

describeFaults({
  name: 'ssh2',
  home: '',
  connection: {},
  firstOffers: [],
  transport: (files, options) => {
    const readFile = clientFiles(files);
    return sshTransport({
      startLimit: 4,
      homeDirectory: '',
      readFile: (path) => (files[path] === neverRead ? new Promise<never>(() => undefined) : readFile(path)),
      ...options,
    });
  },
});
