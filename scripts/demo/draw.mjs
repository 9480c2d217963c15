// An SVG of lines with the colours of a terminal (SGR): light or dark as the reader's system is, with no font and no file
// from elsewhere. Each run of one colour has its width written down, so columns stay columns in any monospaced font.

const columns = 100;
const cell = { width: 7.8, height: 18, size: 13 };
const margin = 16;

const style = `
text { font: ${String(cell.size)}px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: var(--text) }
svg {
  --ground: #ffffff; --edge: #d1d9e0; --text: #1f2328; --dim: #59636e;
  --red: #c21c27; --green: #116329; --yellow: #7d4e00; --cyan: #0b6178;
}
@media (prefers-color-scheme: dark) {
  svg {
    --ground: #0d1117; --edge: #3d444d; --text: #e6edf3; --dim: #9198a1;
    --red: #ff8e86; --green: #56d364; --yellow: #e3b341; --cyan: #56d4dd;
  }
}
rect { fill: var(--ground); stroke: var(--edge) }
.bold { font-weight: bold }
.dim { fill: var(--dim) }
.red { fill: var(--red) }
.green { fill: var(--green) }
.yellow { fill: var(--yellow) }
.cyan { fill: var(--cyan) }
`;

const classes = new Map([
  [1, 'bold'],
  [2, 'dim'],
  [31, 'red'],
  [32, 'green'],
  [33, 'yellow'],
  [36, 'cyan'],
]);

/** @typedef {{ text: string, look: string }} Run */

/**
 * The picture of a session.
 * @param {readonly import('./record.mjs').Played[]} played
 * @returns {string}
 */
export function draw(played) {
  const lines = played.flatMap(({ title, command, printed }, at) => [
    ...(at === 0 ? [] : ['']),
    `\u001b[2m# ${title}\u001b[0m`,
    ...folded(`$ ${command}`).map((line) => `\u001b[1m${line}\u001b[0m`),
    ...printed.flatMap(folded),
  ]);
  const width = Math.round(columns * cell.width + 2 * margin);
  const height = lines.length * cell.height + 2 * margin;
  const label = played.map(({ title }) => title).join('. ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img">`,
    `<title>A terminal session of muster</title>`,
    `<desc>${escaped(label)}</desc>`,
    `<style>${style}</style>`,
    `<rect x="0.5" y="0.5" width="${String(width - 1)}" height="${String(height - 1)}" rx="8"/>`,
    ...lines.map((line, at) => drawn(line, margin + at * cell.height + cell.size)),
    '</svg>',
    '',
  ].join('\n');
}

/**
 * What is the same in each picture of the same session: its lines with their colours. Left out are run ids, and the lines
 * that count files which a daemon wrote meanwhile: how many these are is a matter of time.
 * @param {string} picture
 * @returns {readonly string[]}
 */
export function saidIn(picture) {
  return (
    [...picture.matchAll(/<text [^>]*>(.*)<\/text>/g)]
      .map(([, line = '']) => line.replace(/ (?:x|textLength|lengthAdjust)="[^"]*"/g, ''))
      .map((line) => line.replace(/\b\d{8}-\d{6}-[0-9a-f]{4}\b/g, 'RUN'))
      // named writes files of its own when it likes, and a run that comes later moves one more of them.
      .map((line) => line.replace(/\b(\d+) of \1 (undone|paths)\b/g, 'all $2'))
      .filter((line) => !/\b\d+ files? (?:is|are) (?:back|kept) here\b/.test(line))
  );
}

/**
 * @param {string} line
 * @param {number} y
 */
function drawn(line, y) {
  let column = 0;
  let text = '';
  for (const run of runsOf(line)) {
    // Any other font has its own widths: what is not ASCII stands alone.
    for (const part of run.text.match(/[ -~]+|[^ -~]/g) ?? []) {
      const at = column + (/^ */.exec(part)?.[0].length ?? 0);
      const word = part.trim();
      column += part.length;
      if (word === '') continue;
      const look = run.look === '' ? '' : ` class="${run.look}"`;
      text += `<tspan${look} x="${place(at)}" textLength="${length(word)}" lengthAdjust="spacingAndGlyphs">${escaped(word)}</tspan>`;
    }
  }
  return text === '' ? '' : `<text y="${String(y)}" xml:space="preserve">${text}</text>`;
}

/** @param {number} column */
function place(column) {
  return (margin + column * cell.width).toFixed(1);
}

/** @param {string} word */
function length(word) {
  return (word.length * cell.width).toFixed(1);
}

/**
 * The runs of a line. Throws for a sequence that this does not draw.
 * @param {string} line
 * @returns {readonly Run[]}
 */
function runsOf(line) {
  /** @type {Run[]} */
  const runs = [];
  let look = '';
  for (const part of line.split(/(\u001b\[[\d;]*[A-Za-z])/)) {
    const code = /^\u001b\[(\d*)m$/.exec(part)?.[1];
    if (code === undefined && part.includes('\u001b')) throw new Error(`cannot draw ${JSON.stringify(part)}`);
    if (code === undefined) runs.push({ text: part, look });
    else if (code === '' || code === '0') look = '';
    else {
      const added = classes.get(Number(code));
      if (added === undefined) throw new Error(`cannot draw the colour ${code}`);
      look = look === '' ? added : `${look} ${added}`;
    }
  }
  return runs.map(({ text, look: of }) => ({ text: text.replaceAll('\t', '    '), look: of }));
}

/**
 * As a terminal folds a line that is longer than it is wide.
 * @param {string} line
 * @returns {readonly string[]}
 */
function folded(line) {
  if (line.replace(/\u001b\[[\d;]*m/g, '').length <= columns) return [line];
  if (line.includes('\u001b'))
    throw new Error(`a line with colours is wider than ${String(columns)}: ${line}`);
  return line.match(new RegExp(`.{1,${String(columns)}}`, 'g')) ?? [];
}

/** @param {string} text */
function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
