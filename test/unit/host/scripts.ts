// The sh of the repository as the tests of its names see it: scanned, with the function that each part stands in.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { scanScript } from '../../../src/sh/index.ts';
import type { Script } from '../../../src/sh/index.ts';

const root = new URL('../../..', import.meta.url).pathname;

export interface ShFile {
  /** Relative to the repository. */
  readonly file: string;
  readonly script: Script;
}

/** Every .sh file below a folder of the repository. */
export function shFilesIn(folder: string): ShFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sh'))
    .toSorted()
    .map((name) => {
      const file = join(folder, name);
      return { file, script: scanScript(readFileSync(join(root, file), 'utf8')) };
    });
}

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** The names in code spans that a text of Markdown has, in cells of the given column of its tables (0 is the first). */
export function namesInColumn(text: string, column: number): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => [...(line.split(/(?<!\\)\|/)[column + 1] ?? '').matchAll(/`([a-z_]\w*)/g)])
    .map((match) => match[1] ?? '');
}

/** The part of a Markdown text below a heading, up to the next one of its level or above. */
export function sectionOf(text: string, heading: string): string {
  const lines = text.split('\n');
  const from = lines.indexOf(heading);
  if (from < 0) throw new Error(`no heading ${heading}`);
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const rest = lines.slice(from + 1);
  const to = rest.findIndex((line) => (/^(#+) /.exec(line)?.[1]?.length ?? level + 1) <= level);
  return rest.slice(0, to < 0 ? rest.length : to).join('\n');
}
