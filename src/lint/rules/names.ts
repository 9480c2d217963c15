// Names that nobody defines: variables, commands that are a slip away from a resource, options of resources.
import { didYouMean } from '../../model/index.ts';
import type { Complaint } from '../complaint.ts';
import { wrong } from '../complaint.ts';
import type { Invocation } from '../../sh/index.ts';
import { invocationsOf } from '../../sh/index.ts';
import type { Script, VariableUse, Word } from '../../sh/index.ts';
import { isForeignVariable } from './bashisms.ts';
import { missingTools, tools } from './tool-table.ts';

/** Variables that are read and that nothing sets. `known` are those from outside of the text. */
export function findUnknownVariables(script: Script, known: ReadonlySet<string>): Complaint[] {
  const own = new Set(script.assignments.map(({ name }) => name));
  const said = new Set<string>();
  return script.uses
    .filter((use) => !isSettled(use) && !known.has(use.name) && !own.has(use.name))
    .filter(({ name, inside }) => {
      // Once a function: the second place is the same slip.
      const key = `${inside ?? ''} ${name}`;
      return !said.has(key) && said.add(key);
    })
    .map(({ name, start }) => {
      const hint =
        didYouMean(name, [...own, ...known]) ?? 'declare it under vars in playbook.yaml, or set it first';
      return wrong('VAR_UNKNOWN', start, `nothing sets $${name}`, hint);
    });
}

function isSettled({ name, guarded }: VariableUse): boolean {
  return guarded || !/^[A-Za-z_]/.test(name) || isForeignVariable(name);
}

// Ordinary words of sh and base that lie a slip away from something of the runtime.
const familiar = new Set([
  ...Object.keys(tools),
  ...Object.keys(missingTools),
  ...'. : [ alias awk break cd continue eval exit export expr false file getopts hash jobs link local mail make'.split(
    ' ',
  ),
  ...'mode more pwd read readonly return set shift sync test time times trap true type ulimit umask unset wait who'.split(
    ' ',
  ),
]);

/** Commands that look like a misspelled resource or function. Programs of the host are not judged. */
export function findMisspelledCommands(script: Script, defined: ReadonlySet<string>): Complaint[] {
  return script.commands.flatMap((command) =>
    invocationsOf(command).flatMap(({ name, word }) => {
      if (name === undefined || defined.has(name) || familiar.has(name)) return [];
      const hint = /^[a-z_][a-z0-9_]{2,}$/.test(name) ? didYouMean(name, alike(name, defined)) : undefined;
      return hint === undefined
        ? []
        : [wrong('COMMAND_UNKNOWN', word.start, `nothing defines \`${name}\``, hint)];
    }),
  );
}

/** The runtime's own functions are meant only by names that begin as theirs do. */
function alike(name: string, defined: ReadonlySet<string>): string[] {
  return [...defined].filter((each) => each.length > 3 && each.startsWith('m_') === name.startsWith('m_'));
}

/** Options that a resource does not have. */
export function findUnknownOptions(
  script: Script,
  resources: ReadonlyMap<string, readonly string[]>,
): Complaint[] {
  return script.commands.flatMap((command) =>
    invocationsOf(command).flatMap((invocation) => {
      const spec = resources.get(invocation.name ?? '');
      // The resources' own code hands on what it was given.
      return spec === undefined ? [] : judgeOptions(invocation, spec);
    }),
  );
}

function judgeOptions({ name = '', args, word }: Invocation, spec: readonly string[]): Complaint[] {
  if (name === 'command' && args[0]?.prefix.startsWith('-') === true) return [];
  const names = spec.map((option) => option.replace(/[=+]$/, ''));
  const given = new Set<string>();
  const complaints: Complaint[] = [];
  let at = args.findIndex(({ prefix }) => /^--[a-z]/.test(prefix));
  for (; at >= 0 && at < args.length; at += 1) {
    const option = args[at];
    if (option?.value === undefined) return complaints;
    const bare = option.value.slice(2);
    given.add(bare);
    if (!option.value.startsWith('--')) {
      complaints.push(
        wrong('RESOURCE_OPTION', option.start, `\`${name}\` expects an option here`, has(names)),
      );
    } else if (!names.includes(bare)) {
      complaints.push(unknownOption(name, option, names));
      // What follows is most likely its value.
      if (args[at + 1]?.prefix.startsWith('--') !== true) at += 1;
    } else if (!spec.includes(bare)) {
      at += 1;
      if (at >= args.length)
        complaints.push(wrong('RESOURCE_OPTION', option.start, `--${bare} needs a value`));
    }
  }
  return [...complaints, ...(name === 'command' ? judgeCommand(word, given) : [])];
}

function unknownOption(name: string, option: Word, names: readonly string[]): Complaint {
  const { value = '' } = option;
  const hint = didYouMean(
    value,
    names.map((each) => `--${each}`),
  );
  return wrong('RESOURCE_OPTION', option.start, `\`${name}\` has no option ${value}`, hint ?? has(names));
}

function has(names: readonly string[]): string {
  return `it has ${names.map((name) => `--${name}`).join(' ')}`;
}

function judgeCommand(word: Word, given: ReadonlySet<string>): Complaint[] {
  const lacks = ['run', 'unless'].filter((option) => !given.has(option)).map((option) => `--${option}`);
  if (!given.has('undo') && !given.has('irreversible')) lacks.push('--undo (or --irreversible)');
  if (lacks.length === 0) return [];
  return [wrong('RESOURCE_OPTION', word.start, `\`command\` lacks ${lacks.join(' and ')}`)];
}
