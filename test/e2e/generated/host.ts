// A generated configuration on a practice host: laid there, started, fingerprinted, updated.
import { gzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import { pack } from 'tar-stream';
import type { Lab } from '../../../src/lab/index.ts';
import { inside } from '../muster.ts';
import type { GeneratedHost, HostEntry, UpdatedZone } from './model.ts';

async function archive(entries: readonly HostEntry[]): Promise<Buffer> {
  const tar = pack();
  const chunks: Buffer[] = [];
  const read = (async () => {
    for await (const chunk of tar) chunks.push(chunk as Buffer);
  })();
  // Directories last: their modes and owners count, also where a file made them first.
  for (const { path, kind, mode, owner, content } of entries.toSorted(
    (a, b) => a.kind.localeCompare(b.kind) * -1,
  )) {
    const head = { name: path.slice(1), mode, uid: owner, gid: owner, mtime: new Date() };
    if (kind === 'link') tar.entry({ ...head, type: 'symlink', linkname: content });
    else tar.entry({ ...head, type: kind }, content);
  }
  tar.finalize();
  await read;
  return Buffer.concat(chunks);
}

// One argument of a command may have 128 KiB.
const pieceLength = 96_000;

/** Unpacks the files on the host, over what is there. */
export async function unpack(lab: Lab, host: string, entries: readonly HostEntry[]): Promise<void> {
  const text = gzipSync(await archive(entries)).toString('base64');
  await inside(lab, host, ': >/tmp/laid');
  for (let at = 0; at < text.length; at += pieceLength) {
    await inside(lab, host, `printf %s '${text.slice(at, at + pieceLength)}' >>/tmp/laid`);
  }
  await inside(lab, host, 'openssl base64 -d -A </tmp/laid | gunzip | (cd / && tar xpf -); rm /tmp/laid');
}

const stopNamed = `old=$(ps -axww -o pid -o command | awk '$2 ~ "/named$" { print $1 }')
  for pid in $old; do kill $pid; done
  for pid in $old; do i=0; while kill -0 $pid 2>/dev/null && [ $i -lt 100 ]; do i=$((i + 1)); sleep 0.1; done; done`;

/** Resets the host, lays the configuration there and starts the base system's named with it. */
export async function lay(lab: Lab, host: string, generated: GeneratedHost): Promise<void> {
  await lab.reset(host);
  const addresses = generated.addresses.map(
    (address) => `/libexec/.linux/bin/ip addr add ${address}/32 dev eth0`,
  );
  await unpack(lab, host, generated.entries);
  const flags = generated.flags === '' ? '' : `echo 'named_flags="${generated.flags}"' >>/etc/rc.conf`;
  await inside(
    lab,
    host,
    [
      ...addresses,
      stopNamed,
      flags,
      generated.prepare,
      'sh /etc/rc.d/named start || { sleep 1; tail -20 /var/log/messages; exit 1; }',
    ]
      .filter(Boolean)
      .join('\n'),
  );
}

/** Why named does not serve what it was given: its checker, and its last lines. */
export async function complaints(lab: Lab, host: string, generated: GeneratedHost): Promise<string> {
  const conf = /-c (\S+)/.exec(generated.flags)?.[1] ?? '/etc/named.conf';
  return await inside(
    lab,
    host,
    `named-checkconf -z ${conf} 2>&1 | grep -v 'loaded serial' | head -20; grep named /var/log/messages | tail -20; ps -axww -o command | grep named`,
  );
}

/** Every path of the host with kind, mode, owner, link target and checksum, but what daemons and runs write as they go. */
export async function fingerprint(
  lab: Lab,
  host: string,
  generated: Pick<GeneratedHost, 'written'>,
): Promise<ReadonlyMap<string, string>> {
  const text = await inside(
    lab,
    host,
    // What is huge is a file of holes that somebody planted: to read it takes hours.
    `words() { sed 's/[^A-Za-z0-9_./]/\\\\&/g'; }
    ours() { grep -v -E '^/(proc|dev|tmp|var/log|var/db/muster)(/|$)' | sort; }
    find / -xdev -print | ours | words | xargs stat -f '%N	%HT %p %u %g %Y'
    find / -xdev -type f ! -size +1000000k -print | ours | words | xargs cksum |
      awk '{ sum = $1 " " $2; sub(/^[0-9]+ [0-9]+ /, ""); print $0 "	sum " sum }'`,
  );
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [path = '', what = ''] = line.split('\t');
    if (path !== '' && !isTransient(path, generated)) found.set(path, `${found.get(path) ?? ''}${what} `);
  }
  return found;
}

// What daemons write, and what is made anew at each boot or from other files.
const transient =
  /^\/$|^\/var\/run(\/([^/]*\.pid|log|syslogd\.sockets|utmp.*|rc\.log|dmesg\.boot))?$|^\/etc\/s?pwd\.db$|^\/(root|home\/[^/]*)\/\.ssh\//;

function isTransient(path: string, generated: Pick<GeneratedHost, 'written'>): boolean {
  return transient.test(path) || generated.written.some((pattern) => pattern.test(path));
}

/** How two fingerprints differ, a line a path; `known`: only paths that were there before. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  which: 'all' | 'known' = 'all',
): string[] {
  const lines: string[] = [];
  for (const [path, was] of before) {
    const is = after.get(path);
    if (is !== was)
      lines.push(is === undefined ? `${path} is gone` : `${path} was ${was.trim()}, is ${is.trim()}`);
  }
  if (which === 'all') for (const path of after.keys()) if (!before.has(path)) lines.push(`${path} is new`);
  return lines;
}

/** The pids and command lines of all that is called named. */
export async function namedProcesses(lab: Lab, host: string): Promise<string> {
  return await inside(
    lab,
    host,
    `ps -axww -o pid -o command | awk '$2 ~ "/named$" { sub(/ *$/, ""); sub(/^ */, ""); print }'`,
  );
}

/** Names of the private keys of zones that are anywhere on the host, without their directories, sorted. */
export async function privateKeys(lab: Lab, host: string): Promise<string[]> {
  const text = await inside(lab, host, `find / -xdev -name 'K*.private' -print | sed 's,.*/,,'`);
  return [...new Set(text.split('\n').filter(Boolean))].toSorted();
}

/** Makes a key for a zone that is yet to come where the caged named keeps its keys, as an operator does. */
export async function makeKey(lab: Lab, host: string, directory: string): Promise<void> {
  await inside(
    lab,
    host,
    `name=$(dnssec-keygen -q -K ${directory} -a ECDSAP256SHA256 future.example) && chown 14:14 ${directory}/$name.*`,
  );
}

/** Lets named read its configuration again; what it said, where it could not. */
export async function reload(lab: Lab, host: string): Promise<string> {
  const failed = `grep -c 'reloading configuration failed' /var/log/messages; :`;
  const before = await inside(lab, host, failed);
  await inside(lab, host, `kill -HUP $(ps -axww -o pid -o command | awk '$2 ~ "/named$" { print $1 }')`);
  await sleep(500);
  if ((await inside(lab, host, failed)) === before) return '';
  return await inside(lab, host, `grep named /var/log/messages | tail -5`);
}

/** Sends an update that adds a record of this name; true where named took it. */
export async function update(
  lab: Lab,
  host: string,
  { zone, asker, sessionKey }: UpdatedZone,
  name: string,
  cage = '',
): Promise<boolean> {
  const source = asker.from === undefined ? '' : `local ${asker.from}\n`;
  const key =
    sessionKey === undefined ? (asker.key === undefined ? '' : `-y ${asker.key}`) : `-k ${cage}${sessionKey}`;
  const said = await inside(
    lab,
    host,
    `nsupdate -t 2 -u 1 -r 1 ${key} 2>&1 <<'EOT' && echo taken
server ${asker.at} ${asker.port}
${source}zone ${zone}
update add ${name}.${zone}. 60 A 192.0.2.99
send
EOT
:`,
  );
  return said.includes('taken');
}

/** Which of these names the zone does not have. */
export async function missingNames(
  lab: Lab,
  host: string,
  { zone, asker }: UpdatedZone,
  names: readonly string[],
): Promise<string[]> {
  const client = `${asker.from === undefined ? '' : `-b ${asker.from} `}${asker.key === undefined ? '' : `-y ${asker.key} `}`;
  const missing: string[] = [];
  for (const name of names) {
    const answer = await inside(
      lab,
      host,
      `dig +short +norecurse ${client}@${asker.at} -p ${asker.port} ${name}.${zone} A 2>&1; :`,
    );
    if (!answer.includes('192.0.2.99')) missing.push(`${name}.${zone}`);
  }
  return missing;
}

/** Runs one of the operator's commands; what it said, where it did not work. */
export async function tryHabit(lab: Lab, host: string, line: string): Promise<string | undefined> {
  // A reload may be asked for while another one is going on.
  let said = '';
  for (let attempt = 0; attempt < 3; attempt++) {
    said = await inside(lab, host, `${line} 2>&1 && echo habit-works; :`);
    if (said.includes('habit-works')) return undefined;
    await sleep(300);
  }
  return said.trim();
}
