// Baselines: runs that were kept under a name, as copies of their files, which no policy removes. NAME.ndjson.gz is the record,
// NAME.json what it came to; the record goes there first and away last.
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { copyFile, link, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { didYouMean, UsageError } from '../model/index.ts';
import { isThere, makePrivate, pathsOf } from './directory.ts';
import { type Baseline, type Baselines, StoreError, type StoredRun } from './port.ts';
import { wordsOf } from './recorder.ts';

/** Most who open a history keep no baseline. */
const reading = (): Promise<typeof import('./reading.ts')> => import('./reading.ts');

const shape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const ending = '.ndjson.gz';

/** The baselines of the history in a directory. */
export class FileBaselines implements Baselines {
  readonly #history: string;
  readonly #place: string;

  constructor(history: string) {
    this.#history = history;
    this.#place = join(history, 'baselines');
  }

  async save(name: string, runId: string): Promise<void> {
    if (!shape.test(name))
      throw new UsageError('BASELINE_NAME', `${name} cannot be the name of a baseline`, {
        hint: 'up to 100 letters, digits, dots, dashes and underscores, a letter or digit first',
      });
    if (this.#names().includes(name))
      throw new UsageError('BASELINE_EXISTS', `there is a baseline ${name}`, {
        hint: `choose another name, or remove it first: muster baseline drop ${name}`,
      });
    const [from, to] = [pathsOf(this.#history, runId), pathsOf(this.#place, name)];
    await this.#doing(`the baseline ${name} cannot be saved`, async () => {
      makePrivate(this.#place);
      await keep(from.packed, to.packed);
      await keep(from.summary, to.summary);
    });
  }

  async list(): Promise<readonly Baseline[]> {
    const names = await this.#doing('baselines cannot be read', () => Promise.resolve(this.#names()));
    return await Promise.all(names.map(async (name) => ({ name, summary: await this.#summary(name) })));
  }

  async read(name: string): Promise<StoredRun> {
    this.#refuseUnknown(name);
    const { readRun } = await reading();
    const stored = await readRun(this.#place, filesOf(name), new Date(0));
    return { ...stored, summary: (await this.#summary(name)) ?? stored.summary };
  }

  async drop(name: string): Promise<void> {
    this.#refuseUnknown(name);
    await this.#doing(`the baseline ${name} cannot be removed`, async () => {
      const { packed, summary } = pathsOf(this.#place, name);
      await rm(summary, { force: true });
      await rm(packed, { force: true });
    });
  }

  async #summary(name: string): Promise<Baseline['summary']> {
    const { readSummary } = await reading();
    return (await readSummary(pathsOf(this.#place, name).summary))?.summary;
  }

  #refuseUnknown(name: string): void {
    const names = this.#names();
    if (names.includes(name)) return;
    throw new UsageError('BASELINE', `there is no baseline ${name}`, {
      hint:
        names.length === 0
          ? 'muster baseline save NAME keeps one'
          : (didYouMean(name, names) ?? `there are ${names.join(', ')}`),
    });
  }

  /** Throws StoreError for a directory that is not the user's alone. */
  #names(): readonly string[] {
    if (!isThere(this.#place)) return [];
    const files = readdirSync(this.#place).filter((file) => file.endsWith(ending));
    return files
      .map((file) => file.slice(0, -ending.length))
      .filter((name) => shape.test(name))
      .sort();
  }

  async #doing<T>(problem: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof StoreError) throw cause;
      throw new StoreError('STORE_BASELINE', `${problem}: ${wordsOf(cause)}`, { cause });
    }
  }
}

function filesOf(name: string): { runId: string; plain: boolean; packed: boolean; summary: boolean } {
  return { runId: name, plain: false, packed: true, summary: true };
}

/** Copies a file, whole or not at all; never over another one. */
async function keep(from: string, to: string): Promise<void> {
  const temporary = `${to}.${randomBytes(4).toString('hex')}.part`;
  try {
    await copyFile(from, temporary);
    const handle = await open(temporary, 'r');
    await handle.sync().finally(() => handle.close());
    await link(temporary, to);
  } finally {
    await rm(temporary, { force: true });
  }
}
