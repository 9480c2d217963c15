// The hosts of a zone, from what dig prints for its transfer.
import { isHostName, UsageError } from '../model/index.ts';
import {
  type DraftHost,
  emptyDraft,
  emptyLayer,
  type ForeignNote,
  groupNames,
  type Imported,
} from './draft.ts';

const mostHosts = 10_000;

/** Every name with an address is a host, in a group of the zone's name. Throws UsageError when there was no transfer. */
export function importZone(text: string, zone: string): Imported {
  const draft = emptyDraft();
  const notes: ForeignNote[] = [];
  let ends = 0;
  for (const line of text.split(/\r?\n/)) {
    const [, owner = '', type = '', data = ''] = /^(\S+)\s+\d+\s+IN\s+(SOA|A|AAAA)\s+(\S+)/.exec(line) ?? [];
    if (type === 'SOA') ends += 1;
    if (type !== 'A' && type !== 'AAAA') continue;
    const name = owner.replace(/\.$/, '').toLowerCase();
    if (!isHostName(name)) notes.push({ place: zone, what: `${name} cannot be the name of a host` });
    else addAddress(draft.hosts, name, data);
  }
  // The SOA record stands at both ends of a transfer.
  if (ends < 2) throw notTransferred(text, zone, ends);
  if (draft.hosts.size === 0) throw new UsageError('SOURCE', `no name in ${zone} has an address`);
  if (draft.hosts.size > mostHosts)
    throw new UsageError('SOURCE', `${zone} has more than ${String(mostHosts)} hosts`);
  const group = groupNames().of(zone.replace(/\.$/, '').toLowerCase());
  draft.groups.set(group, { hosts: [...draft.hosts.keys()], groups: [], ...emptyLayer() });
  return { draft, notes };
}

/** An IPv4 address before an IPv6 one, and the first of several. */
function addAddress(hosts: Map<string, DraftHost>, name: string, address: string): void {
  const known = hosts.get(name);
  const isBetter = known?.address?.includes(':') === true && !address.includes(':');
  if (known === undefined) hosts.set(name, { address, ...emptyLayer() });
  else if (isBetter) known.address = address;
}

function notTransferred(text: string, zone: string, ends: number): UsageError {
  const said = [...text.matchAll(/^;+ ?(.*)$/gm)].map(([, words = '']) => words);
  const status = /\bstatus: (\w+)/.exec(text)?.[1] ?? 'NOERROR';
  const isUnsigned = said.some((words) => /verify signature|tsig/i.test(words));
  const unread = said.find((words) => /^Couldn't read key/.test(words));
  if (unread !== undefined) return new UsageError('SOURCE', `${zone} was not transferred: ${unread}`);
  const own = said.findLast((words) => /failed:|error:|refused|timed out|end of file/i.test(words));
  if (isUnsigned || status === 'BADKEY' || status === 'BADSIG') {
    return new UsageError(
      'SOURCE',
      `${zone} was not transferred: the server does not take the TSIG key (${status})`,
      {
        hint: 'name, algorithm and secret must be those of the server, and the clocks within five minutes',
      },
    );
  }
  if (status === 'REFUSED') {
    return new UsageError('SOURCE', `${zone} was not transferred: the server refuses it (REFUSED)`, {
      hint: 'allow-transfer of the server must name the TSIG key of `key`, or the address of this machine',
    });
  }
  if (status !== 'NOERROR') {
    return new UsageError('SOURCE', `${zone} was not transferred: the server says ${status}`, {
      hint: 'is it a name server of this zone?',
    });
  }
  const what = ends === 1 ? 'the transfer was cut off' : 'no SOA record came';
  return new UsageError('SOURCE', `${zone} was not transferred: ${own ?? what}`);
}
