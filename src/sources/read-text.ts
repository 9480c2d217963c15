// Text files as people name them on the command line, with an answer when they are not there.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeText, type SourceFile } from '../document/index.ts';
import { UsageError } from '../model/index.ts';
import { readBytes, type TakenBytes } from './read-bytes.ts';
import { namesIn } from './unreadable.ts';

/** More than this no inventory, playbook.yaml, configuration or secret holds. */
export const mostBytesOfText = 4 * 1024 ** 2;

/** A text, the bytes that it was made of, and who else could have written them. */
export interface TakenText extends TakenBytes {
  readonly source: SourceFile;
}

/** Reads a UTF-8 text of at most 4 MiB. Throws UsageError when it is missing, no file, too large or not UTF-8. */
export async function readTextFile(path: string): Promise<SourceFile> {
  return (await takeText(path, mostBytesOfText)).source;
}

/** Reads a text of at most so many bytes, with its bytes. Throws as `readTextFile` does. */
export async function takeText(path: string, mostBytes: number): Promise<TakenText> {
  const taken = await readBytes(path, mostBytes);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(taken.bytes);
    return { ...taken, source: { file: path, text } };
  } catch (cause) {
    throw new UsageError('FILE_NOT_TEXT', `${path} is not UTF-8 text`, { cause, hint: 'save it as UTF-8' });
  }
}

/**
 * Reads a YAML file, which messages call `shown`. Throws UsageError as `readTextFile` does, but ConfigError, with the
 * place, when it is not UTF-8.
 */
export async function takeDocument(path: string, shown: string = path): Promise<TakenText> {
  const taken = await readBytes(path, mostBytesOfText);
  return { ...taken, source: decodeText(shown, taken.bytes) };
}

/** Reads an inventory's text, ready for `parseInventory`. Throws as `takeDocument` does. */
export async function readInventory(path: string): Promise<SourceFile> {
  return (await takeInventory(path)).source;
}

/**
 * Reads an inventory, or all files of a directory that end in .yaml or .yml, by name, with their bytes. Throws as
 * `takeDocument` does, and for a directory without such files.
 */
export async function takeInventories(path: string): Promise<readonly TakenText[]> {
  const info = await stat(path).catch(() => undefined);
  const names = info?.isDirectory() === true ? (await namesIn(path)).filter(isInventoryName) : [];
  if (names.length === 0) return [await takeInventory(path)];
  return await Promise.all(names.map((name) => takeDocument(join(path, name))));
}

function isInventoryName(name: string): boolean {
  return /^[^.].*\.ya?ml$/.test(name);
}

/** Reads an inventory, with its bytes. Throws as `takeDocument` does. */
export async function takeInventory(path: string): Promise<TakenText> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory() !== true) return await takeDocument(path);
  const files = (await namesIn(path)).filter((name) => /\.ya?ml$/.test(name));
  throw new UsageError('INVENTORY_IS_DIRECTORY', `${path} is a directory`, {
    hint: files.length === 0 ? 'name an inventory file' : `inventories in it: ${files.join(', ')}`,
  });
}
