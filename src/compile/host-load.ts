// What one host gets, with a digest of it that shows no secret.
import { readRuntime } from '../host/index.ts';
import type { HostConnection, Issue } from '../model/index.ts';
import { keyedDigest, sha256 } from './fingerprint.ts';
import type { KeyedSecret } from './read-secrets.ts';
import type { HostLoad, RunPlan } from './run-plan.ts';
import { isTemplate, tryTemplates } from './templates.ts';

/** What all hosts of a plan share. */
export type SharedParts = Pick<RunPlan, 'playbook' | 'from' | 'runtime' | 'files' | 'steps' | 'allSteps'>;

/**
 * One host's part of a plan. Its templates are rendered, for what is wrong in them (added to `issues`) and for the digest,
 * and dropped: a fleet's would be many.
 */
export function loadOf(
  parts: Pick<HostLoad, 'name' | 'connection' | 'vars' | 'given'>,
  keyed: ReadonlyMap<string, KeyedSecret>,
  shared: SharedParts,
  issues: Issue[],
): HostLoad {
  const { name, connection, vars, given } = parts;
  const secrets = new Map(
    [...keyed].map(([each, { secret, origin, fingerprint }]) => [each, { secret, origin, fingerprint }]),
  );
  const texts = new Map([...keyed].map(([each, { secret }]) => [each, secret]));
  const names = { host: name, vars, secrets: texts, given };
  const rendered = tryTemplates(shared.from.playbook, shared.files, names, issues);
  const files = [...shared.files].map(([path, { digest }]) =>
    isTemplate(path) ? [path, sha256(rendered.get(path) ?? '')] : [path, digest],
  );
  const { playbook, runtime, steps, allSteps } = shared;
  const said = [...secrets].map(([each, { origin, fingerprint }]) => [each, origin, fingerprint]);
  const gives = [...given].map(([each, digests]) => [each, [...digests]]);
  const whole = [playbook, runtime, steps, allSteps, files, connection, [...vars], said, gives];
  // A rendered template may hold a secret and little that is not known: its digest is under a key that only the secrets give.
  const keys = [...keyed.values()].map(({ key }) => key);
  return { ...parts, secrets, digest: keyedDigest(keys, JSON.stringify(whole)) };
}

/** A load of nothing but the runtime, for actions without a playbook. */
export function bareLoad({
  name,
  connection,
}: {
  readonly name: string;
  readonly connection: HostConnection;
}): HostLoad {
  return { name, connection, vars: new Map(), secrets: new Map(), given: new Map(), digest: '' };
}

/** Over the scripts that muster itself sends. */
export function runtimeDigest(): string {
  return sha256(JSON.stringify([...readRuntime()].map(([path, bytes]) => [path, sha256(bytes)])));
}
