// Bundles: equal inputs give equal bytes, secrets stay in their own files, sh reads every value back.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syncBuiltinESMExports } from 'node:module';
import zlib, { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import tar from 'tar-stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Bundle, bundlePacker } from '../../../src/compile/index.ts';
import { type HostJob, Secret } from '../../../src/model/index.ts';
import { assignments, quote } from '../../../src/sh/index.ts';
import { testJob, testSettings } from '../../support/job.ts';
import { loneConnection } from '../../support/lone-host.ts';

const runtime = new Map([['driver.sh', Buffer.from('# driver\n')]]);
const settings = { ...testSettings, operator: "o'neill@host", action: 'apply', durable: true } as const;

function job(change: Partial<HostJob> = {}): HostJob {
  return {
    ...testJob(loneConnection, settings),
    steps: [{ id: 'one', script: 'steps/one.sh', timeoutSeconds: 60, retries: 1 }],
    files: new Map([['steps/one.sh', Buffer.from('state() { :; }\n')]]),
    vars: new Map([['cage', '/home/named']]),
    secrets: new Map([['key', new Secret('hunter22\nsecond line')]]),
    ...change,
  };
}

function packed(change: Partial<HostJob> = {}): Promise<Bundle> {
  return bundlePacker(runtime)(job(change));
}

async function unpack(bytes: Uint8Array): Promise<Map<string, { mode: number | undefined; text: string }>> {
  const files = new Map<string, { mode: number | undefined; text: string }>();
  const extract = tar.extract();
  extract.end(gunzipSync(bytes));
  for await (const entry of extract) {
    const pieces: Buffer[] = [];
    for await (const piece of entry) pieces.push(piece as Buffer);
    files.set(entry.header.name, { mode: entry.header.mode, text: Buffer.concat(pieces).toString() });
  }
  return files;
}

describe('a bundle', () => {
  it('gives the same bytes for the same input', async () => {
    const [one, two] = [await packed(), await packed()];
    expect(Buffer.compare(one.bytes, two.bytes)).toBe(0);
  });

  it('begins with what all hosts share, packed once', async () => {
    const gzip = vi.spyOn(zlib, 'gzip');
    syncBuiltinESMExports();
    onTestFinished(() => {
      gzip.mockRestore();
      syncBuiltinESMExports();
    });
    const pack = bundlePacker(runtime);
    const given = new Map([['zone_files', new Map([['example.net', Buffer.from('a'.repeat(5000))]])]]);
    const bundles = [];
    for (const cage of ['/one', '/two', '/three']) {
      const files = new Map([...job().files, ['templates/conf', Buffer.from(`directory "${cage}"`)]]);
      const vars = new Map([['cage', cage]]);
      // The last has a file of its own.
      const own =
        cage === '/three' ? new Map([['zone_files', new Map([['example.org', Buffer.from('b')]])]]) : given;
      bundles.push(await pack(job({ files, vars, given: own })));
    }
    for (const [at, cage] of ['/one', '/two', '/three'].entries()) {
      const unpacked = await unpack(bundles[at]!.bytes);
      expect(unpacked.get('playbook/templates/conf')?.text).toBe(`directory "${cage}"`);
      expect(unpacked.get('vars')?.text).toContain(`cage='${cage}'`);
      expect(unpacked.get('playbook/steps/one.sh')?.text).toBe('state() { :; }\n');
      expect([...unpacked.keys()].filter((name) => name.startsWith('given/zone_files/e'))).toEqual([
        at === 2 ? 'given/zone_files/example.org' : 'given/zone_files/example.net',
      ]);
    }
    expect(gzip).toHaveBeenCalledTimes(6);
  });

  const hasBusybox = spawnSync('busybox', ['true']).status === 0;
  it.skipIf(!hasBusybox).each(['tar', 'busybox tar'])(
    'of several gzip members is unpacked by %s',
    async (tar) => {
      const here = mkdtempSync(join(tmpdir(), 'muster-bundle-'));
      onTestFinished(() => {
        rmSync(here, { recursive: true });
      });
      const given = new Map([['zone_files', new Map([['example.net', Buffer.from('a')]])]]);
      const { bytes } = await packed({ given });
      execFileSync('sh', ['-c', `${tar} xpzf -`], { cwd: here, input: bytes });
      expect(readdirSync(here).toSorted()).toEqual(
        'given hints log playbook run runtime secret_vars secrets steps vars'.split(' '),
      );
      expect(readFileSync(join(here, 'given/zone_files/example.net'), 'utf8')).toBe('a');
    },
  );

  it('has the files of a var, and sets the var to their directory', async () => {
    const given = new Map([
      ['zone_files', new Map([['example.net', Buffer.from('a')]])],
      ['nothing', new Map<string, Uint8Array>()],
    ]);
    const bundle = await packed({ given });
    const files = await unpack(bundle.bytes);
    expect(files.get('given/zone_files/example.net')).toEqual({ mode: 0o600, text: 'a' });
    const script = `${files.get('vars')?.text ?? ''}printf '%s|%s' "$zone_files" "$nothing"`;
    const seen = execFileSync('/bin/sh', ['-c', script], { env: { m_work: '/var/tmp/a run' } });
    expect(seen.toString()).toBe('/var/tmp/a run/given/zone_files|');
    const other = new Map([['zone_files', new Map([['example.net', Buffer.from('b')]])]]);
    expect((await packed({ given: other })).digest).not.toBe(bundle.digest);
  });

  it('has a digest of the playbook, not of the run', async () => {
    const base = await packed();
    const otherRun = await packed({ settings: { ...settings, nonce: 'n2', runId: 'r' } });
    const otherStep = await packed({ files: new Map([['steps/one.sh', Buffer.from('x')]]) });
    expect(otherRun.digest).toBe(base.digest);
    expect(otherStep.digest).not.toBe(base.digest);
  });

  it('lets nobody but the owner read anything', async () => {
    for (const [name, { mode }] of await unpack((await packed()).bytes)) {
      expect([name, (mode ?? 0) & 0o077]).toEqual([name, 0]);
    }
  });

  it('keeps secrets out of every file but their own two', async () => {
    const files = await unpack((await packed()).bytes);
    const holding = [...files].filter(([, { text }]) => text.includes('hunter22')).map(([name]) => name);
    expect(holding.toSorted()).toEqual(['secret_vars', 'secrets']);
    expect(files.get('secrets')?.text).toBe('second line\nhunter22\n');
  });
});

describe('a job that cannot be sent', () => {
  it.each([
    [
      'a NUL in a secret',
      { secrets: new Map([['key', new Secret('hun\0ter2')]]) },
      'a value holds a NUL byte',
    ],
    ['a NUL in a var', { vars: new Map([['a', 'b\0c']]) }, 'a value holds a NUL byte'],
    ['a name that is none of sh', { vars: new Map([['a b', 'c']]) }, "'a b' is no shell variable name"],
    [
      'a path that no old tar takes',
      { files: new Map([[`files/${'x'.repeat(101)}`, runtime.get('driver.sh')!]]) },
      'is too long',
    ],
  ])('is refused, without a secret in the message: %s', async (_, change, words) => {
    const refusal: unknown = await packed(change).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ message: expect.stringContaining(words) as string });
    expect(String(refusal)).not.toMatch(/hun|ter2/);
  });

  it.each([
    [`files/${'x'.repeat(85)}`, true],
    [`files/${'y'.repeat(100)}`, true],
    [`${'d/'.repeat(73)}${'y'.repeat(100)}`, true],
    [`${'d/'.repeat(74)}${'y'.repeat(100)}`, false],
    [`files/${'é'.repeat(50)}`, false],
  ])('with %s: %s', async (path, travels) => {
    const files = new Map([[path, runtime.get('driver.sh')!]]);
    const names = await packed({ files }).then(
      async ({ bytes }) => [...(await unpack(bytes)).keys()],
      (): string[] => [],
    );
    expect(names.includes(`playbook/${path}`)).toBe(travels);
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

  it('refuses a NUL, which no shell can store', () => {
    expect(() => quote('a\0b')).toThrow(/NUL/);
  });
});

describe('assignments', () => {
  it('refuses a text that is more than a name', () => {
    expect(() => assignments([['x; rm', '1']])).toThrow(/no shell variable name/);
  });
});
