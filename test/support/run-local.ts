// Runs the host runtime on this machine, against a scratch tree, through the real bundle, protocol and driver.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundlePacker } from '../../src/compile/index.ts';
import { type HostJob, type RunEvent, type RunSettings, Secret } from '../../src/model/index.ts';
import type { AnyHostResult, Receipt } from '../../src/model/index.ts';
import { runHost } from '../../src/run/index.ts';
import { readRuntime } from '../../src/host/index.ts';
import type { Channel, HostConnection, Session, Transport } from '../../src/transport/index.ts';
import { localTransport } from '../../src/transport/index.ts';
import { ample, ampleStepSeconds } from './ample.ts';
import { testJob, testTools } from './job.ts';
import { recordHost } from './recorded.ts';

export interface Scratch {
  /** An absolute directory for the test's files, without symbolic links in it. */
  readonly root: string;
  readonly state: string;
  remove(): void;
}

/** A fresh scratch tree, with a state directory of its own. */
export function makeScratch(): Scratch {
  // Not `-`: with a random `y` behind it, paths look like an option with a key to the masks, which then start processes.
  const base = mkdtempSync(join(tmpdir(), 'muster-scratch.'));
  return {
    root: join(base, 'tree'),
    state: join(base, 'state'),
    remove: () => {
      rmSync(base, { recursive: true, force: true });
    },
  };
}

export interface LocalRun {
  readonly action: RunSettings['action'];
  readonly state: string;
  /** Step id to the body of its script. */
  readonly steps?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /** Vars of type files: var to name to content. */
  readonly given?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly settings?: Partial<RunSettings>;
  /** exec: the sh text to run. */
  readonly command?: string;
  readonly timeoutSeconds?: number;
  /** By step id, for those that have another time than the others. */
  readonly timeouts?: Readonly<Record<string, number>>;
  readonly retries?: number;
  /** The sh that runs it all, a path that sh reads without quotes; by default /bin/sh. */
  readonly shell?: string;
  /** Changes the text of a runtime script on its way to the host: to move system files, or to make it die. Must change one. */
  readonly runtime?: (path: string, text: string) => string;
  /** Changes the boot text, which is not in the bundle. */
  readonly boot?: (text: string) => string;
  readonly onEvent?: (event: RunEvent) => void;
  readonly stop?: AbortSignal;
  readonly cancel?: AbortSignal;
}

const connection: HostConnection = {
  name: 'here',
  address: '127.0.0.1',
  port: 22,
  user: 'root',
  knownHosts: ['none'],
  agent: false,
  become: 'none',
  ...ample,
  legacyAlgorithms: false,
};

let counter = 0;

/** What the controller knows after a run. */
export interface LocalRunResult {
  readonly result: AnyHostResult;
  readonly receipt: Receipt | undefined;
  readonly events: readonly RunEvent[];
}

/** Runs one action; the result is what a real host would give. */
export async function runLocal(run: LocalRun): Promise<LocalRunResult> {
  const events: RunEvent[] = [];
  const nonce = `n${String(process.pid)}x${String(++counter)}`;
  const runId = run.settings?.runId ?? `20261123-${String(counter).padStart(6, '0')}-${String(process.pid)}`;
  const encoder = new TextEncoder();
  const files = new Map(Object.entries(run.files ?? {}));
  const steps = Object.entries(run.steps ?? {}).map(([id, body]) => {
    files.set(`steps/${id}.sh`, encoder.encode(body));
    return {
      id,
      script: `steps/${id}.sh`,
      timeoutSeconds: run.timeouts?.[id] ?? run.timeoutSeconds ?? ampleStepSeconds,
      retries: run.retries ?? 0,
    };
  });
  const job: HostJob = {
    ...testJob(connection, {
      runId,
      nonce,
      action: run.action,
      stateDirectory: run.state,
      ...run.settings,
    }),
    steps,
    files,
    vars: new Map(Object.entries(run.vars ?? {})),
    secrets: new Map(Object.entries(run.secrets ?? {}).map(([name, text]) => [name, new Secret(text)])),
    given: givenOf(run),
    ...(run.command === undefined ? {} : { command: run.command }),
  };
  const record = recordHost(job.host, run.action, job.settings.outputCap, (event) => {
    events.push(event);
    run.onEvent?.(event);
  });
  const { stop, cancel } = run;
  const signals = { ...(stop === undefined ? {} : { stop }), ...(cancel === undefined ? {} : { cancel }) };
  const pack = async (): Promise<Uint8Array> => (await bundlePacker(runtimeOf(run))(job)).bytes;
  await runHost(job, testTools(transportOf(run), pack, record.take, signals));
  const result = record.result();
  return { result, receipt: result.receipt, events };
}

function givenOf({ given = {} }: LocalRun): ReadonlyMap<string, ReadonlyMap<string, Uint8Array>> {
  const encoder = new TextEncoder();
  return new Map(
    Object.entries(given).map(([name, files]) => [
      name,
      new Map(Object.entries(files).map(([path, text]) => [path, encoder.encode(text)])),
    ]),
  );
}

/** Throws if a change of the runtime changes no script: a test whose fault is not planted proves nothing. */
export function mustChange(change: NonNullable<LocalRun['runtime']>): void {
  const decoder = new TextDecoder();
  for (const [path, bytes] of readRuntime()) {
    const text = decoder.decode(bytes);
    if (change(path, text) !== text) return;
  }
  throw new Error('the change of the runtime changes no script');
}

function runtimeOf(run: LocalRun): ReadonlyMap<string, Uint8Array> {
  const { runtime, shell } = run;
  if (runtime === undefined && shell === undefined) return readRuntime();
  const [decoder, encoder] = [new TextDecoder(), new TextEncoder()];
  if (runtime !== undefined) mustChange(runtime);
  return new Map(
    [...readRuntime()].map(([path, bytes]) => {
      const text = runtime === undefined ? decoder.decode(bytes) : runtime(path, decoder.decode(bytes));
      return [path, encoder.encode(shell === undefined ? text : text.replaceAll('/bin/sh', shell))];
    }),
  );
}

/** Another shell than /bin/sh may take the part of the host's sh: the whole runtime goes through it. */
function transportOf({ shell = '/bin/sh', boot }: LocalRun): Transport {
  const inner = localTransport();
  return {
    async connect(host, signal): Promise<Session> {
      const session = await inner.connect(host, signal);
      return {
        exec: async (command): Promise<Channel> =>
          bootedBy(await session.exec(command.replace('/bin/sh', shell)), (text) =>
            (boot?.(text) ?? text).replaceAll('/bin/sh', shell),
          ),
        close: () => {
          session.close();
        },
      };
    },
  };
}

/** The boot script, which names the shell of everything that follows, is the first thing written. */
function bootedBy(channel: Channel, change: (text: string) => string): Channel {
  let isBoot = true;
  return {
    stdout: channel.stdout,
    stderr: channel.stderr,
    closed: channel.closed,
    write: async (bytes) => {
      const text = isBoot ? change(new TextDecoder().decode(bytes)) : undefined;
      isBoot = false;
      await channel.write(text === undefined ? bytes : new TextEncoder().encode(text));
    },
    end: () => {
      channel.end();
    },
  };
}
