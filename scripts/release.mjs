// `npm run release -- VERSION`: looks whether this clone can become VERSION, and says what would be made. With --yes it checks,
// writes the version, makes the files in release/VERSION, commits and tags. It pushes and publishes nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { refusalOf, releasedVersions, unreleasedNotes, withRelease } from './release/changelog.mjs';
import { makeFiles, parsed } from './release/files.mjs';

const root = process.cwd();
/** What has to be green, in this order. */
const checks = ['check', 'gen:check', 'test'];
const edited = ['package.json', 'package-lock.json', 'CHANGELOG.md', 'docs/pkgsrc/Makefile'];

class Refusal extends Error {}

/** @type {import('./release/files.mjs').Run} */
function run(program, args, cwd = root) {
  const { status, stdout, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error !== undefined) throw new Refusal(`cannot run ${program}: ${error.message}`);
  if (status !== 0)
    throw new Refusal(`${program} ${args.join(' ')} failed with exit status ${String(status)}`);
  return stdout;
}

/** @param {string} line */
function say(line) {
  process.stdout.write(`${line}\n`);
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(root, file), 'utf8');
}

/**
 * @typedef {{ version: string, tag: string, name: string, notes: string, to: string }} Release
 * @param {string} version
 * @returns {Release}
 */
function examine(version) {
  const {
    name,
    version: written,
    repository,
  } = /** @type {{ name: string, version: string, repository?: unknown }} */ (parsed(read('package.json')));
  const dirt = run('git', ['status', '--porcelain']).trimEnd();
  if (dirt !== '') throw new Refusal(`the tree is not clean: commit or stash first\n${dirt}`);
  const tags = run('git', ['tag', '--list', 'v*']).split('\n');
  const tag = `v${version}`;
  if (tags.includes(tag)) throw new Refusal(`the tag ${tag} is there already`);
  const changelog = read('CHANGELOG.md');
  const notes = unreleasedNotes(changelog);
  const tagged = tags.map((each) => each.slice(1)).filter((each) => /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(each));
  const refusal = refusalOf(version, {
    written,
    released: [...releasedVersions(changelog), ...tagged],
    notes,
  });
  if (refusal !== undefined) throw new Refusal(refusal);
  const to = join(root, 'release', version);
  if (existsSync(to)) throw new Refusal(`release/${version} is there already: remove it first`);
  if (repository === undefined)
    say(
      'note: package.json names no repository, so npm will show none. To name it: npm pkg set repository=URL',
    );
  return { version, tag, name, notes, to };
}

/** @param {Release} release */
function make({ version, tag, name, notes, to }) {
  for (const script of checks) {
    say(`npm run ${script}`);
    run('npm', ['run', '--silent', script]);
  }
  const changed = run('git', ['status', '--porcelain']).trimEnd();
  if (changed !== '') throw new Refusal(`the checks changed the tree:\n${changed}`);
  try {
    writeVersion(version);
    makeFiles({ root, to, name, version, notes, run });
    run('git', ['commit', '--quiet', '--message', `Release ${version}`, '--', ...edited]);
  } catch (error) {
    // Nothing stays of a release that was not made.
    run('git', ['checkout', '--quiet', 'HEAD', '--', ...edited]);
    rmSync(to, { recursive: true, force: true });
    throw error;
  }
  run('git', ['tag', '--annotate', tag, '--message', `muster ${version}`]);
}

/** @param {string} version */
function writeVersion(version) {
  run('npm', ['version', version, '--no-git-tag-version', '--allow-same-version', '--ignore-scripts']);
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync(join(root, 'CHANGELOG.md'), withRelease(read('CHANGELOG.md'), version, day));
  const makefile = read('docs/pkgsrc/Makefile');
  writeFileSync(join(root, 'docs/pkgsrc/Makefile'), makefile.replace(/^(VERSION=\s*).*$/m, `$1${version}`));
}

/** @param {Release} release */
function tellWhatWould({ version, tag, name }) {
  say(`would run    npm run ${checks.join(', npm run ')}: each must succeed`);
  say(`would write  ${version} and today into ${edited.join(', ')}`);
  say(
    `would make   release/${version}: ${name}-${version}.tgz, the same with all that it needs, NOTES.md, an SBOM,`,
  );
  say('             a package for pkgsrc, SHA256SUMS');
  say(`would commit "Release ${version}" and tag it ${tag}`);
  say(`To do it: npm run release -- ${version} --yes`);
}

/** @param {Release} release */
function tellWhatNext({ version, tag, name }) {
  say(`release/${version} is made, committed and tagged ${tag}. Nothing was sent. Next:`);
  say(`  git push --follow-tags`);
  say(`  npm publish release/${version}/${name}-${version}.tgz`);
}

try {
  const options = /** @type {const} */ ({ yes: { type: 'boolean', short: 'y', default: false } });
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [version, ...more] = positionals;
  if (version === undefined || more.length > 0)
    throw new Refusal('usage: npm run release -- VERSION [--yes]');
  const release = examine(version);
  if (values.yes) make(release);
  (values.yes ? tellWhatNext : tellWhatWould)(release);
} catch (error) {
  process.stderr.write(`release: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof Refusal ? 1 : 2;
}
