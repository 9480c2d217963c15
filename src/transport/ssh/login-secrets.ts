// What opens logins and keys that need more than a key file. The caller reads them or asks for them; here they are only used.
import type { Secret } from '../../model/index.ts';

/** Passwords and passphrases of one run. */
export interface LoginSecrets {
  /** The password of a host's user, by the name of the host. */
  readonly password: (host: string) => Secret | undefined;
  /** What may open a key file, by its path; the likelier first. */
  readonly passphrases: (path: string) => readonly Secret[];
  /**
   * Asks a person for the passphrase of a key file, `wrong` times for nothing so far; undefined when nothing was typed. Absent
   * when nobody can be asked.
   */
  readonly askPassphrase?: (path: string, wrong: number) => Promise<Secret | undefined>;
  /** The PIN of the token behind a PKCS#11 provider, for a host. */
  readonly pin?: (provider: string, host: string) => Secret | undefined;
  /** Asks a person for it, once. Absent when nobody can be asked. */
  readonly askPin?: (provider: string) => Promise<void>;
}

/** Nothing is known, and nobody can be asked. */
export const noSecrets: LoginSecrets = { password: () => undefined, passphrases: () => [] };
