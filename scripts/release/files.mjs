// The files of a release: two tarballs, a list of what is in them, a package for pkgsrc, and the sums of all of these.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Runs a program and gives its output; throws if it fails.
 * @typedef {(program: string, args: readonly string[], cwd?: string) => string} Run
 */

/**
 * Makes the files in the new directory `to`.
 * @param {{ root: string, to: string, name: string, version: string, notes: string, run: Run }} release
 */
export function makeFiles({ root, to, name, version, notes, run }) {
  mkdirSync(join(to, 'pkgsrc'), { recursive: true });
  const tarball = packed(run, root, to, []);
  const bundled = bundle({ root, to, tarball, name, version, run });
  writeFileSync(join(to, `${name}-${version}.cdx.json`), billOfMaterials(run, root, name));
  writeFileSync(join(to, 'NOTES.md'), `# ${name} ${version}\n\n${notes}\n`);
  for (const file of ['Makefile', 'DESCR'])
    copyFileSync(join(root, 'docs/pkgsrc', file), join(to, 'pkgsrc', file));
  const contents = run('tar', ['-tzf', join(to, bundled)])
    .trim()
    .split('\n');
  writeFileSync(join(to, 'pkgsrc/PLIST'), packingList(name, contents));
  writeFileSync(join(to, 'pkgsrc/distinfo'), distinfo(bundled, readFileSync(join(to, bundled))));
  writeFileSync(join(to, 'SHA256SUMS'), sums(to));
}

/**
 * @param {Run} run
 * @param {string} from
 * @param {string} to
 * @param {readonly string[]} flags
 * @returns {string} the name of the file
 */
function packed(run, from, to, flags) {
  const said = run('npm', ['pack', '--json', ...flags, '--pack-destination', to], from);
  // What the build says stands before it.
  const [made] = /** @type {[{ filename: string }]} */ (parsed(said.slice(said.search(/^\[/m))));
  return made.filename;
}

/**
 * The tarball with everything that it needs of npm's registry, for machines that reach none.
 * @param {{ root: string, to: string, tarball: string, name: string, version: string, run: Run }} release
 * @returns {string} the name of the file
 */
function bundle({ root, to, tarball, name, version, run }) {
  const scratch = mkdtempSync(join(tmpdir(), 'muster-release-'));
  try {
    run('tar', ['-xzf', join(to, tarball), '-C', scratch]);
    const place = join(scratch, 'package');
    copyFileSync(join(root, 'package-lock.json'), join(place, 'package-lock.json'));
    // What is optional is compiled for one machine, and each of it can be missing.
    run(
      'npm',
      [
        'ci',
        '--omit=dev',
        '--omit=optional',
        '--omit=peer',
        '--ignore-scripts',
        '--prefer-offline',
        '--no-audit',
        '--no-fund',
      ],
      place,
    );
    rmSync(join(place, 'package-lock.json'));
    run('npm', ['pkg', 'set', 'bundleDependencies=true', '--json'], place);
    const file = `${name}-${version}-bundled.tgz`;
    renameSync(join(scratch, packed(run, place, scratch, ['--ignore-scripts'])), join(to, file));
    return file;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * CycloneDX, from the lock file: what a production install brings.
 * @param {Run} run
 * @param {string} root
 * @param {string} name
 */
function billOfMaterials(run, root, name) {
  const said = run(
    'npm',
    ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--omit=dev', '--package-lock-only'],
    root,
  );
  const bill = /** @type {{ metadata: { component: { name: string } } }} */ (parsed(said));
  // npm takes the name of the directory.
  bill.metadata.component.name = name;
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

/**
 * pkgsrc's PLIST of the installed package.
 * @param {string} name
 * @param {readonly string[]} contents paths of the bundled tarball, below `package/`
 */
export function packingList(name, contents) {
  const paths = contents
    .map((path) => path.replace(/^package\//, ''))
    .filter((path) => path !== '' && !path.endsWith('/'));
  const manuals = paths.flatMap((path) => /^docs\/man\/(.*\.1)$/.exec(path)?.[1] ?? []);
  const installed = [
    'bin/muster',
    ...paths.map((path) => `lib/node_modules/${name}/${path}`),
    ...manuals.map((page) => `man/man1/${page}`),
  ];
  return ['@comment $NetBSD$', ...installed.toSorted(), ''].join('\n');
}

/**
 * pkgsrc's distinfo of one file.
 * @param {string} file
 * @param {Buffer} bytes
 */
function distinfo(file, bytes) {
  /** @param {string} algorithm */
  const digest = (algorithm) => createHash(algorithm).update(bytes).digest('hex');
  return `$NetBSD$

BLAKE2s (${file}) = ${digest('blake2s256')}
SHA512 (${file}) = ${digest('sha512')}
Size (${file}) = ${String(bytes.length)} bytes
`;
}

/**
 * What `sha256sum -c` reads, of all files below `to`.
 * @param {string} to
 */
function sums(to) {
  const files = readdirSync(to, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(to.length + 1));
  return files
    .toSorted()
    .map(
      (file) =>
        `${createHash('sha256')
          .update(readFileSync(join(to, file)))
          .digest('hex')}  ${file}\n`,
    )
    .join('');
}

/**
 * @param {string} json
 * @returns {unknown}
 */
export function parsed(json) {
  return JSON.parse(json);
}
