// Small configurations of ssh, written by hand and drawn, for a comparison with what ssh itself makes of them.
import fc from 'fast-check';

/** Lines of one file, and those of a file that it may include as INCLUDED. */
export interface SshConfigText {
  readonly text: string;
  readonly included?: string;
}

const byHand: readonly (string | readonly [text: string, included: string])[] = [
  'Host ns1\n  HostName 192.0.2.1',
  'Host ns?\n  HostName %h.example.net',
  'Host ns* !ns1\n  Port 2222\nHost *\n  Port 22022',
  'Host=ns1\n  Port=2201\n  User = ops',
  'HOST ns1\n\tHOSTNAME\tNS1.EXAMPLE.NET',
  'User first\nUser second',
  'Host other\n  User ops\nHost ns1\n  User root',
  'Host other\n  User ops',
  'Match host ns1\n  User ops',
  'Host ns1\n  HostName real.example.net\nMatch host real.example.net\n  User ops\nMatch originalhost ns1\n  Port 2022',
  'Match user ops\n  Port 2022\nHost ns1\n  User ops',
  'Match all\n  IdentityFile ~/.ssh/fleet',
  'Match exec "test 1 = 1"\n  Port 2200',
  'Match exec "test %n = ns1"\n  Port 2200\nMatch exec "test %n = ns2"\n  Port 2299',
  'Match !exec "true"\n  Port 2200',
  'Match final\n  Port 2200\nHost ns1\n  HostName a.example.net',
  'Match final host a.example.net\n  User late\nHost ns1\n  HostName a.example.net',
  ['Include INCLUDED\nHost ns1\n  Port 22', 'Host ns1\n  Port 2200\n  User inc'],
  ['Host ns1\n  Include INCLUDED', 'User inc\nIdentityFile /keys/%r@%h'],
  ['Host other\n  Include INCLUDED\nHost ns1\n  Port 2', 'User inc'],
  'IdentityFile ~/.ssh/a\nIdentityFile ~/.ssh/b\nIdentityFile ~/.ssh/a',
  'IdentityFile "/keys/with blank/id"\nIdentitiesOnly yes',
  'IdentityFile none',
  'IdentityFile ~/.ssh/%r_%h_%p_%n_%u_%%_%i_%L_%d',
  'IdentityFile ${HOME}/keys/%n',
  'IdentityAgent none',
  'IdentityAgent /run/agent.%i',
  'IdentityAgent SSH_AUTH_SOCK',
  'IdentityAgent ~/.agent',
  'UserKnownHostsFile /a/known',
  'UserKnownHostsFile /a/known ~/.ssh/two',
  'UserKnownHostsFile none\nGlobalKnownHostsFile /etc/one /etc/two',
  'UserKnownHostsFile "/with blank/known" /b\nGlobalKnownHostsFile none',
  'UserKnownHostsFile /known/%k\nHostKeyAlias fleet-ns1',
  'HostKeyAlias ns1.internal',
  'StrictHostKeyChecking yes',
  'StrictHostKeyChecking accept-new',
  'StrictHostKeyChecking ask',
  'ProxyJump gate',
  'ProxyJump ops@gate:2022',
  'ProxyJump ops@one:2022,two,ssh://three:77',
  'ProxyJump [2001:db8::1]:2022',
  'Host ns1\n  ProxyJump none\nHost *\n  ProxyJump gate',
  'Host gate\n  User ops\n  Port 2022\nHost ns*\n  ProxyJump gate',
  'Host gate\n  ProxyJump outer\n  IdentityFile /keys/gate\nHost ns*\n  ProxyJump gate,inner\nHost inner\n  HostName 192.0.2.77',
  'ProxyCommand nc %h %p',
  'ProxyCommand ssh -W [%h]:%p -l %r gate.example.net',
  'ProxyCommand none\nProxyJump gate',
  'ProxyJump gate\nProxyCommand nc %h %p',
  'ConnectTimeout 7',
  'ConnectTimeout 1m',
  'ServerAliveInterval 5\nServerAliveCountMax 2',
  'ServerAliveCountMax 9',
  'AddressFamily inet',
  'AddressFamily inet6\nBindAddress ::1',
  'BindAddress 127.0.0.1',
  'Ciphers aes256-ctr,aes128-ctr',
  'Ciphers ^aes256-gcm@openssh.com',
  'KexAlgorithms +diffie-hellman-group1-sha1',
  'KexAlgorithms -curve25519*',
  'MACs hmac-sha2-512',
  'HostKeyAlgorithms +ssh-rsa\nPubkeyAcceptedAlgorithms +ssh-rsa',
  'HostKeyAlgorithms ssh-ed25519',
  'CanonicalizeHostname yes\nCanonicalDomains invalid\nHost ns1\n  Port 2200',
  '# a remark\n\n   Host ns1   \n\n  User ops # behind it\n',
];

/** All that were written by hand, and so many drawn from a seed. */
export function sshConfigTexts(drawn: number, seed: number): readonly SshConfigText[] {
  return [
    ...byHand.map((each) =>
      typeof each === 'string' ? { text: each } : { text: each[0], included: each[1] },
    ),
    ...fc.sample(anyText(), { numRuns: drawn, seed }).map((text) => ({ text })),
  ];
}

const setting = fc.constantFrom(
  ...[
    'User ops',
    'User root',
    'User deploy',
    'Port 2022',
    'Port 2222',
    'HostName 192.0.2.9',
    'HostName %h.example.net',
  ],
  ...[
    'IdentityFile ~/.ssh/a',
    'IdentityFile /keys/%n',
    'IdentitiesOnly yes',
    'IdentityAgent /run/x',
    'HostKeyAlias k%%',
  ],
  ...['ProxyJump gate', 'ProxyJump none', 'ProxyJump a,b', 'ProxyCommand nc %h %p', 'ConnectTimeout 3'],
  ...[
    'ServerAliveInterval 4',
    'UserKnownHostsFile /k/%h',
    'Ciphers aes256-ctr',
    'AddressFamily inet',
    'Compression yes',
  ],
);
const head = fc.constantFrom(
  ...[
    'Host ns1',
    'Host ns*',
    'Host * !ns2',
    'Host gate',
    'Host a b',
    'Match host 192.0.2.9',
    'Match user ops',
  ],
  ...[
    'Match originalhost ns1',
    'Match all',
    'Match exec true',
    'Match final',
    'Match !host gate',
    'Host ns2 ns1',
  ],
);

function anyText(): fc.Arbitrary<string> {
  const block = fc
    .tuple(head, fc.array(setting, { minLength: 1, maxLength: 4 }))
    .map(([first, settings]) => [first, ...settings.map((each) => `  ${each}`)].join('\n'));
  return fc
    .tuple(fc.array(setting, { maxLength: 2 }), fc.array(block, { minLength: 1, maxLength: 4 }))
    .map(([top, blocks]) => [...top, ...blocks].join('\n'));
}
