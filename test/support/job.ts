// A host's job and tools for it, of which a test says what matters to it.
import type { FactListener, HostJob, RunSettings } from '../../src/model/index.ts';
import { Secret } from '../../src/model/index.ts';
import { type HostTools, secretForms } from '../../src/run/index.ts';
import type { HostConnection, Transport } from '../../src/transport/index.ts';

/** What the settings of a run are in tests. */
export const testSettings: RunSettings = {
  runId: '20261123-200000-abcd',
  nonce: 'N',
  action: 'plan',
  playbook: 'scratch',
  operator: 'tester@here',
  stateDirectory: '/var/db/muster',
  outputCap: 65536,
  allowIrreversible: false,
  allSteps: true,
  keepReceipts: 20,
  durable: false,
};

/** A job without files; each secret is a var of its own. */
export function testJob(
  connection: HostConnection,
  settings: Partial<RunSettings> = {},
  secrets: readonly string[] = [],
): HostJob {
  return {
    host: connection.name,
    connection,
    settings: { ...testSettings, ...settings },
    steps: [],
    files: new Map(),
    vars: new Map(),
    secrets: new Map(secrets.map((text, at) => [`secret${String(at)}`, new Secret(text)])),
    given: new Map(),
  };
}

const never = new AbortController().signal;

/** Tools with a bundle of one's own, and no signals unless given. */
export function testTools(
  transport: Transport,
  bundle: Uint8Array | string | (() => Promise<Uint8Array>),
  emit: FactListener = () => undefined,
  signals: Partial<HostTools['signals']> = {},
): HostTools {
  return {
    transport,
    pack: typeof bundle === 'function' ? bundle : () => Promise.resolve(Buffer.from(bundle)),
    formsOf: secretForms,
    signals: { stop: never, cancel: never, abandon: never, ...signals },
    emit,
  };
}
