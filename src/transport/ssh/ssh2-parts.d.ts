// The files of ssh2 that ssh2.ts takes; its types know only its face.
declare module 'ssh2/lib/client.js' {
  import { Client } from 'ssh2';
  export = Client;
}
declare module 'ssh2/lib/agent.js' {
  import ssh2 from 'ssh2';
  const agents: Pick<typeof ssh2, 'BaseAgent' | 'OpenSSHAgent'>;
  export = agents;
}
declare module 'ssh2/lib/protocol/keyParser.js' {
  import ssh2 from 'ssh2';
  const parser: Pick<typeof ssh2.utils, 'parseKey'>;
  export = parser;
}
