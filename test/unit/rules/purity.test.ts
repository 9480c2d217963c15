// The rules of pure folders bite: one deliberate violation of each kind, in every folder that is said to be pure.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint, Linter } from 'eslint';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const rulesThatGuard = /^no-restricted-(imports|globals|properties|syntax)$/;

const violations: readonly string[] = [
  "import { readFileSync } from 'node:fs'; readFileSync('x');",
  "import { readFileSync } from 'fs'; readFileSync('x');",
  "import { readFile } from 'node:fs/promises'; await readFile('x');",
  "import { spawn } from 'node:child_process'; spawn('x');",
  "import { env } from 'node:process'; env.HOME;",
  "import { randomBytes } from 'node:crypto'; randomBytes(8);",
  "import { Client } from 'ssh2'; new Client();",
  "await import('node:fs');",
  'import.meta.dirname;',
  'process.env.HOME;',
  'globalThis.process.env.HOME;',
  'new Date();',
  'Date();',
  'Date.now();',
  'performance.now();',
  'Math.random();',
  'crypto.randomUUID();',
  "fetch('http://127.0.0.1');",
  'setTimeout(() => undefined, 1);',
  "console.log('x');",
];

const allowed: readonly string[] = [
  "import { createHash } from 'node:crypto'; createHash('sha256');",
  "import { join } from 'node:path/posix'; join('a', 'b');",
  "new Date(0).toISOString(); Date.parse('2026-01-01');",
  'Math.max(1, 2);',
];

/** Folders that ARCHITECTURE.md calls pure, whatever it adds to the word. */
function pureFolders(): readonly string[] {
  const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const rows = page.matchAll(/^\| (.*\(src\/\w+\/.*?) +\|.*\| pure[^|]*\|$/gm);
  return [...rows].flatMap(([, cell = '']) =>
    [...cell.matchAll(/\(src\/(\w+)\//g)].map((match) => match[1] ?? ''),
  );
}

async function guardOf(folder: string): Promise<(code: string) => readonly string[]> {
  const eslint = new ESLint({ cwd: root });
  const config = (await eslint.calculateConfigForFile(join(root, `src/${folder}/any.ts`))) as Linter.Config;
  const rules = Object.entries(config.rules ?? {}).filter(([name]) => rulesThatGuard.test(name));
  const linter = new Linter();
  return (code) => linter.verify(code, [{ rules: Object.fromEntries(rules) }]).map(({ message }) => message);
}

describe('pure folders', () => {
  it('are those that the architecture names', () => {
    const names = [
      'model',
      'document',
      'inventory',
      'playbook',
      'sh',
      'lint',
      'compile',
      'schedule',
      'protocol',
    ];
    expect(pureFolders()).toEqual(expect.arrayContaining([...names, 'compare']));
  });

  it.each(pureFolders())('%s can have no effect, and reads neither clock nor chance', async (folder) => {
    const complaints = await guardOf(folder);
    expect(violations.filter((code) => complaints(code).length === 0)).toEqual([]);
    expect(allowed.flatMap((code) => complaints(code))).toEqual([]);
  });

  it('are not those that have effects', async () => {
    const complaints = await guardOf('sources');
    expect(complaints(violations[0] ?? '')).toEqual([]);
  });
});
