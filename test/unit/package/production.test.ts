// What a production install gets: the files of the tarball, and how many packages come along. `npm run test:package`
// installs it for real; here npm and the lock file are asked, which takes a second and no registry.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Key: where npm puts a package, `node_modules/a/node_modules/b`; the project itself is at ''. */
type Lock = Readonly<Record<string, Manifest>>;

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const lock = (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Lock })
  .packages;

/** What npm installs for a package: optional ones too, and peers that are not optional. */
function wantedBy(entry: Manifest): readonly string[] {
  const peers = Object.keys(entry.peerDependencies ?? {});
  const needed = peers.filter((name) => entry.peerDependenciesMeta?.[name]?.optional !== true);
  return [...Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }), ...needed];
}

/** Where Node would find a package from the place of another one. */
function placeOf(name: string, from: string): string {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (place in lock) return place;
    if (at === '') throw new Error(`${name}, wanted by ${from}, is not in the lock file`);
  }
}

/** Every package that `npm install --omit=dev` brings beside the project itself. */
function production(): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [''];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const name of wantedBy(from === '' ? manifest : (lock[from] ?? {}))) {
      const place = placeOf(name, from);
      if (!found.has(place)) open.push(place);
      found.add(place);
    }
  }
  return found;
}

describe('a production install', () => {
  it('has at most 90 packages, including the project, and none that only containers need', () => {
    const packages = production();
    expect(packages).toContain('node_modules/ssh2');
    expect([...packages].filter((place) => /testcontainers|dockerode|undici/.test(place))).toEqual([]);
    expect(packages.size + 1).toBeLessThanOrEqual(90);
  });

  it('has testcontainers as an optional peer for labs of containers', () => {
    expect(manifest.dependencies).not.toHaveProperty('testcontainers');
    expect(manifest.peerDependenciesMeta).toEqual({ testcontainers: { optional: true } });
  });
});

describe('the tarball', () => {
  it('holds the program, the runtime, playbooks and documents, and nothing that only the repo needs', () => {
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'];
    const [tarball] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' })) as [
      { readonly files: readonly { readonly path: string }[] },
    ];
    const files = tarball.files.map(({ path }) => path);
    const inside = ['src/host/driver.sh', 'playbooks/caged-bind/playbook.yaml', 'docs/steps.md', 'README.md'];
    expect(files).toEqual(expect.arrayContaining(inside));
    const folders = new Set(files.filter((path) => path.includes('/')).map((path) => path.split('/')[0]));
    const foreign = [...folders].filter(
      (folder) => !['dist', 'src', 'playbooks', 'docker', 'docs', 'inventories'].includes(folder ?? ''),
    );
    expect(foreign).toEqual([]);
    expect(files.filter((path) => path.startsWith('src/') && !path.startsWith('src/host/'))).toEqual([]);
  }, 60_000);
});
