// Bundles: equal inputs give equal bytes, secrets stay in their own files, sh reads every value back.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import tar from 'tar-stream';
import { describe, expect, it } from 'vitest';
import type { BundleInput } from '../../../src/compile/index.ts';
import { compileBundle } from '../../../src/compile/index.ts';
import { assignments, quote } from '../../../src/sh/index.ts';

function input(change: Partial<BundleInput> = {}): BundleInput {
  return {
    settings: {
      runId: '20261123-200000-abcd',
      nonce: 'n1',
      action: 'apply',
      playbook: 'p',
      operator: "o'neill@host",
      stateDirectory: '/var/db/muster',
      outputCap: 1000,
      allowIrreversible: false,
      allSteps: true,
      keepReceipts: 20,
      durable: true,
    },
    runtime: new Map([['driver.sh', Buffer.from('# driver\n')]]),
    steps: [{ id: 'one', script: 'steps/one.sh', timeoutSeconds: 60, retries: 1 }],
    files: new Map([['steps/one.sh', Buffer.from('state() { :; }\n')]]),
    vars: new Map([['cage', '/home/named']]),
    secretVars: new Map([['key', 'hunter22\nsecond line']]),
    ...change,
  };
}

async function unpack(bytes: Uint8Array): Promise<Map<string, { mode: number | undefined; text: string }>> {
  const files = new Map<string, { mode: number | undefined; text: string }>();
  const extract = tar.extract();
  extract.end(Buffer.from(bytes));
  for await (const entry of extract) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece as Buffer);
    files.set(entry.header.name, { mode: entry.header.mode, text: Buffer.concat(pieces).toString() });
  }
  return files;
}

describe('compileBundle', () => {
  it('gives the same bytes for the same input', async () => {
    const [one, two] = [await compileBundle(input()), await compileBundle(input())];
    expect(Buffer.compare(one.tar, two.tar)).toBe(0);
  });

  it('brings the files of a var, and makes the var the directory that holds them', async () => {
    const givenFiles = new Map([
      ['zone_files', new Map([['example.net', Buffer.from('a')]])],
      ['nothing', new Map<string, Uint8Array>()],
    ]);
    const bundle = await compileBundle(input({ givenFiles }));
    const files = await unpack(bundle.tar);
    expect(files.get('given/zone_files/example.net')).toEqual({ mode: 0o600, text: 'a' });
    const script = `${files.get('vars')?.text ?? ''}printf '%s|%s' "$zone_files" "$nothing"`;
    const seen = execFileSync('/bin/sh', ['-c', script], { env: { m_work: '/var/tmp/a run' } });
    expect(seen.toString()).toBe('/var/tmp/a run/given/zone_files|');
    const other = new Map([['zone_files', new Map([['example.net', Buffer.from('b')]])]]);
    expect((await compileBundle(input({ givenFiles: other }))).digest).not.toBe(bundle.digest);
  });

  it('has a digest that knows the playbook and not the run', async () => {
    const base = await compileBundle(input());
    const otherRun = await compileBundle(
      input({ settings: { ...input().settings, nonce: 'n2', runId: 'r' } }),
    );
    const otherStep = await compileBundle(input({ files: new Map([['steps/one.sh', Buffer.from('x')]]) }));
    expect(otherRun.digest).toBe(base.digest);
    expect(otherStep.digest).not.toBe(base.digest);
  });

  it('lets nobody but the owner read anything', async () => {
    for (const [name, { mode }] of await unpack((await compileBundle(input())).tar)) {
      expect([name, (mode ?? 0) & 0o077]).toEqual([name, 0]);
    }
  });

  it('keeps secrets out of every file but their own two', async () => {
    const files = await unpack((await compileBundle(input())).tar);
    const holding = [...files].filter(([, { text }]) => text.includes('hunter22')).map(([name]) => name);
    expect(holding.toSorted()).toEqual(['secret_vars', 'secrets']);
    expect(files.get('secrets')?.text).toBe('second line\nhunter22\n');
  });
});

describe('quote', () => {
  it('is read back by sh as the same bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (value) => {
        fc.pre(!value.includes('\0'));
        const seen = execFileSync('/bin/sh', ['-c', `printf '%s' ${quote(value)}`]).toString();
        expect(seen).toBe(Buffer.from(value).toString());
      }),
      {
        numRuns: 60,
        examples: [["it's"], ['$HOME `id` "x" \\'], ["'"], ['a\nb\n'], ['*?[a]'], ['-n'], ['é\u202e']],
      },
    );
  });

  it('refuses a NUL, which no shell can keep', () => {
    expect(() => quote('a\0b')).toThrow(/NUL/);
  });
});

describe('assignments', () => {
  it('refuses a name that would be more than a name', () => {
    expect(() => assignments([['x; rm', '1']])).toThrow(/no shell variable name/);
  });
});
