// The command line of OpenSSH's client for a host: what the inventory says, and what must hold whatever the operator's ssh_config
// says. The rest ssh reads in its own files.
import { endpointOf } from '../ssh/connect-errors.ts';
import type { Destination } from '../ssh/destination.ts';

/** What the command line is made of, beside the host. */
export interface ClientPlan {
  readonly host: Destination;
  /** The control socket that the client is to make. */
  readonly socket: string;
  /** The file in place of the operator's own; `none` for none. */
  readonly configFile?: string;
  /** The control socket of the client that is logged in to the jump host. */
  readonly hopSocket?: string;
  readonly keepaliveMs: number;
  /** The DNS is asked about a key that no file vouches for. */
  readonly asksDns?: boolean;
  /** A file of keys that are never taken. */
  readonly revokedKeys?: string;
  /** Nothing is offered: the login ends when the host key was checked. */
  readonly onlyKey?: boolean;
  /** What the client asks is answered; otherwise it asks nothing. */
  readonly asks?: 'passphrases' | 'password';
}

/** What the client prints when it is logged in, and its control socket is there. */
export const readyWord = 'muster-ready';

// With these options a connection can do no more than log in, and nobody is asked anything.
const fixed = [
  'StrictHostKeyChecking=yes',
  'UpdateHostKeys=no',
  'NoHostAuthenticationForLocalhost=no',
  'ControlMaster=yes',
  'ControlPersist=no',
  'PermitLocalCommand=yes',
  `LocalCommand=echo ${readyWord}`,
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
  'ForwardX11=no',
  'Tunnel=no',
  'RequestTTY=no',
  'ConnectionAttempts=1',
  'LogLevel=DEBUG1',
  'VisualHostKey=no',
];

// The same order as by ssh2. A second prompt would be another try.
const asking = ['BatchMode=no', 'NumberOfPasswordPrompts=1'];
const withPassword = [
  'PasswordAuthentication=yes',
  'KbdInteractiveAuthentication=yes',
  'PreferredAuthentications=gssapi-with-mic,hostbased,publickey,password,keyboard-interactive',
];
const withoutPassword = ['PasswordAuthentication=no', 'KbdInteractiveAuthentication=no'];

const onlyKey = ['PreferredAuthentications=none', 'PubkeyAuthentication=no', 'IdentityAgent=none'];

const old = [
  'KexAlgorithms=+diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1',
  'HostKeyAlgorithms=+ssh-rsa',
  'PubkeyAcceptedKeyTypes=+ssh-rsa',
  'Ciphers=+aes256-cbc,aes192-cbc,aes128-cbc,3des-cbc',
];

/** Words behind `ssh`. */
export function clientArguments(plan: ClientPlan): readonly string[] {
  const { host, configFile, socket } = plan;
  const settings = [
    ...fixed,
    ...(plan.onlyKey === true ? onlyKey : []),
    ...(plan.asks === undefined ? ['BatchMode=yes'] : asking),
    ...(plan.asks === undefined ? [] : plan.asks === 'password' ? withPassword : withoutPassword),
    `ControlPath=${socket}`,
    `HostName=${literal(host.address)}`,
    `Port=${host.port}`,
    `User=${host.user}`,
    `ConnectTimeout=${Math.ceil(host.connectTimeoutMs / 1000)}`,
    `ServerAliveInterval=${Math.ceil(plan.keepaliveMs / 1000)}`,
    `ServerAliveCountMax=${host.keepaliveCount ?? 4}`,
    `UserKnownHostsFile=${host.knownHosts.map((path) => quoted(literal(path))).join(' ')}`,
    'GlobalKnownHostsFile=/dev/null',
    `VerifyHostKeyDNS=${plan.asksDns === true ? 'yes' : 'no'}`,
    ...(plan.revokedKeys === undefined ? [] : [`RevokedHostKeys=${quoted(literal(plan.revokedKeys))}`]),
    ...(host.identityFile === undefined ? [] : [`IdentityFile=${quoted(literal(host.identityFile))}`]),
    ...(host.identityFile !== undefined && !host.agent ? ['IdentitiesOnly=yes'] : []),
    ...(host.agent ? [] : ['IdentityAgent=none']),
    ...(host.legacyAlgorithms ? old : []),
    // Not known to every version.
    ...(host.forks === true ? ['ForkAfterAuthentication=no'] : []),
    `ProxyCommand=${wayThere(plan)}`,
  ];
  return [
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...['-M', '-N', '-T'],
    ...settings.flatMap((setting) => ['-o', setting]),
    '--',
    host.name,
  ];
}

function wayThere({ host, hopSocket }: ClientPlan): string {
  const { route } = host;
  if (route.kind === 'command') return literal(route.command);
  if (route.kind === 'straight' || hopSocket === undefined) return 'none';
  // The client at the socket does it. Were that one gone, this one must not look for a host of that name.
  const words = `-F none -S ${hopSocket} -o BatchMode=yes -o ProxyCommand=false`;
  return `ssh ${words} -W '${literal(endpointOf(host))}' muster-jump-host`;
}

/** ssh replaces what stands behind `%`. */
function literal(text: string): string {
  return text.replaceAll('%', '%%');
}

function quoted(path: string): string {
  return /[\s"#]/.test(path) ? `"${path.replaceAll('"', '\\"')}"` : path;
}
