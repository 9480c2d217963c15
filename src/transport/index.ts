// The face of transport/: the port, and the two ways of reaching a host.
export type { Channel, ExitStatus, HostConnection, Session, Transport } from './port.ts';
export { becomeCommand } from './become.ts';
export { localTransport } from './local/local-transport.ts';
export { sshTransport } from './ssh/ssh-transport.ts';
export type { SshOptions } from './ssh/ssh-transport.ts';
