// The gate between files that nobody named and what they make this machine do. Through it goes every connection, every
// secret and every file of a var: what was not trusted with these very bytes goes no further, whatever --yes says.
import {
  addTrust,
  isTrusted,
  listTrust,
  readGivenFiles,
  readSecret,
  trustDirectory,
} from '../sources/index.ts';
import type { ActionDeps } from '../actions/index.ts';
import { UsageError } from '../model/index.ts';
import type { Inventory } from '../inventory/index.ts';
import { confirm } from './confirm.ts';
import type { TakenFleet } from './taken-fleet.ts';
import { needsTrust, recordOf, requestOf, type TakenPlaybook, type TrustRequest } from './trust-request.ts';
import { wordsOf, wordsOfFile } from './trust-words.ts';

/** Guards what one command does. */
export class TrustGate {
  readonly #taken: TakenFleet;
  readonly #inventory: Inventory;
  readonly #mayAsk: boolean;
  #mayContact: boolean;
  #mayRead: boolean;

  constructor(taken: TakenFleet, inventory: Inventory, mayAsk: boolean) {
    this.#taken = taken;
    this.#inventory = inventory;
    this.#mayAsk = mayAsk;
    this.#mayContact = this.#mayRead = taken.found.length === 0;
  }

  /** Before any host is contacted. Throws UsageError (TRUST) for files that another account can write. */
  async toContact(): Promise<void> {
    if (this.#mayContact) return;
    const request = await requestOf(this.#taken, this.#inventory);
    if (request.files.some(({ stranger }) => stranger !== undefined)) await this.#clear(request, [request]);
    this.#mayContact = true;
  }

  /** Before anything is run or read to know the hosts. Throws UsageError (TRUST, TRUST_PROGRAM). */
  async toDraw(): Promise<void> {
    if (this.#mayContact) return;
    const request = await requestOf(this.#taken, this.#inventory);
    refuseUnsafe(request);
    if (needsTrust(request)) await this.#clear(request, [request]);
  }

  /** Before anything is run or read for the vars of a playbook. Throws UsageError (TRUST, TRUST_PROGRAM). */
  async toRead(playbook: TakenPlaybook): Promise<void> {
    if (this.#mayRead) return;
    const requests = await requestsOf(this.#taken, this.#inventory, playbook);
    const request = requests.at(-1);
    if (request !== undefined) {
      refuseUnsafe(request);
      if (needsTrust(request)) await this.#clear(request, requests);
    }
    this.#mayContact = this.#mayRead = true;
  }

  /** Reads as the configuration says, behind the gate. */
  readonly readSecret: ActionDeps['readSecret'] = async (source) => {
    this.#refuseEarly();
    return await readSecret(source);
  };

  /** Reads files of vars, behind the gate. */
  readonly readFiles: ActionDeps['readFiles'] = async (path, from) => {
    this.#refuseEarly();
    return await readGivenFiles(path, from);
  };

  #refuseEarly(): void {
    if (!this.#mayRead)
      throw new Error('something would be read for files that you neither named nor trusted');
  }

  async #clear(request: TrustRequest, requests: readonly TrustRequest[]): Promise<void> {
    if (await isTrusted(trustDirectory(), request.digest)) return;
    if (!this.#mayAsk) throw await untrusted(request, this.#taken);
    process.stderr.write(describe(request));
    if (!(await confirm('Trust these files as they are now?'))) throw await untrusted(request, this.#taken);
    await trust(requests);
  }
}

/** What the files ask for by themselves, and with the playbook. Throws UsageError. */
export async function requestsOf(
  taken: TakenFleet,
  inventory: Inventory,
  playbook: TakenPlaybook | undefined,
): Promise<readonly TrustRequest[]> {
  const alone = await requestOf(taken, inventory);
  return playbook === undefined ? [alone] : [alone, await requestOf(taken, inventory, playbook)];
}

/** Remembers that these were trusted as they are. Throws UsageError (TRUST_STORE). */
export async function trust(requests: readonly TrustRequest[]): Promise<void> {
  for (const request of requests.filter(needsTrust)) {
    await addTrust(trustDirectory(), recordOf(request, new Date()));
  }
}

/** Throws UsageError (TRUST_PROGRAM) when a program could be another one by the time it is started. */
export function refuseUnsafe({ unsafe }: TrustRequest): void {
  const [first] = unsafe;
  if (first === undefined) return;
  throw new UsageError(
    'TRUST_PROGRAM',
    `files that you did not name would run a program that others can change: ${first}`,
    {
      hint: 'make a copy of these files that only you can write, or name what you mean: --config FILE, -i FILE',
    },
  );
}

/** What is trusted, for a terminal: several lines. */
export function describe({ files, reach }: TrustRequest): string {
  const does = reach.map((each) => `  ${wordsOf(each)}\n`);
  const head = does.length === 0 ? '' : `For hosts, these files make this machine\n${does.join('')}`;
  return `${head}The files, which you did not name:\n${files.map((file) => `  ${wordsOfFile(file)}\n`).join('')}`;
}

const planHint =
  'the plan was made elsewhere, and it names them: name the inventory yourself, with -i FILE. No host was contacted';

/** The sentence that refuses: what would happen or who could change it, whether it is news, and what to do. */
async function untrusted({ files, reach }: TrustRequest, { sources }: TakenFleet): Promise<UsageError> {
  const [first] = files;
  const [deed] = reach;
  const stranger = files.find((file) => file.stranger !== undefined);
  const more = reach.length > 1 ? `, and ${String(reach.length - 1)} more such things` : '';
  const problems = [
    ...(stranger === undefined ? [] : [`${stranger.path} ${stranger.stranger ?? ''}`]),
    ...(deed === undefined ? [] : [`${first?.path ?? ''} would make this machine ${wordsOf(deed)}${more}`]),
  ];
  const { records } = await listTrust(trustDirectory());
  const isOld = records.some(({ path }) => path === first?.path);
  const state = isOld ? 'what you trusted of it has changed since then' : 'it is not trusted';
  return new UsageError('TRUST', `${problems.join(', and ')}; you did not name it, and ${state}`, {
    hint:
      sources.inventory?.by === 'plan'
        ? planHint
        : 'look with `muster trust --show`, and trust it as it is now with `muster trust` (add the playbook when you name ' +
          'one); or name what you mean: --config FILE, -i FILE. No host was contacted',
  });
}
