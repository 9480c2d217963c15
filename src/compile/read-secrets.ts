// The secrets of a fleet: each source is read once, however many hosts and vars have it, and all failures are reported together.
import pLimit from 'p-limit';
import { isSecretSource } from '../document/index.ts';
import { foldHostNames, isMusterError, type Issue, type Location, Secret } from '../model/index.ts';
import { checkVarValue, type Playbook, type ResolvedVar } from '../playbook/index.ts';
import { fingerprint, type SecretKeys } from './fingerprint.ts';
import { type FleetVars, placeOf, refuseIssues, shellText } from './host-vars.ts';
import type { PlannedSecret, SecretOrigin } from './run-plan.ts';
import type { SourcePorts } from './source-ports.ts';

/** A command of an inventory may ask its operator for a pass phrase, or start an agent: a few at a time. */
const readsAtOnce = 4;

/** A secret of the plan, with the key that no plan has. */
export type KeyedSecret = PlannedSecret & SecretKeys;

/** A source, or a value that stands in the inventory, and who has it. */
interface Use {
  readonly origin: SecretOrigin;
  /** Undefined until it is read. */
  readonly text: string | undefined;
  /** What its fingerprint is salted with, beside the plan's salt. */
  readonly salt: string;
  readonly location: Location;
  readonly hostsByVar: Map<string, string[]>;
}

/**
 * Reads all secrets of these hosts: host to var to secret. Throws ConfigError with every one that cannot be read or that
 * the playbook does not allow, each once, in words without its text.
 */
export async function readSecrets(
  playbook: Playbook,
  varsByHost: ReadonlyMap<string, FleetVars>,
  readSecret: SourcePorts['readSecret'],
  salt: string,
): Promise<ReadonlyMap<string, ReadonlyMap<string, KeyedSecret>>> {
  const limit = pLimit(readsAtOnce);
  const issues: Issue[] = [];
  const secretsByKey = new Map<string, KeyedSecret>();
  const readOne = async (key: string, use: Use): Promise<void> => {
    const text = use.text ?? (await textOf(use, readSecret, issues));
    if (text === undefined) return;
    issues.push(...problemsOf(playbook, use, text));
    const keys = await fingerprint(text, `${salt} ${use.salt}`);
    secretsByKey.set(key, { secret: new Secret(text), origin: use.origin, ...keys });
  };
  await Promise.all([...usesOf(playbook, varsByHost)].map(([key, use]) => limit(readOne, key, use)));
  refuseIssues(issues);
  const secretsByHost = new Map<string, ReadonlyMap<string, KeyedSecret>>();
  for (const [host, vars] of varsByHost) {
    const found = [...vars].flatMap(([name, resolved]) => {
      const secret = secretsByKey.get(keyOf(name, resolved) ?? '');
      return secret === undefined ? [] : [[name, secret] as const];
    });
    secretsByHost.set(host, new Map(found));
  }
  return secretsByHost;
}

/** The same for the same source, and for the same value of one var in the inventory; undefined for what is no secret. */
function keyOf(name: string, { value, secret }: ResolvedVar): string | undefined {
  if (isSecretSource(value)) return JSON.stringify(value);
  return secret ? JSON.stringify([name, value]) : undefined;
}

function usesOf(playbook: Playbook, varsByHost: ReadonlyMap<string, FleetVars>): Map<string, Use> {
  const uses = new Map<string, Use>();
  for (const [host, vars] of varsByHost) {
    for (const [name, resolved] of vars) {
      const key = keyOf(name, resolved);
      if (key === undefined) continue;
      const use = uses.get(key) ?? newUse(name, key, resolved, placeOf(playbook, name, resolved));
      uses.set(key, use);
      const hosts = use.hostsByVar.get(name) ?? [];
      hosts.push(host);
      use.hostsByVar.set(name, hosts);
    }
  }
  return uses;
}

function newUse(name: string, key: string, { value }: ResolvedVar, location: Location): Use {
  const hostsByVar = new Map<string, string[]>();
  return isSecretSource(value)
    ? { origin: value, text: undefined, salt: key, location, hostsByVar }
    : { origin: { kind: 'inventory' }, text: shellText(value), salt: name, location, hostsByVar };
}

async function textOf(
  use: Use,
  readSecret: SourcePorts['readSecret'],
  issues: Issue[],
): Promise<string | undefined> {
  try {
    return use.origin.kind === 'inventory' ? undefined : await readSecret(use.origin);
  } catch (error) {
    if (!isMusterError(error)) throw error;
    const { code, message, hint } = error;
    issues.push(issueOf(use, code, `${message} (${usersOf(use)})`, hint));
    return undefined;
  }
}

/** What a secret is can only be checked once it was read; its text is in no message. */
function problemsOf(playbook: Playbook, use: Use, text: string): Issue[] {
  const from = use.origin.kind;
  if (text.includes('\0')) {
    const hint = `it is read from a ${from}: use a text, such as the data in base64, and decode it in the step`;
    const names = [...use.hostsByVar.keys()].map((name) => `'${name}'`).join(' and ');
    return [issueOf(use, 'VAR_NUL', `the secret for ${names} holds a NUL byte, which no sh can store`, hint)];
  }
  // A value of the inventory was checked with all others.
  if (from === 'inventory') return [];
  return [...use.hostsByVar.keys()].flatMap((name) => {
    const declared = playbook.vars.get(name);
    if (declared === undefined || checkVarValue(declared, text) === undefined) return [];
    const hint = `it is read from a ${from}; look at type, allowed and pattern of the var, ${declared.from.file}:${declared.from.line}`;
    return [
      issueOf(use, 'VAR_TYPE', `the secret for '${name}' has a value that the playbook does not allow`, hint),
    ];
  });
}

/** `var "key" of ns[1-3], var "other" of ns4`. */
function usersOf({ hostsByVar }: Use): string {
  return [...hostsByVar].map(([name, hosts]) => `var "${name}" of ${foldHostNames(hosts)}`).join(', ');
}

function issueOf({ location }: Use, code: string, message: string, hint: string | undefined): Issue {
  return { code, message, location, ...(hint === undefined ? {} : { hint }) };
}
