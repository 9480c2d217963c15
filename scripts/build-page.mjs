// Builds the page of the HTML report: src/page in one file, with its libraries, for reports to put their data in; and the page of
// the list of runs, which has the same style and no script. A strict content security policy allows this script and this style,
// by their hashes, and nothing else.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const target = join(root, 'dist/report/html');

/** What is inlined comes with its licence. @param {string} name */
function licenceOf(name) {
  const text = readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8').trim();
  return `/*! ${name}\n${text.replaceAll('*/', '* /')}\n*/`;
}

const { outputFiles } = await build({
  entryPoints: [join(root, 'src/page/main.tsx')],
  outdir: 'page',
  write: false,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome100', 'firefox100', 'safari15'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  tsconfig: join(root, 'tsconfig.page.json'),
  legalComments: 'none',
});

/** Text of the output with this ending; nothing in it may end the element that it stands in. @param {string} ending */
function outputOf(ending) {
  const text = outputFiles.find(({ path }) => path.endsWith(ending))?.text.trim() ?? '';
  return text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
}

const script = `${licenceOf('preact')}\n${licenceOf('uplot')}\n${outputOf('.js')}`;
const style = outputOf('.css');
/** @param {string} text */
const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const parts = new Map([
  ['<!--script-hash-->', hash(script)],
  ['<!--style-hash-->', hash(style)],
  ['<!--style-->', style],
  ['<!--script-->', script],
]);
mkdirSync(target, { recursive: true });
for (const { from, to } of [
  { from: 'page.html', to: 'report-page.html' },
  { from: 'runs.html', to: 'runs-page.html' },
]) {
  let page = readFileSync(join(root, 'src/page', from), 'utf8');
  for (const [mark, text] of parts) page = page.replace(mark, () => text);
  writeFileSync(join(target, to), page);
}
