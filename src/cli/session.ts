// The one place where adapters are put together: configuration, inventory, transport, reporter, signals.
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { ActionDeps, FleetRun, PlaybookTarget, RunPlan } from '../actions/index.ts';
import { verdict } from '../compare/index.ts';
import type { Config } from '../sources/index.ts';
import { homeDirectory, readKeys } from '../sources/index.ts';
import type { RunOrigin, RunResult } from '../model/index.ts';
import type { Inventory, InventoryHost } from '../inventory/index.ts';
import { selectHosts } from '../inventory/index.ts';
import type { Playbook, PlaybookTree } from '../playbook/index.ts';
import type { NdjsonReporter, RenderOptions, Sources, Style } from '../report/index.ts';
import type { WantedReport } from './report-options.ts';
import { ndjsonReporter, styleFor } from '../report/index.ts';
import {
  type LoginSecrets,
  type SshOptions,
  sshTransport,
  type Surroundings,
  type Transport,
} from '../transport/index.ts';
import type { History, RunRecorder } from '../store/index.ts';
import { chooseReporter } from './choose-reporter.ts';
import { type FleetInventory, pathsOf, readFleet } from './fleet-inventory.ts';
import type { FleetOptions } from './options.ts';
import { historyOf, originFile, originNow, playbookOrigin } from './origin.ts';
import { writeOut } from './outputs.ts';
import { colorEnvironment, printText } from './print-text.ts';
import { listenToOperator } from './signals.ts';
import { sightingsIn } from './since.ts';
import { surroundingsOf } from './surroundings.ts';
import { type PlannedFrom, type TakenFleet, takeFleet, tell } from './taken-fleet.ts';
import { TrustGate } from './trust-gate.ts';

/** What a command on hosts has in its hands. */
export interface FleetSession {
  readonly config: Config;
  readonly inventory: Inventory;
  /** The texts that the inventory was read from. */
  readonly read: Omit<FleetInventory, 'inventory'>;
  /** The operator's own ssh, and the inventory, as the transport knows them. */
  readonly surroundings: Surroundings;
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
  /** For what is no run: before a host is contacted. Throws UsageError (TRUST). */
  toContact(): Promise<void>;
  /** The passwords that hosts want for root, asked for once. Throws UsageError. */
  becomePasswords(): Promise<NonNullable<ActionDeps['becomePassword']>>;
  /** What logins need beside open keys, asked for and read once. Throws UsageError. */
  loginSecrets(): Promise<LoginSecrets>;
  /** The same for hosts of these names, in place of the selected ones. */
  loginSecretsOf(names: ReadonlySet<string>): Promise<LoginSecrets>;
  /** Says, once, which earlier runs never ended. */
  tellNeverEnded(): Promise<void>;
  /**
   * Prints the result, the text for people or the last line of the JSON, and gives the run's exit code. Throws OutputError
   * for a text that is too long.
   */
  print(result: RunResult, options?: RenderOptions): Promise<number>;
  /** Writes reports of the run. Throws OutputError that names every one that could not be written. */
  report(reports: readonly WantedReport[], result: RunResult): Promise<void>;
  /** The history that runs are recorded in; undefined when this one is not. */
  readonly history: History | undefined;
}

/** What only commands with a playbook need. */
const playbooks = (): Promise<typeof import('./open-playbook.ts')> => import('./open-playbook.ts');

/** Reads configuration and inventory, or those of a saved plan, and selects hosts. Throws ConfigError or UsageError. */
export async function openFleet(options: FleetOptions, planned?: PlannedFrom): Promise<FleetSession> {
  const taken = await takeFleet(options, planned);
  const { config } = taken;
  const json = options.json === true;
  const mayAsk = process.stdin.isTTY && process.stderr.isTTY && !json;
  const { inventory, ...read } = await readFleet(taken, mayAsk);
  const gate = new TrustGate(taken, inventory, mayAsk);
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
  const surroundings = surroundingsOf(taken, inventory);
  const hosts = selectHosts(inventory, options.limit ?? '@all');
  let passwords: Promise<NonNullable<ActionDeps['becomePassword']>> | undefined;
  let logins: Promise<LoginSecrets> | undefined;
  const loginSecretsOf = async (names: ReadonlySet<string>): Promise<LoginSecrets> => {
    const { loginSecrets } = await import('./login-secrets.ts');
    return await loginSecrets({
      ...{ names, inventory, taken, mayAsk },
      isAsked: options.askPass === true,
      learn: (secret) => secrets.add(secret),
    });
  };
  const loginsOnce = async (): Promise<LoginSecrets> =>
    await (logins ??= loginSecretsOf(new Set(hosts.map(({ name }) => name))));
  let { sources } = taken;
  /** Of what was done since the last result was printed. */
  let droppedLogins = new Map<string, number>();
  let tree: PlaybookTree | undefined;
  let playbook: RunOrigin['playbook'];
  const record = async (): Promise<RunRecorder | undefined> => {
    if (history === undefined) return undefined;
    if (tree !== undefined) playbook ??= await playbookOrigin(tree);
    const inventory = originFile(pathsOf(taken), read.texts.map(({ text }) => text).join('\0'));
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
    read,
    surroundings,
    hosts,
    style,
    json,
    sources,
    openPlaybook: async (name, isNamed = true) => {
      const { openPlaybook } = await playbooks();
      const opened = await openPlaybook(name, config, sources, planned);
      const isFound = opened.isFound || (!isNamed && sources.configuration?.by === 'found');
      sources = { ...sources, playbook: opened.source };
      tree = opened.tree;
      await gate.toRead({ ...opened, isFound });
      return opened.playbook;
    },
    compile: async (target, salt = randomHex(16)) => {
      const { compile } = await playbooks();
      return await compile(target, remembering, salt);
    },
    follow: async (work) => {
      await gate.toContact();
      const login = await loginsOnce();
      passwords ??= passwordsOf(hosts, taken, options);
      const becomePassword = await passwords;
      for (const { name } of hosts) {
        const password = becomePassword(name);
        if (password !== undefined) secrets.add(password.reveal());
      }
      const recorder = await record();
      const ports = { ...remembering, becomePassword };
      const transport = sshHere(config, surroundings, { secrets: login });
      await transport.prepare?.(hosts.map(({ connection }) => connection));
      try {
        return await follow({ options, config, transport, ndjson, ports, recorder }, work);
      } finally {
        for (const [host, count] of transport.droppedLogins?.() ?? [])
          droppedLogins.set(host, (droppedLogins.get(host) ?? 0) + count);
      }
    },
    toContact: () => gate.toContact(),
    becomePasswords: () => passwordsOf(hosts, taken, options),
    loginSecrets: loginsOnce,
    loginSecretsOf,
    tellNeverEnded: async () => {
      await tellNeverEnded(history);
    },
    print: async (result, options) => {
      const known = { sightings: await sightingsIn(history, result), droppedLogins };
      droppedLogins = new Map();
      if (ndjson === undefined) printText(result, style, { ...options, ...known });
      else ndjson.finish(result, { sources, ...known });
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

// Once for all that a command does; what asks and reads is loaded only where a host becomes something.
async function passwordsOf(
  hosts: readonly InventoryHost[],
  taken: TakenFleet,
  options: FleetOptions,
): Promise<NonNullable<ActionDeps['becomePassword']>> {
  if (hosts.every(({ connection }) => connection.become === 'none')) return () => undefined;
  const { becomePasswords } = await import('./become-passwords.ts');
  return await becomePasswords(hosts, taken, options.askBecomePass === true);
}

interface Following {
  readonly options: FleetOptions;
  readonly config: Config;
  readonly transport: Transport;
  readonly ndjson: NdjsonReporter | undefined;
  readonly ports: ReadPorts;
  readonly recorder: RunRecorder | undefined;
}

/** What reads behind the gate. */
type ReadPorts = Pick<ActionDeps, 'readSecret' | 'readFiles' | 'becomePassword'>;

async function follow<T extends FleetRun>(
  { options, config, transport, ndjson, ports, recorder }: Following,
  work: (deps: ActionDeps) => Promise<T>,
): Promise<T> {
  const reporter = await chooseReporter(options, config, ndjson);
  const signals = listenToOperator((text) => process.stderr.write(`\nmuster: ${text}\n`));
  try {
    const done = await work({
      transport,
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
    transport.close?.();
    signals.release();
    await reporter.finish();
  }
}

/** The transport as this machine has it: its agent, its home, its files. */
export function sshHere(
  config: Config,
  surroundings: Surroundings,
  other: Partial<Pick<SshOptions, 'readFile' | 'openssh' | 'secrets'>> = {},
): Transport {
  return sshTransport({
    startLimit: config.connectionStarts,
    agentSocket: process.env['SSH_AUTH_SOCK'],
    homeDirectory: homeDirectory(),
    readFile: readKeys,
    surroundings,
    openssh: true,
    ...other,
  });
}

async function tellNeverEnded(history: History | undefined): Promise<void> {
  // A history that cannot be read is reported when something is asked of it.
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

/** The operator and its machine, e.g. `ops@bastion`. */
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
