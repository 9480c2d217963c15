// The command line as few files: dist/cli/main.js and what it loads, with the packages that they use, joined in dist/bundle.
// Loading five hundred small files is most of what a command costs. What is not joined: the lab, which production can do
// without; the runtime, which lies beside its scripts; packages that look for files of their own, or that few commands need.
// And the two programs that run an embedded lab, of which each lab starts both: each is one file, where tsc left it.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..');
const entry = join(root, 'src/cli/main.ts');
// cosmiconfig has a loader for typescript, which is not even installed in production.
const apart = ['age-encryption', 'cpu-features', 'node-sqlite3-wasm', 'typescript'];

/** A folder of ours that stays as tsc built it: dist/bundle and dist/cli are equally deep. */
const folderApart = /^(?:\.\.\/)+(lab|host)\/index\.ts$/;
/** The part of ssh2 that is compiled where it is installed. */
const compiled = 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node';

/** @type {import('rolldown').Plugin} */
const leaveApart = {
  name: 'leave-apart',
  resolveId(source) {
    const folder = folderApart.exec(source)?.[1];
    if (folder !== undefined) return { id: `../${folder}/index.js`, external: 'relative' };
    return source.endsWith('/sshcrypto.node') ? { id: compiled, external: true } : undefined;
  },
};

/** Nothing of ours does anything when it is only loaded; so what a program does not use of an index.ts stays away. @param {readonly string[]} entries */
const onlyUsed = (entries) => ({
  moduleSideEffects: (/** @type {string} */ id) =>
    entries.includes(id) || !id.startsWith(join(root, 'src') + sep),
});
const transform = {
  define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
};
/** Names stay as they are, and a stack trace has them; with --debug it has the lines of the sources, too (main.ts). @type {import('rolldown').OutputOptions} */
const written = {
  dir: join(root, 'dist'),
  sourcemap: true,
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  comments: { legal: false },
};

const bundle = await rolldown({
  input: { main: entry },
  platform: 'node',
  external: apart,
  plugins: [leaveApart],
  treeshake: onlyUsed([entry]),
  transform,
});
const commands = await bundle.write({
  ...written,
  entryFileNames: 'cli/main.js',
  chunkFileNames: 'bundle/[name]-[hash].js',
  codeSplitting: {
    // Opening a file costs more than what stands in it: what every command loads is one, what most commands load is another.
    groups: [
      { name: 'start', tags: ['$initial'], test: (id) => id !== entry, priority: 2 },
      { name: 'most', minShareCount: 7, priority: 1 },
    ],
  },
});

const labPrograms = await Promise.all(
  ['keeper', 'supervisor'].map(async (name) => {
    const program = join(root, 'src/lab/embedded', `${name}.ts`);
    const joined = await rolldown({
      input: { [name]: program },
      platform: 'node',
      treeshake: onlyUsed([program]),
      transform,
    });
    // The map that tsc made is of another text; nobody reads the trace of a program whose errors are answers.
    rmSync(join(root, 'dist/lab/embedded', `${name}.js.map`), { force: true });
    return joined.write({ ...written, sourcemap: false, entryFileNames: 'lab/embedded/[name].js' });
  }),
);
const output = [commands, ...labPrograms].flatMap((one) => one.output);

/** Folders of the packages of which something is joined, in order. */
function packages() {
  const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  const names = modules.map(
    (id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id.replaceAll(sep, '/'))?.[0],
  );
  return [...new Set(names.filter((name) => name !== undefined))].toSorted();
}

/** Their authors ask that their words go with copies. */
const licences = packages().map((folder) => {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) throw new Error(`${folder} has no licence beside it: it must stay apart`);
  const name = folder.slice(folder.lastIndexOf('/node_modules/') + '/node_modules/'.length);
  return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
writeFileSync(join(root, 'dist/bundle/LICENCES.txt'), licences.join(`\n${'-'.repeat(72)}\n\n`));
