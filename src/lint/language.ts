// What the runtime on the host offers to steps, read from the runtime itself: functions, resources with their options,
// variables and facts.
import type { Script } from '../sh/index.ts';
import { scanScript } from '../sh/index.ts';

export interface Language {
  readonly functions: ReadonlySet<string>;
  /** Resource to its options as `m_options` has them: `owner=`, `transient+`, `once`. */
  readonly resources: ReadonlyMap<string, readonly string[]>;
  /** Variables that steps may read: the public ones of the runtime, of the shell, and facts as `fact_NAME`. */
  readonly variables: ReadonlySet<string>;
}

const ofTheShell =
  'PATH HOME IFS PWD OLDPWD PPID OPTIND OPTARG OPTERR PS1 PS2 PS4 ENV LC_ALL LANG TZ TERM USER LOGNAME SHELL TMPDIR PKG_PATH';

/** Reads the language from the texts of the runtime. */
export function readLanguage(texts: Iterable<string>): Language {
  const scripts = [...texts].map((text) => scanScript(text));
  const resources = resourcesOf(scripts);
  const commands = scripts.flatMap((script) => script.commands);
  const facts = commands
    .filter(({ words }) => words[0]?.value === 'm__fact')
    .map(({ words }) => `fact_${words[1]?.value ?? ''}`);
  return {
    functions: new Set(
      scripts
        .flatMap((script) => script.functions.map(({ name }) => name))
        .filter((name) => !name.startsWith('m__')),
    ),
    resources,
    variables: new Set([
      ...ofTheShell.split(' '),
      ...facts,
      ...optionVariables(resources),
      ...scripts
        .flatMap(({ assignments, uses }) => [...assignments, ...uses].map(({ name }) => name))
        .filter(isPublic),
    ]),
  };
}

/** Resources that the texts define: functions that read options. */
export function resourcesOf(scripts: readonly Script[]): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const { words, inside } of scripts.flatMap(({ commands }) => commands)) {
    const spec = words[1]?.value;
    if (words[0]?.value !== 'm_options' || spec === undefined || inside === undefined) continue;
    found.set(
      inside,
      spec.split(' ').filter((word) => word !== ''),
    );
  }
  return found;
}

/** The variables that `m_options` sets for these resources. */
export function optionVariables(resources: ReadonlyMap<string, readonly string[]>): string[] {
  return [...resources.values()].flat().flatMap((option) => {
    const name = option.replace(/[=+]$/, '').replaceAll('-', '_');
    return [`m_o_${name}`, `m_has_${name}`];
  });
}

function isPublic(name: string): boolean {
  return /^m_[a-z]/.test(name);
}
