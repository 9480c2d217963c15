// inventory import: from another program's inventory to one of muster's, with a list of what was lost on the way.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ForeignNote,
  hostsInSshConfig,
  importAnsible,
  type Imported,
  importKnownHosts,
  importNodesets,
  importSshConfig,
  renderDraft,
} from '../../foreign/index.ts';
import { parseInventory } from '../../inventory/index.ts';
import { ConnectError, exitCodes, UsageError } from '../../model/index.ts';
import { runProgram } from '../../programs/index.ts';
import { count } from '../../report/index.ts';
import { homeDirectory, readAnsibleTree, readForeignTexts } from '../../sources/index.ts';
import { type Effective, parseEffective, parseKnownHosts } from '../../transport/index.ts';
import type { GlobalOptions } from '../options.ts';
import { OutputError, systemWords, writeOut } from '../outputs.ts';
import { tell } from '../taken-fleet.ts';

export interface ImportOptions extends GlobalOptions {
  readonly out?: string;
  readonly overwrite?: boolean;
}

/** `muster inventory import KIND [PATH]`. Throws UsageError for what cannot be read, or a file that is there. */
export async function importCommand(
  kind: string,
  path: string | undefined,
  { out, overwrite }: ImportOptions,
): Promise<number> {
  const from = path ?? join(homeDirectory(), kind === 'ssh-config' ? '.ssh/config' : '.ssh/known_hosts');
  const imported = await importFrom(kind, from);
  const text = renderDraft(imported, `${kind} ${from}`);
  // What cannot be read again is a fault of ours, and not for the operator to find out.
  const { hosts, groups } = parseInventory({ file: out ?? 'import', text });
  if (out === undefined) writeOut(text);
  else await writeNew(out, text, overwrite === true);
  const lost = imported.notes.length;
  tell(
    `${count(hosts.size, 'host')}, ${count(groups.size - 1, 'group')}` +
      (lost === 0 ? '' : `; ${count(lost, 'thing')} changed or left out, see the comments at the top`),
  );
  return exitCodes.good;
}

async function importFrom(kind: string, path: string): Promise<Imported> {
  if (kind === 'ansible') return importAnsible(await readAnsibleTree(path));
  if (kind === 'nodeset') return importNodesets(await readForeignTexts(path, /\.(ya?ml|conf|cfg)$/));
  if (kind === 'known-hosts') {
    const parsed = (await readForeignTexts(path, /./)).map((file) => parseKnownHosts(file.text, file.path));
    const faults = parsed.flatMap((each) => each.faults);
    const notes: ForeignNote[] = faults.map(({ file, line, what }) => ({
      place: `${file}:${String(line)}`,
      what,
    }));
    return importKnownHosts(
      parsed.flatMap(({ lines }) => lines),
      notes,
    );
  }
  return await fromSshConfig(path);
}

async function fromSshConfig(path: string): Promise<Imported> {
  const { names, notes } = hostsInSshConfig(await readForeignTexts(path, /./));
  const said = new Map<string, Effective>();
  const usual = await askSsh(['-F', 'none'], 'none');
  for (const name of names) said.set(name, await askSsh(['-F', path], name));
  return importSshConfig(said, usual, notes, path);
}

const timeoutMs = 15_000;

async function askSsh(place: readonly string[], name: string): Promise<Effective> {
  const end = await runProgram('ssh', ['-T', '-G', ...place, '--', name], { timeoutMs });
  if (end.exitCode === 0) return parseEffective(end.stdout);
  throw new ConnectError('SSH_CONFIG', `ssh rejects its configuration: ${end.stderr.trim().slice(0, 300)}`, {
    host: name,
    hint: `try ssh -G ${name}, and correct the file`,
  });
}

async function writeNew(path: string, text: string, mayOverwrite: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: mayOverwrite ? 'w' : 'wx' });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')
      throw new UsageError('IMPORT_EXISTS', `${path} exists already and is not overwritten`, {
        hint: 'name a new file, or add --overwrite',
      });
    throw new OutputError('IMPORT_WRITE', `${path} cannot be written: ${systemWords(cause)}`, { cause });
  }
}
