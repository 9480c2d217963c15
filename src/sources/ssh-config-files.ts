// Which words stand in the files of an ssh_config. ssh itself says what they mean; this only tells whether it need be asked.
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';

/** The keywords of some files, in lower case. */
export interface SshFiles {
  readonly keywords: ReadonlySet<string>;
  /** Something is included that was not followed here, or could not be read: any keyword may stand in it. */
  readonly isOpen: boolean;
}

const mostFiles = 64;

/** Reads files of an ssh_config and what they include; relative names are below `base` (~/.ssh). Never rejects. */
export async function readSshFiles(files: readonly string[], base: string, home: string): Promise<SshFiles> {
  const keywords = new Set<string>();
  const [queue, seen] = [[...files], new Set<string>()];
  let isOpen = false;
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = await readText(file);
    isOpen ||= text === undefined || seen.size > mostFiles;
    if (isOpen) break;
    for (const line of (text ?? '').split('\n')) {
      const [, keyword = '', rest = ''] = /^\s*([A-Za-z]\w*)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
      if (keyword === '') continue;
      keywords.add(keyword.toLowerCase());
      if (keyword.toLowerCase() !== 'include') continue;
      const included = await includedBy(rest, base, home);
      isOpen ||= included === undefined;
      queue.push(...(included ?? []));
    }
  }
  return { keywords, isOpen };
}

/** Undefined when it cannot be said. A file that is not there has nothing to say. */
async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code === 'ENOENT' || code === 'ENOTDIR' ? '' : undefined;
  }
}

// Patterns in the last part of a path only, which is where they stand; everything else is left to ssh.
async function includedBy(rest: string, base: string, home: string): Promise<readonly string[] | undefined> {
  if (/["'\\]/.test(rest)) return undefined;
  const files: string[] = [];
  for (const word of rest.trim().split(/\s+/)) {
    const path = word.startsWith('~/')
      ? join(home, word.slice(2))
      : isAbsolute(word)
        ? word
        : join(base, word);
    const [directory, pattern] = [dirname(path), basename(path)];
    if (/[*?[~%$]/.test(directory) || /[?[%$]/.test(pattern)) return undefined;
    if (pattern.includes('*')) files.push(...(await matching(directory, pattern)));
    else files.push(path);
  }
  return files;
}

async function matching(directory: string, pattern: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+^${}()|\\]/g, '\\$&'));
  const regexp = new RegExp(`^${parts.join('.*')}$`);
  return names.filter((name) => regexp.test(name)).map((name) => join(directory, name));
}
