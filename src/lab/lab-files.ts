// The texts of the files that let muster, or plain ssh, talk to a lab: known_hosts and inventory.yaml.
import { stringify } from 'yaml';
import { foldHostNames } from '../model/index.ts';
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

/** An inventory with every host of the lab in the group `auth`; `vars` are further vars of all hosts. */
export function renderInventory(
  hosts: readonly Pick<LabHost, 'name' | 'address' | 'sshPort' | 'dnsPort'>[],
  files: { readonly identityFile: string; readonly knownHostsFile: string },
  vars: Readonly<Record<string, unknown>> = {},
): string {
  const inventory = {
    connection: {
      user: 'root',
      identity_file: files.identityFile,
      known_hosts: files.knownHostsFile,
      agent: false,
      ssh_config: false,
      // All of them share one machine: together they begin slowly.
      connect_timeout: '30s',
      ready_timeout: '2m',
    },
    // Where the practice hosts keep their packages.
    vars: { package_path: '/var/packages/All', ...vars },
    hosts: Object.fromEntries(
      hosts.map(({ name, address, sshPort, dnsPort }) => [
        name,
        { address, connection: { port: sshPort }, vars: { dns_port: dnsPort } },
      ]),
    ),
    // Commas part names, but not those inside of brackets.
    groups: { auth: { hosts: foldHostNames(hosts.map(({ name }) => name)).split(/,(?![^[]*\])/) } },
  };
  return `# Practice hosts; muster wrote this file and removes it with them.\n${stringify(inventory)}`;
}
