// Key files under a passphrase are opened before the first host is contacted: one question for each file, however many hosts use it.
import { type Secret, UsageError } from '../../model/index.ts';
import type { Destination } from './destination.ts';
import type { Identity } from './identity.ts';
import type { LoginSecrets } from './login-secrets.ts';
import { identitiesOf, inTime, type Sources } from './ssh2-reach.ts';

/** As ssh does it. */
const mostTries = 3;

/**
 * Asks for what hosts, and those on the way to them, cannot log in without. Throws UsageError PASSPHRASE,
 * and what `ask` throws.
 */
export async function unlockKeys(
  hosts: readonly Destination[],
  sources: Sources,
  ask: NonNullable<LoginSecrets['askPassphrase']>,
): Promise<void> {
  const wanted = new Set<string>();
  for (const host of hosts.flatMap(withHops))
    for (const path of await lockedFor(host, sources)) wanted.add(path);
  const typed: Secret[] = [];
  for (const path of wanted) await unlock(path, sources, ask, typed);
}

function withHops(host: Destination): readonly Destination[] {
  return host.route.kind === 'jump' ? [host, ...withHops(host.route.hop)] : [host];
}

async function unlock(
  path: string,
  { identities }: Sources,
  ask: NonNullable<LoginSecrets['askPassphrase']>,
  typed: Secret[],
): Promise<void> {
  for (const passphrase of typed) if (await identities.unlock(path, passphrase)) return;
  for (let wrong = 0; wrong < mostTries; wrong += 1) {
    const passphrase = await ask(path, wrong);
    if (passphrase === undefined) return;
    if (await identities.unlock(path, passphrase)) {
      typed.push(passphrase);
      return;
    }
  }
  throw new UsageError('PASSPHRASE', `the passphrase does not open ${path}`, {
    hint: `try it by hand: ssh-keygen -y -f ${path}. No host was contacted`,
  });
}

/** The locked files that a person may be asked about for this host. What is wrong with files is reported when muster connects to it. */
async function lockedFor(host: Destination, sources: Sources): Promise<readonly string[]> {
  try {
    const { named, files = [] } = await inTime(host, identitiesOf(sources.identities, host));
    const identities = [named ?? [], ...files]
      .flat()
      .filter((each): each is Identity => !(each instanceof Error));
    const locked = identities.filter(({ problem }) => problem === 'locked');
    if (locked.length === 0) return [];
    const held = await keysHeld(host, sources);
    const isHeld = ({ publicKey }: Identity): boolean =>
      publicKey !== undefined && held.some((key) => key.equals(publicKey));
    const hasOther =
      sources.password(host.name) !== undefined ||
      identities.some(({ key }) => key !== undefined) ||
      (host.identitiesOnly ? identities.some(isHeld) : held.length > 0);
    // The usual files of ssh are there for any host: they are for this one only if there is nothing else to try.
    return locked.flatMap((each) =>
      isHeld(each) || (hasOther && named === undefined && isUsual(each.path)) ? [] : [each.path],
    );
  } catch {
    return [];
  }
}

async function keysHeld(host: Destination, { agentAt }: Sources): Promise<readonly Buffer[]> {
  const agent = host.agent ? agentAt(host.agentSocket) : undefined;
  const keys = agent === undefined ? [] : await inTime(host, agent.keys()).catch(() => []);
  return keys.map((key) => key.getPublicSSH());
}

function isUsual(path: string): boolean {
  return /\/\.ssh\/id_(rsa|dsa|ecdsa|ed25519)$/.test(path);
}
