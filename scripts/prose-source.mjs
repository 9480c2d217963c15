// The texts of source files for the prose lint: comments, and the strings that read as sentences, or, in tests, the
// titles. TypeScript is read by its own parser. Shell, awk and C are read by their quoting rules, YAML by its parser.
import ts from 'typescript';
import { parseDocument, visit } from 'yaml';

/** @typedef {{ line: number, text: string }} Piece A text with the line that it starts at. */
/** @typedef {Piece & { comment: boolean }} Text A comment keeps its lines. A string is at one line. */

/** A string of so many words is taken for a sentence. Names and keys are shorter. */
const fewest = 4;

/** A string with more than this share of the signs of programs is one: sh, HTML or a pattern. */
const mostSigns = 0.05;

/**
 * Whether a string reads as a sentence. Programs, queries and styles do not.
 * @param {string} text
 */
function isSentence(text) {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => /[a-z]{2}|CODE|^a$/i.test(word));
  const isQuery = /^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER) /.test(text);
  const isStyle = /^\s*[\w.#-]+ \{/.test(text);
  const signs = text.match(/[{}$=<>|\\[\]]/g)?.length ?? 0;
  return words.length >= fewest && signs <= text.length * mostSigns && !isQuery && !isStyle;
}

/**
 * A comment without its marks. A blank line of it stays one. Words in columns become the cells of a table.
 * @param {string} comment
 */
function bare(comment) {
  return comment
    .replace(/^\/\*+/, '')
    .replace(/\*+\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*(?:\/\/+|#+|\*+)?[ \t]?/, ''))
    .map((line) => line.replace(/^@\w+(?: \{[^}]*\})?(?: \w+\b)?/, ''))
    .map((line) => (/[^\s.:;] {2,}\S/.test(line) ? `| ${line}` : line))
    .join('\n');
}

/**
 * Comments that stand in successive lines, as one text each.
 * @param {readonly Piece[]} comments in the order of the file, with their marks
 * @returns {readonly Piece[]}
 */
function joined(comments) {
  /** @type {{ line: number, lines: string[] }[]} */
  const groups = [];
  for (const { line, text } of comments) {
    const last = groups.at(-1);
    const alone = /^\/\*/.test(text) || /^\/\*/.test(last?.lines[0] ?? '');
    if (last !== undefined && !alone && last.line + last.lines.length === line) last.lines.push(text);
    else groups.push({ line, lines: [text] });
  }
  return groups.map(({ line, lines }) => ({ line, text: lines.map(bare).join('\n') }));
}

/**
 * The words of a string expression, with CODE for what is put in; undefined if it is none. A sum of strings is one text.
 * @param {ts.Node} node
 * @returns {string | undefined}
 */
function wordsOf(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `CODE${literal.text}`).join('');
  if (ts.isParenthesizedExpression(node)) return wordsOf(node.expression);
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [wordsOf(node.left), wordsOf(node.right)];
  if (left === undefined && right === undefined) return undefined;
  return `${left ?? 'CODE'}${right ?? 'CODE'}`;
}

/**
 * Every string of a TypeScript or JavaScript file that reads as a sentence, in order.
 * @param {ts.SourceFile} file
 * @returns {readonly Piece[]}
 */
function stringsOf(file) {
  /** @type {Piece[]} */
  const texts = [];
  /** @param {ts.Node} node */
  const look = (node) => {
    const words = wordsOf(node);
    if (ts.isJsxText(node) && isSentence(node.text))
      texts.push({ line: lineOf(file, node.getStart()), text: node.text });
    if (words === undefined) {
      ts.forEachChild(node, look);
      return;
    }
    if (isSentence(words)) texts.push({ line: lineOf(file, node.getStart()), text: words });
    // What a template puts in may hold sentences itself.
    if (!ts.isStringLiteralLike(node)) inside(node);
  };
  /** @param {ts.Node} node */
  const inside = (node) => {
    ts.forEachChild(node, (child) => {
      if (ts.isTemplateSpan(child)) look(child.expression);
      else if (wordsOf(child) === undefined) look(child);
      else if (!ts.isStringLiteralLike(child)) inside(child);
    });
  };
  look(file);
  return texts;
}

/**
 * The titles in a file of tests, in order. Its other strings are examples, of what is refused, too.
 * @param {ts.SourceFile} file
 * @returns {readonly Piece[]}
 */
function titlesOf(file) {
  /** @type {Piece[]} */
  const titles = [];
  /** @param {ts.Node} node */
  const look = (node) => {
    const [title] = ts.isCallExpression(node) && isTestCall(node) ? node.arguments : [];
    const words = title === undefined ? undefined : wordsOf(title);
    if (title !== undefined && words !== undefined)
      titles.push({ line: lineOf(file, title.getStart()), text: words });
    ts.forEachChild(node, look);
  };
  look(file);
  return titles;
}

/**
 * Whether a call is one of `it`, `it.each(...)`, `describe.skipIf(...)` and the like.
 * @param {ts.CallExpression} call
 */
function isTestCall(call) {
  /** @type {ts.Expression} */
  let root = call.expression;
  while (
    ts.isCallExpression(root) ||
    ts.isPropertyAccessExpression(root) ||
    ts.isTaggedTemplateExpression(root)
  )
    root = ts.isTaggedTemplateExpression(root) ? root.tag : root.expression;
  return ts.isIdentifier(root) && ['it', 'test', 'describe'].includes(root.text);
}

/**
 * @param {ts.SourceFile} file
 * @param {number} at
 */
function lineOf(file, at) {
  return file.getLineAndCharacterOfPosition(at).line + 1;
}

/**
 * The comments of a TypeScript or JavaScript file, without their marks.
 * @param {ts.SourceFile} file
 * @returns {readonly Piece[]}
 */
function commentsOf(file) {
  const source = file.text;
  /** @type {Map<number, Piece>} */
  const byStart = new Map();
  /** @param {ts.Node} node */
  const look = (node) => {
    const around = [
      ...(ts.getLeadingCommentRanges(source, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(source, node.getEnd()) ?? []),
    ];
    for (const { pos, end } of node.kind === ts.SyntaxKind.JsxText ? [] : around)
      byStart.set(pos, { line: lineOf(file, pos), text: source.slice(pos, end) });
    for (const child of node.getChildren(file)) if (!ts.isJSDoc(child)) look(child);
  };
  look(file);
  const inOrder = [...byStart].toSorted(([a], [b]) => a - b).map(([, comment]) => comment);
  return joined(inOrder.filter(({ text }) => !/^\/\/ ?(?:eslint|prettier|@ts)-/.test(text)));
}

/**
 * @param {string} source TypeScript or JavaScript, with JSX or without
 * @param {boolean} isTest
 */
function piecesOfTypeScript(source, isTest) {
  const kind = isTest ? ts.ScriptKind.TS : ts.ScriptKind.TSX;
  const file = ts.createSourceFile('file.tsx', source, ts.ScriptTarget.Latest, true, kind);
  return { comments: commentsOf(file), strings: isTest ? titlesOf(file) : stringsOf(file) };
}

/**
 * The comments and the sentences in quotes of a shell or awk file. A quoted text of several lines is a program or a
 * file, of which only the comments are read.
 * @param {string} source
 */
function piecesOfShell(source) {
  /** @type {Piece[]} */
  const comments = [];
  /** @type {Piece[]} */
  const strings = [];
  let line = 1;
  const token = /\\[\s\S]|(?<=^|[\s;])#[^\n]*|'[^']*'|"(?:\\[\s\S]|\$\([^)]*\)|[^"\\])*"|\n/g;
  for (const [found] of source.matchAll(token)) {
    if (found.startsWith('#')) comments.push({ line, text: found });
    else if (/^["']/.test(found) && found.includes('\n'))
      comments.push(...commentLines(found, line, /^\s*(#.*)$/));
    else if (/^["']/.test(found)) {
      const text = found.slice(1, -1).replace(/\$\{[^}]*\}|\$\([^)]*\)|\$\w+|%[sd]/g, 'CODE');
      if (isSentence(text)) strings.push({ line, text });
    }
    line += found.split('\n').length - 1;
  }
  return { comments: joined(comments.filter(({ text }) => !/^#(?:!|\s*shellcheck )/.test(text))), strings };
}

/**
 * The comments and the sentences in quotes of a C file.
 * @param {string} source
 */
function piecesOfC(source) {
  /** @type {Piece[]} */
  const comments = [];
  /** @type {Piece[]} */
  const strings = [];
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/g;
  for (const { 0: found, index } of source.matchAll(token)) {
    const line = source.slice(0, index).split('\n').length;
    if (found.startsWith('/')) comments.push({ line, text: found });
    else {
      const text = found.slice(1, -1).replace(/%\w+/g, 'CODE');
      if (isSentence(text)) strings.push({ line, text });
    }
  }
  return { comments: joined(comments), strings };
}

/**
 * The lines of a text that are comments.
 * @param {string} text
 * @param {number} first the line of its first one
 * @param {RegExp} pattern finds the comment, as its group
 * @returns {readonly Piece[]}
 */
function commentLines(text, first, pattern) {
  return text.split('\n').flatMap((words, index) => {
    const comment = pattern.exec(words)?.[1];
    return comment === undefined ? [] : [{ line: first + index, text: comment }];
  });
}

/**
 * The comments and the sentences of a YAML file.
 * @param {string} source
 */
function piecesOfYaml(source) {
  /** @type {Piece[]} */
  const strings = [];
  visit(parseDocument(source), {
    Scalar(_, { value, range }) {
      const line = source.slice(0, range?.[0] ?? 0).split('\n').length;
      if (typeof value === 'string' && isSentence(value)) strings.push({ line, text: value });
    },
  });
  return { comments: joined(commentLines(source, 1, /(?:^|\s)(#.*)$/)), strings };
}

/**
 * The comments of a source file, and its strings that read as sentences.
 * @param {string} file its name from the root of the repository: folder and ending say how it is read
 * @param {string} source
 * @returns {readonly Text[]}
 */
export function textsOfSource(file, source) {
  const { comments, strings } = piecesOf(file, source);
  return [
    ...comments.map((piece) => ({ ...piece, comment: true })),
    ...strings.map((piece) => ({ ...piece, comment: false })),
  ];
}

/**
 * @param {string} file
 * @param {string} source
 */
function piecesOf(file, source) {
  if (/\.(?:tsx?|mjs)$/.test(file)) return piecesOfTypeScript(source, file.startsWith('test/'));
  if (/\.[ch]$/.test(file)) return piecesOfC(source);
  return /\.ya?ml$/.test(file) ? piecesOfYaml(source) : piecesOfShell(source);
}
