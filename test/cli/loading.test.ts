// What a command loads: the lab, and what only the lab needs, stay on the disk until a lab is asked for; and a question to hosts
// loads nothing that only playbooks need.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from './controller.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-loading-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The files that Node loaded for `muster ARGS`, as its coverage lists them; for a part of the bundle, what it is made of. */
function loadedBy(...args: readonly string[]): readonly string[] {
  const reports = join(folder, 'coverage');
  const env = { ...process.env, NODE_V8_COVERAGE: reports };
  const { error } = spawnSync(process.execPath, [main, ...args], { cwd: folder, env });
  if (error !== undefined) throw error;
  const scripts = readdirSync(reports).flatMap((file) => {
    const report = JSON.parse(readFileSync(join(reports, file), 'utf8')) as { result: { url: string }[] };
    return report.result.map(({ url }) => url);
  });
  return [...new Set(scripts.filter((url) => url.startsWith('file:')))].flatMap(madeOf);
}

function madeOf(url: string): readonly string[] {
  if (!url.includes('/dist/bundle/') && !url.endsWith('/dist/cli/main.js')) return [url];
  const map = fileURLToPath(`${url}.map`);
  // What the bundler itself brings along has no source.
  if (!existsSync(map)) return [url];
  const { sources } = JSON.parse(readFileSync(map, 'utf8')) as { sources: string[] };
  return sources.map((source) => new URL(source, url).href);
}

const ofTheLab = (url: string): boolean => url.includes('/dist/lab/') || url.includes('/testcontainers/');

describe('muster', () => {
  it.each([
    ['--version', []],
    ['plan', ['nowhere']],
    ['apply', ['nowhere', '--yes']],
    ['verify', ['nowhere']],
  ])('%s loads nothing of the lab', (verb, words) => {
    const loaded = loadedBy(verb, ...words);
    expect(loaded.some((url) => url.endsWith('/src/cli/program.ts'))).toBe(true);
    expect(loaded.filter(ofTheLab)).toEqual([]);
  });

  it.each([['exec', 'true'], ['ping'], ['facts']])('%s loads nothing that it does not need', (...words) => {
    const inventory = join(folder, 'inventory.yaml');
    // Nobody listens there; the whole way to a host is loaded all the same.
    writeFileSync(inventory, 'hosts: { ns1: { address: 127.0.0.1, connection: { port: 1 } } }\n');
    const [verb = '', ...command] = words;
    const loaded = loadedBy(verb, '-i', inventory, ...command);
    expect(loaded.some((url) => url.includes('/node_modules/ssh2/'))).toBe(true);
    const own = ['dist/lab', 'src/lab', 'src/lint', 'src/probe'].map((name) => `/${name}/`);
    const packages = ['listr2', 'dns-packet', 'age-encryption', 'tar-stream', 'testcontainers', 'typescript'];
    const needless = [...own, ...packages.map((name) => `/node_modules/${name}/`)];
    expect(loaded.filter((url) => needless.some((part) => url.includes(part)))).toEqual([]);
  });

  it('lab loads it, but testcontainers only when containers start', () => {
    const loaded = loadedBy('lab', 'status').filter(ofTheLab);
    expect(loaded.some((url) => url.endsWith('/dist/lab/start-lab.js'))).toBe(true);
    expect(loaded.filter((url) => url.includes('/testcontainers/'))).toEqual([]);
  });
});
