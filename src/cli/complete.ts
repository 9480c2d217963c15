// What could stand at the end of a command line that is being typed. It reads files and the history, and asks no host.
import { join } from 'node:path';
import type { Argument, Command, Option } from 'commander';
import { type Inventory, parseInventories } from '../inventory/index.ts';
import { parsePlaybook } from '../playbook/index.ts';
import { readPlaybookTree, takeInventories } from '../sources/index.ts';
import { inventoryPath } from './inventory-path.ts';
import { historyOf } from './origin.ts';
import { ownPlaybooks, playbookDirectory, playbooksIn } from './own-playbooks.ts';
import { holdWords, takeFiles } from './taken-fleet.ts';

/** A word, and what a shell that shows such things says of it. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** The words behind `muster`, the last of which is being typed, and what was found out of them. */
interface Typed {
  readonly command: Command;
  /** Words that are no options, behind the command's name. */
  readonly given: readonly string[];
  readonly valueByOption: ReadonlyMap<string, string>;
  /** The option whose value is being typed. */
  readonly open: Option | undefined;
  readonly last: string;
}

/** The candidates; none where a file is wanted, or nothing can be known. Never throws, and says nothing. */
export async function complete(program: Command, words: readonly string[]): Promise<readonly Candidate[]> {
  const release = holdWords();
  try {
    const typed = read(program, words);
    const all = await candidatesFor(typed);
    // What a shell would take apart or obey is nothing to offer.
    return all.filter(({ word }) => word.startsWith(typed.last) && /^[\w.@:+=,%/&!~-]+$/.test(word));
  } catch {
    return [];
  } finally {
    release(false);
  }
}

function read(program: Command, words: readonly string[]): Typed {
  let command = program;
  const given: string[] = [];
  const valueByOption = new Map<string, string>();
  let open: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (open !== undefined) {
      valueByOption.set(open.attributeName(), word);
      open = undefined;
    } else if (word.startsWith('-')) {
      const [flag = '', value] = word.split('=', 2);
      const option = optionsOf(command).find((each) => each.short === flag || each.long === flag);
      if (option === undefined) continue;
      if (value !== undefined) valueByOption.set(option.attributeName(), value);
      else if (option.required) open = option;
    } else {
      const child = given.length === 0 ? childrenOf(command).find((each) => each.name() === word) : undefined;
      if (child === undefined) given.push(word);
      else command = child;
    }
  }
  return { command, given, valueByOption, open, last: words.at(-1) ?? '' };
}

function childrenOf(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command).concat(command.options);
}

async function candidatesFor(typed: Typed): Promise<readonly Candidate[]> {
  const { command, given, open, last } = typed;
  if (open !== undefined) return await namesFor(open.attributeName(), typed);
  if (last.startsWith('-')) {
    const seen = new Set<string>();
    return optionsOf(command)
      .filter(({ long, hidden }) => !hidden && long !== undefined && !seen.has(long) && seen.add(long))
      .flatMap(({ short, long, description }) =>
        [last === '-' ? short : undefined, long].flatMap((word) =>
          word === undefined ? [] : [{ word, about: description }],
        ),
      );
  }
  const commands = given.length > 0 ? [] : childrenOf(command);
  const argument = command.registeredArguments[given.length] ?? lastVariadic(command);
  return [
    ...commands.map((each) => ({ word: each.name(), about: each.description() })),
    ...(argument === undefined ? [] : await namesFor(argument.name(), typed)),
  ];
}

function lastVariadic({ registeredArguments }: Command): Argument | undefined {
  const last = registeredArguments.at(-1);
  return last?.variadic === true ? last : undefined;
}

type Source = (typed: Typed) => Promise<readonly Candidate[]> | readonly Candidate[];

const words = (...list: readonly string[]): readonly Candidate[] => list.map((word) => ({ word, about: '' }));

/** What an option or argument of this name takes; those that are not here take files, or anything. */
const sources: Readonly<Record<string, Source>> = {
  playbook: playbooks,
  what: async (typed) => [...(await playbooks(typed)), ...(await runs(typed))],
  limit: (typed) => listed(typed, fleet),
  golden: hosts,
  group: async (typed) => (await groups(typed)).map(({ word, about }) => ({ word: word.slice(1), about })),
  host: async (typed) => (typed.command.name() === 'show' ? await hosts(typed) : await labHosts(typed)),
  tags: (typed) => listed(typed, tags),
  skipTags: (typed) => listed(typed, tags),
  from: steps,
  step: steps,
  baseline: baselines,
  // A new baseline has a new name.
  name: async (typed) => (['show', 'drop'].includes(typed.command.name()) ? await baselines(typed) : []),
  mask: (typed) => listed(typed, masks),
  run: runs,
  later: runs,
  code: async () =>
    (await import('./error-codes.ts')).explanations.map(({ code, cause }) => ({ word: code, about: cause })),
  kind: ({ command }) =>
    command.name() === 'new'
      ? words('playbook', 'step', 'resource')
      : words('inventory', 'playbook', 'config', 'result'),
  shell: () => words('bash', 'zsh', 'fish'),
  become: () => words('none', 'sudo', 'doas', 'su'),
  backend: () => words('docker', 'embedded'),
  release: () => words('11.0', '6.99.16'),
  verb: () => words('plan', 'apply', 'verify', 'compare', 'rollback', 'exec', 'facts', 'ping'),
  fault: () =>
    words('latency=', 'loss=', 'cut', 'refuse', 'freeze', 'full-disk', 'slow-cpu', 'reboot', 'clear'),
};

async function namesFor(name: string, typed: Typed): Promise<readonly Candidate[]> {
  return (await sources[name]?.(typed)) ?? [];
}

/** Behind the last comma and the like a further name begins. */
async function listed(typed: Typed, source: Source): Promise<readonly Candidate[]> {
  const head = typed.last.slice(
    0,
    Math.max(...[',', '&', '!'].map((part) => typed.last.lastIndexOf(part))) + 1,
  );
  return (await source(typed)).map(({ word, about }) => ({ word: `${head}${word}`, about }));
}

const config = async ({ valueByOption }: Typed): ReturnType<typeof takeFiles> => {
  const named = valueByOption.get('config');
  return await takeFiles(named === undefined ? {} : { config: named });
};

async function inventory(typed: Typed): Promise<Inventory> {
  const { config: settings } = await config(typed);
  const path = await inventoryPath(typed.valueByOption.get('inventory'), settings, () => undefined);
  return await inventoryAt(path);
}

/** What is written there. No program or name server is asked for more hosts: a key press must not start that. */
async function inventoryAt(path: string): Promise<Inventory> {
  return parseInventories((await takeInventories(path)).map(({ source }) => source));
}

async function hosts(typed: Typed): Promise<readonly Candidate[]> {
  return [...(await inventory(typed)).hosts.keys()].map((word) => ({ word, about: 'host' }));
}

async function groups(typed: Typed): Promise<readonly Candidate[]> {
  const found = (await inventory(typed)).groups;
  return [...found].map(([name, members]) => ({ word: `@${name}`, about: `group of ${members.length}` }));
}

async function fleet(typed: Typed): Promise<readonly Candidate[]> {
  return [...(await hosts(typed)), ...(await groups(typed))];
}

async function labHosts({ valueByOption }: Typed): Promise<readonly Candidate[]> {
  const directory = valueByOption.get('directory') ?? '.muster/lab';
  const { hosts: found } = await inventoryAt(join(directory, 'inventory.yaml'));
  return [...found.keys()].map((word) => ({ word, about: 'practice host' }));
}

/** Names in the folder of playbooks, directories here that are one or hold some, and muster's own. */
async function playbooks(typed: Typed): Promise<readonly Candidate[]> {
  const { playbookPath } = (await config(typed)).config;
  const slash = typed.last.lastIndexOf('/');
  const head = typed.last.slice(0, slash + 1);
  const named = slash >= 0 || playbookPath === undefined ? [] : playbooksIn(playbookPath);
  const here = playbooksIn(head === '' ? '.' : head).map((name) => `${head}${name}`);
  const usual = head === '' && playbookPath === undefined ? playbooksIn('playbooks') : [];
  const all = new Set([...named, ...here, ...usual.map((name) => `playbooks/${name}`)]);
  return [
    ...[...all].map((word) => ({ word, about: 'playbook' })),
    ...ownPlaybooks()
      .filter((name) => head === '' && !all.has(name))
      .map((word) => ({ word, about: 'playbook that is installed with muster' })),
  ];
}

async function playbook(typed: Typed): Promise<ReturnType<typeof parsePlaybook>> {
  const name = typed.given[0] ?? '';
  return parsePlaybook(await readPlaybookTree(playbookDirectory(name, (await config(typed)).config)));
}

async function steps(typed: Typed): Promise<readonly Candidate[]> {
  if (typed.command.name() === 'show') return await stepsOfRun(typed);
  return (await playbook(typed)).steps.map(({ id, description }) => ({ word: id, about: description }));
}

async function tags(typed: Typed): Promise<readonly Candidate[]> {
  const found = new Set((await playbook(typed)).steps.flatMap((step) => step.tags));
  return [...found].map((word) => ({ word, about: 'tag' }));
}

/** The most runs that are offered: the newest. */
const mostRuns = 50;

async function runs(typed: Typed): Promise<readonly Candidate[]> {
  const ids = (await historyOf(await config(typed)).history?.ids()) ?? [];
  const newest = ids.toSorted().toReversed().slice(0, mostRuns);
  return [
    { word: 'newest', about: 'the run that began last' },
    ...newest.map((word) => ({ word, about: 'run' })),
  ];
}

async function baselines(typed: Typed): Promise<readonly Candidate[]> {
  const found = (await historyOf(await config(typed)).history?.baselines.list()) ?? [];
  return found.map(({ name, summary }) => ({
    word: name,
    about: summary === undefined ? 'baseline' : `baseline, ${summary.action} of ${summary.started}`,
  }));
}

async function masks(): Promise<readonly Candidate[]> {
  const { maskNames } = await import('../compare/index.ts');
  return maskNames.map((word) => ({ word, about: 'mask' }));
}

async function stepsOfRun(typed: Typed): Promise<readonly Candidate[]> {
  const { history } = historyOf(await config(typed));
  const [run, host] = typed.given;
  if (history === undefined || run === undefined) return [];
  const { runIdOf } = await import('./stored-runs.ts');
  const { result } = await history.read(await runIdOf(history, run));
  const found = result.hosts.find((each) => each.host === host)?.steps ?? [];
  return found.map(({ id, outcome }) => ({ word: id, about: outcome }));
}
