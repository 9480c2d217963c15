// What every backend gets to start one host with.
import type { HostKey } from './host-key.ts';
import { labReleases, type BootEnvironment, type LabHostOptions } from './lab.ts';

/** One host that is to be started. */
export interface HostStart {
  readonly name: string;
  readonly release: string;
  /** Whether named is expected to answer once the host is up. */
  readonly serves: boolean;
  readonly environment: BootEnvironment;
}

/** `publicKey` is a line for root's authorized_keys. */
export function hostStart(options: LabHostOptions, publicKey: string, hostKey: HostKey): HostStart {
  const serves = options.named ?? true;
  const release = options.release ?? labReleases[0];
  return {
    name: options.name,
    release,
    serves,
    environment: {
      ...options.env,
      NETBSD_RELEASE: release,
      MUSTER_AUTHORIZED_KEY: publicKey,
      MUSTER_HOST_KEY: hostKey.privatePem,
      MUSTER_NAMED: serves ? 'YES' : 'NO',
    },
  };
}
