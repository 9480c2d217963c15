// The names of the runtime against those of a playbook's libraries, before any host is reached.
import { readRuntime } from '../host/index.ts';
import { ConfigError } from '../model/index.ts';
import { checkShadows, functionsOf, type Playbook } from '../playbook/index.ts';

/** Throws ConfigError with each function of the libraries whose name the runtime, or a step, has for itself. */
export function refuseShadows({ libraries }: Pick<Playbook, 'libraries'>): void {
  if (libraries.length === 0) return;
  const runtime = [...readRuntime()].filter(([path]) => path.endsWith('.sh'));
  const taken = new Set(runtime.flatMap(([path, bytes]) => [...functionsOf(path, bytes).keys()]));
  const issues = checkShadows(libraries, taken);
  if (issues.length > 0) throw new ConfigError(issues);
}
