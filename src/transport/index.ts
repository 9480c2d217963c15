// The face of transport/: the port, and the two ways of reaching a host.
export type { Channel, ExitStatus, HostConnection, LoginFacts, Session, Transport } from './port.ts';
export { execAsRoot } from './become.ts';
export { localTransport } from './local/local-transport.ts';
export { type Effective, parseEffective } from './ssh/config/effective.ts';
export { Resolver } from './ssh/config/resolve.ts';
export { type Destination, recordedName } from './ssh/destination.ts';
export type { Said } from './ssh/config/lay-over.ts';
export type { SshQuestion, Surroundings } from './ssh/config/resolve.ts';
export { fingerprint, keyTypeOf, knownHostName, parseKnownHosts } from './ssh/known-hosts.ts';
export { knownHostsReader } from './ssh/known-hosts-files.ts';
export { shownHostKey } from './ssh/shown-host-key.ts';
export { plain } from './printable.ts';
export { hintForRefusal } from './refusal-words.ts';
export type { LoginSecrets } from './ssh/login-secrets.ts';
export { sshTransport } from './ssh/ssh-transport.ts';
export type { SshOptions } from './ssh/ssh-transport.ts';
