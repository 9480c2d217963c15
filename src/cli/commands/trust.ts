// trust: what was found here and nobody named, what it makes this machine do, and the operator's word that it may.
import { resolve } from 'node:path';
import { isTrusted, listTrust, trustDirectory, withdrawTrust } from '../../sources/index.ts';
import { didYouMean, UsageError } from '../../model/index.ts';
import { parseInventories } from '../../inventory/index.ts';
import { count, escapeTerminal } from '../../report/index.ts';
import { confirm } from '../confirm.ts';
import { exitCodes } from '../../model/index.ts';
import type { GlobalOptions } from '../options.ts';
import { shown, writeOut } from '../outputs.ts';
import { openPlaybook } from '../open-playbook.ts';
import { takeFiles, takeFleet } from '../taken-fleet.ts';
import { describe, refuseUnsafe, requestsOf, trust } from '../trust-gate.ts';
import { needsTrust, type TrustRequest } from '../trust-request.ts';

export interface TrustOptions extends GlobalOptions {
  readonly show?: boolean;
  readonly list?: boolean;
  /** A path of the list, or true for what is found here. */
  readonly withdraw?: string | true;
  readonly yes?: boolean;
  /** Hosts whose keys are meant, in place of files. */
  readonly hosts?: string;
  readonly inventory?: readonly string[];
  /** The password of the jump hosts on the way to them is asked for. */
  readonly askPass?: boolean;
}

/** `muster trust [PLAYBOOK]`: shows, asks, remembers. 0 when it is trusted, or needs no trust. */
export async function trustCommand(playbook: string | undefined, options: TrustOptions): Promise<number> {
  if (options.list === true) return await list();
  if (options.withdraw !== undefined) return await withdraw(options.withdraw, options);
  const requests = await requestsHere(playbook, options);
  const all = requests.at(-1);
  if (all === undefined || !needsTrust(all)) {
    writeOut('Nothing that was found here needs trust.\n');
    return exitCodes.good;
  }
  writeOut(describe(all));
  refuseUnsafe(all);
  const trusted = await isTrusted(trustDirectory(), all.digest);
  if (options.show === true || trusted) {
    writeOut(trusted ? 'They are trusted as they are now.\n' : 'They are not trusted.\n');
    return exitCodes.good;
  }
  if (options.yes !== true && !(await agreed())) return exitCodes.usage;
  await trust(requests);
  writeOut('They are trusted as they are now. When one of them changes, they are no longer trusted.\n');
  return exitCodes.good;
}

async function requestsHere(
  playbook: string | undefined,
  options: TrustOptions,
): Promise<readonly TrustRequest[]> {
  const taken = await takeFleet(options);
  if (taken.found.length === 0) return [];
  // What its sources would say is not asked: that is what trust is for.
  const written = taken.inventories.map(({ source }) => source);
  const inventory = parseInventories(written, { file: taken.label });
  const opened =
    playbook === undefined ? undefined : await openPlaybook(playbook, taken.config, taken.sources);
  return await requestsOf(taken, inventory, opened);
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('CONFIRM', 'this needs your yes, and there is no terminal to ask on', {
      hint: 'look with --show, then add --yes',
    });
  }
  await shown();
  return await confirm('Trust them?');
}

async function list(): Promise<number> {
  const { records, damaged } = await listTrust(trustDirectory());
  for (const { path, files, does, since } of records) {
    writeOut(`${escapeTerminal(`${path} (since ${since})`)}\n`);
    for (const file of files.slice(1)) writeOut(`  with ${escapeTerminal(file)}\n`);
    for (const deed of does) writeOut(`  may ${escapeTerminal(deed)}\n`);
  }
  writeOut(`${count(records.length, 'set')} of files trusted, in ${escapeTerminal(trustDirectory())}\n`);
  for (const name of damaged) {
    process.stderr.write(
      `muster: skipped ${escapeTerminal(name)} there, which is damaged or not yours alone\n`,
    );
  }
  return exitCodes.good;
}

async function withdraw(path: string | true, options: TrustOptions): Promise<number> {
  const paths = path === true ? await pathsHere(options) : [path, resolve(path)];
  const gone = await withdrawTrust(trustDirectory(), paths);
  writeOut(`${count(gone, 'set')} of files no longer trusted\n`);
  if (gone > 0) return exitCodes.good;
  const known = (await listTrust(trustDirectory())).records.flatMap(({ files }) => files);
  throw new UsageError('TRUST_NONE', `nothing is trusted at ${paths.join(' or ')}`, {
    hint:
      (path === true ? undefined : didYouMean(resolve(path), known)) ?? 'muster trust --list shows what is',
  });
}

/** Also of files that are broken now: trust is withdrawn by path. */
async function pathsHere(options: TrustOptions): Promise<readonly string[]> {
  const { found } = await takeFiles(options).catch(() => ({ found: [] }));
  return found.length > 0
    ? found.map((file) => file.path)
    : (await takeFleet(options)).found.map((file) => file.path);
}
