// The one place where adapters are put together: configuration, inventory, transport, reporter, signals.
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import {
  type ActionDeps,
  compile,
  type FleetRun,
  type PlaybookTarget,
  type RunPlan,
} from '../actions/index.ts';
import { verdict } from '../compare/index.ts';
import type { Config } from '../sources/index.ts';
import { homeDirectory, readKeys, readPlaybookTree } from '../sources/index.ts';
import type { EventListener, RunOrigin, RunResult } from '../model/index.ts';
import type { Inventory, InventoryHost } from '../inventory/index.ts';
import { parseInventory, selectHosts } from '../inventory/index.ts';
import { parsePlaybook, type Playbook, type PlaybookTree } from '../playbook/index.ts';
import type { NdjsonReporter, RenderOptions, Sources, Style } from '../report/index.ts';
import type { WantedReport } from './report-options.ts';
import { loadListrReporter, ndjsonReporter, plainReporter, styleFor } from '../report/index.ts';
import { sshTransport } from '../transport/index.ts';
import type { History, RunRecorder } from '../store/index.ts';
import type { FleetOptions } from './options.ts';
import { historyOf, originFile, originNow, playbookOrigin } from './origin.ts';
import { writeOut } from './outputs.ts';
import { colorEnvironment, printText } from './print-text.ts';
import { listenToOperator } from './signals.ts';
import { sightingsIn } from './since.ts';
import { type PlannedFrom, playbookDirectory, takeFleet, tell } from './taken-fleet.ts';
import { TrustGate } from './trust-gate.ts';

/** What a command on hosts has in its hands. */
export interface FleetSession {
  readonly config: Config;
  readonly inventory: Inventory;
  readonly hosts: readonly InventoryHost[];
  readonly style: Style;
  readonly json: boolean;
  /** The files that all of this is from. */
  readonly sources: Sources;
  /** Reads a playbook, which must be trusted when nobody named it or the inventory. Throws ConfigError or UsageError. */
  openPlaybook(name: string, isNamed?: boolean): Promise<Playbook>;
  /** Compiles a plan, once for all that a command does with it; another salt than a new one makes a saved plan again. */
  compile(target: PlaybookTarget, salt?: string): Promise<RunPlan>;
  /** Runs something with live progress, which is over when this resolves, and records it. */
  follow<T extends FleetRun>(work: (deps: ActionDeps) => Promise<T>): Promise<T>;
  /** Says, once, which earlier runs never ended. */
  tellNeverEnded(): Promise<void>;
  /**
   * Prints the result, the text for people or the last line of the JSON, and gives the run's exit code. Throws OutputError
   * for a text that is too long.
   */
  print(result: RunResult, options?: RenderOptions): Promise<number>;
  /** Writes reports of the run. Throws OutputError that names every one that could not be written. */
  report(reports: readonly WantedReport[], result: RunResult): Promise<void>;
  /** Where runs are recorded; undefined when this one is not. */
  readonly history: History | undefined;
}

/** Reads configuration and inventory, or those of a saved plan, and selects hosts. Throws ConfigError or UsageError. */
export async function openFleet(options: FleetOptions, planned?: PlannedFrom): Promise<FleetSession> {
  const taken = await takeFleet(options, planned);
  const { config } = taken;
  const inventory = parseInventory(taken.inventory.source);
  const json = options.json === true;
  const gate = new TrustGate(taken, inventory, process.stdin.isTTY && process.stderr.isTTY && !json);
  const history = options.history === false ? undefined : historyOf(taken).history;
  const secrets = new Set<string>();
  const remembering: ReadPorts = {
    readFiles: gate.readFiles,
    readSecret: async (source) => {
      const secret = await gate.readSecret(source);
      secrets.add(secret);
      return secret;
    },
  };
  let { sources } = taken;
  let tree: PlaybookTree | undefined;
  let playbook: RunOrigin['playbook'];
  const record = async (): Promise<RunRecorder | undefined> => {
    if (history === undefined) return undefined;
    if (tree !== undefined) playbook ??= await playbookOrigin(tree);
    const inventory = originFile(sources.inventory?.file ?? '', taken.inventory.source.text);
    const known = {
      operator: operatorName(),
      options,
      configuration: config.file,
      inventory,
      playbook,
      secrets,
    };
    return history.record(originNow(known));
  };
  const style = styleFor(colorEnvironment(config), process.stdout);
  const ndjson = json ? ndjsonReporter({ write: writeOut }) : undefined;
  return {
    config,
    inventory,
    hosts: selectHosts(inventory, options.limit ?? '@all'),
    style,
    json,
    sources,
    openPlaybook: async (name, isNamed = true) => {
      const opened = await openPlaybook(name, config, sources, planned);
      const isFound = opened.isFound || (!isNamed && sources.configuration?.by === 'found');
      sources = { ...sources, playbook: opened.source };
      tree = opened.tree;
      await gate.toRead({ ...opened, isFound });
      return opened.playbook;
    },
    compile: async (target, salt = randomHex(16)) => await compile(target, remembering, salt),
    follow: async (work) => {
      await gate.toContact();
      return await follow({ options, config, ndjson, ports: remembering, recorder: await record() }, work);
    },
    tellNeverEnded: async () => {
      await tellNeverEnded(history);
    },
    print: async (result, options) => {
      const sightings = await sightingsIn(history, result);
      if (ndjson === undefined) printText(result, style, { ...options, sightings });
      else ndjson.finish(result, { sources, sightings });
      return verdict(result).exitCode;
    },
    report: async (reports, result) => {
      if (reports.length === 0) return;
      const [{ contextOf }, { writeReports }] = await Promise.all([
        import('./report-context.ts'),
        import('./report-file.ts'),
      ]);
      await writeReports(reports, result, await contextOf(history, result));
    },
    history,
  };
}

/** A bare name may be one of the configuration's playbook_path: then nobody named the directory, and it is said. */
export async function openPlaybook(
  name: string,
  config: Pick<Config, 'playbookPath'>,
  { configuration }: Sources,
  planned?: PlannedFrom,
): Promise<{
  playbook: Playbook;
  tree: PlaybookTree;
  isFound: boolean;
  source: NonNullable<Sources['playbook']>;
}> {
  const directory = playbookDirectory(name, config);
  const isNamed = directory === name;
  if (!isNamed) tell(`playbook ${directory}, by playbook_path of ${configuration?.file ?? ''}`);
  const tree = await readPlaybookTree(directory);
  return {
    playbook: parsePlaybook(tree),
    tree,
    isFound: planned?.isOwn === false || (!isNamed && configuration?.by === 'found'),
    source: { file: directory, by: planned === undefined ? (isNamed ? 'named' : 'configuration') : 'plan' },
  };
}

interface Following {
  readonly options: FleetOptions;
  readonly config: Config;
  readonly ndjson: NdjsonReporter | undefined;
  readonly ports: ReadPorts;
  readonly recorder: RunRecorder | undefined;
}

/** What reads behind the gate. */
type ReadPorts = Pick<ActionDeps, 'readSecret' | 'readFiles'>;

async function follow<T extends FleetRun>(
  { options, config, ndjson, ports, recorder }: Following,
  work: (deps: ActionDeps) => Promise<T>,
): Promise<T> {
  const reporter = await chooseReporter(options, config, ndjson);
  const signals = listenToOperator((text) => process.stderr.write(`\nmuster: ${text}\n`));
  try {
    const done = await work({
      transport: sshTransport({
        startLimit: config.connectionStarts,
        agentSocket: process.env['SSH_AUTH_SOCK'],
        homeDirectory: homeDirectory(),
        readFile: readKeys,
      }),
      emit: (event) => {
        recorder?.take(event);
        reporter.emit(event);
      },
      signals,
      clock: turnClock(),
      randomHex,
      operator: operatorName(),
      ...ports,
      concurrency: options.concurrency ?? config.concurrency,
      outputCap: config.outputLimit,
      stateDirectory: '/var/db/muster',
      keepReceipts: config.keepReceipts,
      durable: config.durable,
      ...(options.wait === undefined ? {} : { waitSeconds: options.wait }),
    });
    await recorder?.end(done.result);
    return done;
  } finally {
    signals.release();
    await reporter.finish();
  }
}

async function tellNeverEnded(history: History | undefined): Promise<void> {
  // A history that cannot be read is told of when something is asked of it.
  const runs = (await history?.takeNeverEnded().catch(() => [])) ?? [];
  for (const { runId, action, playbook, started, origin } of runs) {
    if (action !== 'apply' && action !== 'rollback') continue;
    const what = playbook === '' ? action : `${action} of ${playbook}`;
    tell(
      `run ${runId} (${what} by ${origin?.operator ?? '?'}, begun ${started}) never ended: muster show ${runId}`,
    );
  }
}

/** When this turn of the event loop began, as far as anybody asks: what a host says at once has one time. */
function turnClock(): () => Date {
  let now: Date | undefined;
  return () => {
    if (now !== undefined) return now;
    now = new Date();
    setImmediate(() => {
      now = undefined;
    });
    return now;
  };
}

function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** Who runs this and from where, e.g. `ops@bastion`. */
export function operatorName(): string {
  return `${userName()}@${hostname()}`;
}

/** A user id that the system has no name for works, too. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid${String(process.getuid?.() ?? '')}`;
  }
}

async function chooseReporter(
  options: FleetOptions,
  config: Config,
  ndjson: NdjsonReporter | undefined,
): Promise<{ emit: EventListener; finish: () => Promise<void> }> {
  const done = (): Promise<void> => Promise.resolve();
  if (ndjson !== undefined) return { emit: ndjson, finish: done };
  if (options.quiet === true) return { emit: () => undefined, finish: done };
  if (process.stderr.isTTY && options.verbose !== true && process.env['TERM'] !== 'dumb') {
    const listrReporter = await loadListrReporter();
    const live = listrReporter({
      stream: process.stderr,
      style: styleFor(colorEnvironment(config), process.stderr),
      keepRows: !process.stdout.isTTY,
    });
    return { emit: live, finish: () => live.finish() };
  }
  return {
    emit: plainReporter({ write: (text) => process.stderr.write(text), verbose: options.verbose === true }),
    finish: done,
  };
}
