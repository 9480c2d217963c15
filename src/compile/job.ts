// From a plan to the work of one of its hosts, when that host's turn comes.
import type { HostJob, RunSettings } from '../model/index.ts';
import type { HostLoad, RunPlan } from './run-plan.ts';
import { renderTemplates } from './templates.ts';

/** What the jobs of all hosts share. */
export type SharedLoad = Pick<RunPlan, 'from' | 'files' | 'steps' | 'contents'>;

/** For actions without a playbook. */
export const nothingShared: SharedLoad = {
  from: { inventory: '', playbook: '', selection: {} },
  files: new Map(),
  steps: [],
  contents: new Map(),
};

/** The job of one host; its templates are rendered now. Throws MusterError when one cannot be. */
export function jobOf(load: HostLoad, shared: SharedLoad, settings: RunSettings): HostJob {
  const { name: host, connection, vars } = load;
  const secrets = new Map([...load.secrets].map(([name, { secret }]) => [name, secret]));
  const names = { host, vars, secrets, given: load.given };
  return {
    host,
    connection,
    settings,
    steps: shared.steps,
    files: renderTemplates(shared.from.playbook, shared.files, names),
    vars,
    secrets,
    given: new Map([...load.given].map(([name, digests]) => [name, contentsOf(digests, shared.contents)])),
  };
}

function contentsOf(
  digests: ReadonlyMap<string, string>,
  contents: RunPlan['contents'],
): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [name, digest] of digests) {
    const bytes = contents.get(digest);
    if (bytes === undefined) throw new Error(`the plan lacks the content of ${name}`);
    files.set(name, bytes);
  }
  return files;
}
