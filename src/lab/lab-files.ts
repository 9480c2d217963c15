// The texts of the files that let muster, or plain ssh, talk to a lab: known_hosts and inventory.yaml.
import { stringify } from 'yaml';
import type { LabHost } from './lab.ts';

/** known_hosts lines for one host; `publicKeys` is the text of its /etc/ssh/ssh_host_*_key.pub files. */
export function renderKnownHosts(host: Pick<LabHost, 'address' | 'sshPort'>, publicKeys: string): string {
  return publicKeys
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([type, key]) => type !== undefined && key !== undefined)
    .map(([type, key]) => `[${host.address}]:${host.sshPort} ${type ?? ''} ${key ?? ''}\n`)
    .join('');
}

/** An inventory with every host of the lab in the group `auth`. */
export function renderInventory(
  hosts: readonly Pick<LabHost, 'name' | 'address' | 'sshPort'>[],
  files: { readonly identityFile: string; readonly knownHostsFile: string },
): string {
  const inventory = {
    connection: {
      user: 'root',
      identity_file: files.identityFile,
      known_hosts: files.knownHostsFile,
      agent: false,
    },
    hosts: Object.fromEntries(
      hosts.map(({ name, address, sshPort }) => [name, { address, connection: { port: sshPort } }]),
    ),
    groups: { auth: { hosts: foldNames(hosts.map(({ name }) => name)) } },
  };
  return `# Practice hosts; muster wrote this file and removes it with them.\n${stringify(inventory)}`;
}

/** Writes names that count up from the first without a gap as one range pattern, e.g. `ns[1-3]`. */
function foldNames(names: readonly string[]): readonly string[] {
  const match = /^(.*?)(0|[1-9]\d*)$/.exec(names[0] ?? '');
  if (match === null || names.length < 2) return names;
  const [, prefix = '', first = ''] = match;
  const start = Number(first);
  const counted = names.every((name, index) => name === `${prefix}${start + index}`);
  return counted ? [`${prefix}[${start}-${start + names.length - 1}]`] : names;
}
