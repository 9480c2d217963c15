// The one place where adapters are put together: configuration, inventory, transport, reporter, signals.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import type { ActionDeps } from '../actions/index.ts';
import type { Config } from '../config/index.ts';
import { loadConfig, readGivenFiles, readInventory, readSecret } from '../config/index.ts';
import type { EventListener } from '../events.ts';
import type { Inventory, InventoryHost } from '../inventory/index.ts';
import { parseInventory, selectHosts } from '../inventory/index.ts';
import type { JsonExtra, NdjsonReporter, Style } from '../report/index.ts';
import { listrReporter, ndjsonReporter, plainReporter, styleFor } from '../report/index.ts';
import type { RunResult } from '../result.ts';
import { sshTransport } from '../transport/index.ts';
import { inventoryPath } from './inventory-path.ts';
import type { FleetOptions } from './options.ts';
import { writeOut } from './outputs.ts';
import { listenToOperator } from './signals.ts';

/** What a command on hosts has in its hands. */
export interface FleetSession {
  readonly config: Config;
  readonly inventory: Inventory;
  readonly hosts: readonly InventoryHost[];
  readonly style: Style;
  readonly json: boolean;
  /** Runs something with live progress, which is over when this resolves. */
  follow<T>(work: (deps: ActionDeps) => Promise<T>): Promise<T>;
  /** Prints the result: `text` for people, or the JSON of the result. */
  print(result: RunResult, text: string, extra?: JsonExtra): void;
}

/** Reads configuration and inventory and selects hosts. Throws ConfigError or UsageError. */
export async function openFleet(options: FleetOptions): Promise<FleetSession> {
  const config = await loadConfig(process.cwd(), options.config);
  const path = await inventoryPath(options.inventory, config, (line) => {
    process.stderr.write(`muster: ${line}\n`);
  });
  const inventory = parseInventory(await readInventory(path));
  const json = options.json === true;
  const ndjson = json ? ndjsonReporter({ write: writeOut }) : undefined;
  return {
    config,
    inventory,
    hosts: selectHosts(inventory, options.limit ?? '@all'),
    style: styleFor(colorEnvironment(config), process.stdout),
    json,
    follow: (work) => follow(options, config, ndjson, work),
    print: (result, text, extra) => {
      if (ndjson === undefined) writeOut(text);
      else ndjson.finish(result, extra);
    },
  };
}

async function follow<T>(
  options: FleetOptions,
  config: Config,
  ndjson: NdjsonReporter | undefined,
  work: (deps: ActionDeps) => Promise<T>,
): Promise<T> {
  const reporter = chooseReporter(options, config, ndjson);
  const signals = listenToOperator((text) => process.stderr.write(`\nmuster: ${text}\n`));
  try {
    return await work({
      transport: sshTransport({
        startLimit: config.connectionStarts,
        agentSocket: process.env['SSH_AUTH_SOCK'],
        homeDirectory: homedir(),
        readFile: (path) => readFile(path),
      }),
      emit: reporter.emit,
      signals,
      clock: () => new Date(),
      randomHex: (bytes) => randomBytes(bytes).toString('hex'),
      operator: `${userInfo().username}@${hostname()}`,
      readSecret,
      readFiles: readGivenFiles,
      concurrency: options.concurrency ?? config.concurrency,
      outputCap: config.outputLimit,
      stateDirectory: '/var/db/muster',
      keepReceipts: config.keepReceipts,
      durable: config.durable,
      ...(options.wait === undefined ? {} : { waitSeconds: options.wait }),
    });
  } finally {
    signals.release();
    await reporter.finish();
  }
}

function chooseReporter(
  options: FleetOptions,
  config: Config,
  ndjson: NdjsonReporter | undefined,
): { emit: EventListener; finish: () => Promise<void> } {
  const done = (): Promise<void> => Promise.resolve();
  if (ndjson !== undefined) return { emit: ndjson, finish: done };
  if (process.stderr.isTTY && options.verbose !== true && process.env['TERM'] !== 'dumb') {
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

/** The environment as far as colour goes, with the configuration's wish in it. */
function colorEnvironment({ color }: Config): NodeJS.ProcessEnv {
  if (color === 'auto') return process.env;
  return color === 'always' ? { ...process.env, FORCE_COLOR: '1' } : { ...process.env, FORCE_COLOR: '0' };
}
