// What the transport may know beside a host's connection: the inventory around it, and the operator's own ssh.
import type { Inventory } from '../inventory/index.ts';
import { UsageError } from '../model/index.ts';
import type { Config } from '../sources/index.ts';
import type { Surroundings } from '../transport/index.ts';
import { askOwnSsh } from './own-ssh.ts';
import type { TakenFleet } from './taken-fleet.ts';
import { tell } from './taken-fleet.ts';

/** Throws UsageError (TRUST) for an ssh_config that is named by a configuration that nobody named. */
export function surroundingsOf({ config, sources }: TakenFleet, inventory: Inventory): Surroundings {
  const setting = sshConfigSetting(config);
  if (setting === config.sshConfig && typeof setting === 'string' && sources.configuration?.by === 'found') {
    throw new UsageError(
      'TRUST',
      `${config.file ?? ''} names an ssh_config, which may make this machine run programs (Match exec, ProxyCommand), ` +
        'and you did not name this configuration',
      { hint: 'look at both, then name the configuration: --config FILE. No host was contacted' },
    );
  }
  const configFile = typeof setting === 'string' ? setting : undefined;
  return {
    listed: (name) => inventory.hosts.get(name),
    askSsh: setting === false ? () => Promise.resolve(undefined) : askOwnSsh(configFile, tell),
    ...(configFile === undefined ? {} : { configFile }),
  };
}

/** Whether the operator's ssh_config counts, or the file in its place. The environment says what this one run is to do. */
export function sshConfigSetting({ sshConfig }: Config): boolean | string {
  const environment = process.env['MUSTER_SSH_CONFIG'];
  if (environment === undefined || environment === '') return sshConfig;
  return environment === 'false' ? false : environment === 'true' ? true : environment;
}
