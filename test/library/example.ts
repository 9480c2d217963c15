// Rolls a playbook out, and rolls the hosts back on which a check does not hold.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import {
  apply,
  compile,
  parseInventory,
  parsePlaybook,
  readGivenFiles,
  readInventory,
  readPlaybookTree,
  readSecret,
  rollback,
  selectHosts,
  sshTransport,
  verify,
} from '../../src/index.ts';
import type { ActionDeps, EventListener, RunResult, Transport } from '../../src/index.ts';

/** What a program decides for itself; the command line's own choices are in `muster apply --help`. */
export function dependencies(transport: Transport, emit: EventListener): ActionDeps {
  const never = new AbortController().signal;
  return {
    transport,
    emit,
    signals: { stop: never, cancel: never, abandon: never },
    clock: () => new Date(),
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    operator: `roll-out@${hostname()}`,
    readSecret,
    readFiles: readGivenFiles,
    concurrency: 10,
    outputCap: 1024 ** 2,
    stateDirectory: '/var/db/muster',
    keepReceipts: 20,
    durable: true,
  };
}

/** Over SSH, with the agent and strict host keys. */
function overSsh(): Transport {
  return sshTransport({
    startLimit: 8,
    agentSocket: process.env['SSH_AUTH_SOCK'],
    homeDirectory: homedir(),
    readFile: (path) => readFile(path),
  });
}

/** Applies, verifies, and rolls back the hosts that fail their checks. Gives the result of the verify. */
export async function rollOut(
  playbookDirectory: string,
  inventoryFile: string,
  deps: ActionDeps = dependencies(overSsh(), () => undefined),
): Promise<RunResult> {
  const inventory = parseInventory(await readInventory(inventoryFile));
  const target = {
    playbook: parsePlaybook(await readPlaybookTree(playbookDirectory)),
    inventory,
    hosts: selectHosts(inventory, '@all'),
    selection: {},
  };
  const plan = await compile(target, deps, deps.randomHex(16));
  await apply(plan, { allowIrreversible: false }, deps);
  const { result } = await verify(target, deps);
  const failed = new Set(result.hosts.filter(({ outcome }) => outcome === 'failed').map(({ host }) => host));
  const back = target.hosts.filter(({ name }) => failed.has(name));
  if (back.length > 0) await rollback(back, { force: false, preview: false }, deps);
  return result;
}
