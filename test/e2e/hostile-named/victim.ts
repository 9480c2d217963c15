// The host that is attacked: a name server whose named owns directories of several kinds, and things of root's that are to stay as
// they are, with words in them that nobody else is to see.
import type { Lab } from '../../../src/lab/index.ts';
import { inside } from '../muster.ts';
import type { Watched } from './players.ts';
import { marker, prey } from './moves.ts';

/** Words that stand in files of root's alone: wherever else they are seen, a secret got out. */
export const tokens = ['CANARYofTheVault41c7', 'CANARYofThePasswords9e02'] as const;

/** Directories of the host in which its named writes, and which become the caged one's. */
export const ownOnHost = [
  '/etc/namedb/keys',
  '/etc/namedb/slave',
  '/etc/namedb/slave/sub',
  '/etc/namedb/dynamic',
  '/var/log/named',
] as const;

/** Directories that the caged named owns, as the host sees them. */
export function ownInCage(cage: string): readonly string[] {
  return [...ownOnHost.map((path) => `${cage}${path}`), `${cage}/var/run/named`];
}

const zone = (name: string): string =>
  `$TTL 3600\\n@ SOA ns.${name}. root.${name}. 7 3600 600 86400 300\\n@ NS ns\\nns A 192.0.2.7\\n`;

/** Makes the host what the attack needs, and starts its named with that. */
export async function prepare(lab: Lab, host: string): Promise<void> {
  const [vault, password] = tokens;
  await inside(
    lab,
    host,
    `mkdir -p ${prey.sealed}/inner ${prey.directory}/inner
echo ${vault} >${prey.secret}; echo ${vault} >${prey.sealed}/inner/file; chmod -R go= ${prey.sealed}
echo plain >${prey.linked}; echo plain >${prey.directory}/inner/file; echo ${vault} >${prey.directory}/closed; chmod 600 ${prey.directory}/closed
sed '/^root:/s/^root:[^:]*:/root:${password}:/' /etc/master.passwd >/etc/master.new && chmod 600 /etc/master.new && mv /etc/master.new /etc/master.passwd
for file in passwd group hosts rc.subr; do cp -p /etc/$file /etc/$file.new && mv /etc/$file.new /etc/$file; done
mkdir -p ${ownOnHost.join(' ')}
printf '${zone('dyn.example')}' >/etc/namedb/dynamic/dyn.example
printf '${zone('sec.example')}' >/etc/namedb/slave/sec.example
printf '${zone('sec.example')}' >/etc/namedb/slave/sub/old.example
chown -R named:named ${ownOnHost.join(' ')}
cat >>/etc/named.conf <<'EOT'
logging { channel file { file "/var/log/named/named.log"; }; category default { file; default_syslog; }; };
zone "dyn.example" { type master; file "dynamic/dyn.example"; allow-update { 127.0.0.1; }; };
zone "sec.example" { type slave; masters { 127.0.0.1 port 5399; }; file "slave/sec.example"; masterfile-format text; };
EOT
echo 'named_flags="-u named"' >>/etc/rc.conf
(cd / && tar cpf /root/own.tar ${ownOnHost.map((path) => path.slice(1)).join(' ')})
sh /etc/rc.d/named restart || { sleep 1; tail -20 /var/log/messages; exit 1; }`,
  );
}

/**
 * What an operator does after a refusal: removes what is planted in the directories of the host's named, and
 * restores named's own files.
 */
export async function weed(lab: Lab, host: string): Promise<void> {
  await inside(lab, host, `rm -rf ${ownOnHost.join(' ')}; cd / && tar xpf /root/own.tar`);
}

/** What no run, and nobody on the host, is to change. */
export function canaries(cage: string): readonly Watched[] {
  const inside = [
    '',
    '/etc',
    '/etc/namedb',
    '/etc/named.conf',
    '/etc/passwd',
    '/etc/master.passwd',
    '/var',
    '/var/run',
    '/var/log',
  ];
  const pathsByKind: Readonly<Record<Watched['kind'], readonly string[]>> = {
    all: [
      ...['', '/secret', '/inner', '/inner/file'].map((path) => `${prey.sealed}${path}`),
      ...['', '/closed', '/inner', '/inner/file'].map((path) => `${prey.directory}${path}`),
    ],
    links: [prey.passwords, prey.linked, '/etc/passwd', '/etc/group', '/etc/hosts', '/etc/rc.subr'],
    owner: [
      '/',
      '/etc',
      '/var',
      '/root',
      '/tmp',
      '/dev',
      '/dev/zero',
      '/dev/random',
      '/usr/sbin/named',
      '/home/ops',
    ],
    root: [
      ...[
        '/etc/rc.conf',
        '/etc/named.conf',
        '/etc/namedb',
        '/etc/rc.d/named',
        '/usr/pkg',
        '/usr/pkg/sbin/named',
      ],
      ...['/var/db/muster', '/etc/namedb/example.net'],
      ...[...inside, '/usr/pkg/sbin/named', '/usr/libexec/ld.elf_so'].map((path) => `${cage}${path}`),
    ],
  };
  return (['all', 'links', 'owner', 'root'] as const).flatMap((kind) =>
    pathsByKind[kind].map((path) => ({ kind, path })),
  );
}

/**
 * What root alone knows and others may read now, what ran as root, whether daemons of root's live: a line each. A file to which
 * the attacker made thousands of names is none that a run made.
 */
export async function aftermath(lab: Lab, host: string): Promise<readonly string[]> {
  const said = await inside(
    lab,
    host,
    `[ ! -e ${marker} ] || sed 's/^/ran as root: /' ${marker}
[ ! -e /var/db/muster/lock ] || { echo 'the lock is held: '; ls -la /var/db/muster/lock; }
find / -xdev \\( -path /proc -o -path ${prey.sealed} -o -path ${prey.directory} \\) -prune -o -type f -links -9 -size -2000k -print0 |
  xargs -0 grep -l -F -e ${tokens[0]} -e ${tokens[1]} 2>/dev/null | tr '\\n' '\\0' | xargs -0 ls -ldn 2>/dev/null |
  awk '$1 !~ /^-rw-------/ || $3 != 0 { print "a secret stands in: " $0 }'
for daemon in sshd cron inetd syslogd; do
  ps -axww -o user -o command | awk -v name="$daemon" '$1 == "root" && index($2, name) { found = 1 } END { exit !found }' ||
    echo "$daemon is gone"
done
ls -d /tmp/muster.?????? 2>/dev/null | sed 's/^/left in \\/tmp: /'
:`,
  );
  return said.split('\n').filter((line) => line !== '');
}
