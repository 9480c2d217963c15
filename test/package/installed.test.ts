// muster from its tarball, in an empty directory and without development packages: how many packages come along, and
// that plan, apply and verify work from it on an embedded practice host. Needs a build, Linux and, the first time, npm's registry.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly name: string };
const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

interface End {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(program: string, args: readonly string[], cwd: string): Promise<End> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number')
        reject(new Error(`cannot run ${program}`, { cause: error }));
      else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

async function npm(args: readonly string[], cwd: string): Promise<End> {
  return await run('npm', [...args, '--no-audit', '--no-fund'], cwd);
}

function good({ code, stdout, stderr }: End): string {
  expect(code, stdout + stderr).toBe(0);
  return stdout;
}

/**
 * Installs the tarball below `directory` and gives its place there. If no registry answers, it uses what `npm ci`
 * left in npm's cache, by the lock file: the same packages, as far as they are those of the lock file.
 */
async function install(tarball: string, directory: string): Promise<string> {
  const installed = await npm(['install', '--omit=dev', tarball], directory);
  if (installed.code === 0) return join(directory, 'node_modules', name);
  if (!unreachable.test(installed.stderr)) throw new Error(installed.stderr);
  process.stderr.write('NO REGISTRY ANSWERS: the packages come from the cache of npm, by the lock file\n');
  good(await run('tar', ['-xzf', tarball], directory));
  const place = join(directory, 'package');
  good(await run('cp', [join(root, 'package-lock.json'), place], directory));
  good(await npm(['ci', '--omit=dev', '--offline', '--ignore-scripts'], place));
  return place;
}

describe('a production install of the tarball', () => {
  let directory: string;
  let place: string;
  const labs = (): string => join(directory, 'lab');
  const muster = (...args: readonly string[]): Promise<End> =>
    run(process.execPath, [join(place, 'dist/cli/main.js'), ...args], directory);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'muster-package-'));
    const [tarball] = JSON.parse(
      good(await npm(['pack', '--json', '--ignore-scripts', '--pack-destination', directory], root)),
    ) as [{ readonly filename: string }];
    mkdirSync(join(directory, 'empty'));
    place = await install(join(directory, tarball.filename), join(directory, 'empty'));
  });

  afterAll(async () => {
    if (existsSync(labs())) await muster('lab', 'down', '-d', labs());
    rmSync(directory, { recursive: true, force: true });
  });

  it('has at most 90 packages, including itself, and no testcontainers', () => {
    const list = [join(directory, 'empty/node_modules'), join(place, 'node_modules')]
      .map((folder) => join(folder, '.package-lock.json'))
      .find((file) => existsSync(file));
    const { packages } = JSON.parse(readFileSync(list ?? '', 'utf8')) as {
      packages: Record<string, unknown>;
    };
    const names = new Set([...Object.keys(packages), `node_modules/${name}`]);
    process.stderr.write(`a production install has ${String(names.size)} packages\n`);
    expect(names).toContain('node_modules/ssh2');
    expect(names).not.toContain('node_modules/testcontainers');
    expect(names.size).toBeLessThanOrEqual(90);
  });

  it('plans, applies and verifies on an embedded practice host, also without the lab and its image', async () => {
    good(await muster('lab', 'up', '-n', '1', '--backend', 'embedded', '-d', labs()));
    const common = [join(place, 'playbooks/caged-bind'), '-i', join(labs(), 'inventory.yaml')];
    const apart = ['dist/lab', 'docker'].map((path) => [join(place, path), join(directory, 'away', path)]);
    for (const [path = '', away = ''] of apart) {
      mkdirSync(dirname(away), { recursive: true });
      renameSync(path, away);
    }
    try {
      expect(good(await muster('plan', ...common))).toContain('would change');
      expect(good(await muster('apply', ...common, '--yes'))).toContain('changed=');
      good(await muster('verify', ...common, '--html', 'page.html'));
      expect(readFileSync(join(directory, 'page.html'), 'utf8')).toContain('The one host is well');
    } finally {
      for (const [path = '', away = ''] of apart) renameSync(away, path);
    }
  });

  it('says what to install for a lab of containers', async () => {
    const engine = join(directory, 'docker');
    writeFileSync(engine, '#!/bin/sh\necho 20.10.24\n', { mode: 0o755 });
    vi.stubEnv('PATH', `${directory}:${process.env['PATH'] ?? ''}`);
    const { code, stderr } = await muster('lab', 'up', '--backend', 'docker', '-d', join(directory, 'other'));
    expect(code).toBe(2);
    expect(stderr).toContain('npm install testcontainers@11');
    vi.unstubAllEnvs();
  });
});
