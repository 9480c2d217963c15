// Which functions of the runtime a run can come to: what nothing names is not sent. Every word counts as a name, wherever it
// stands, so no grammar of sh is needed, and too much stays rather than too little. Lines stay, empty, so that sh names the same numbers.

/** As all files of the runtime have it: a name, `()`, and a body that ends in the first column. */
const functionText = /^(\w+)\(\) (?:\{\n[^]*?^\}|\(\n[^]*?^\)|\{ .*\})$/gm;
/** What stands behind it in a function is for an apply: in all else it is true (resource.sh). */
const settled = /^ {2}m_settled && return 0\n/m;

interface ShText {
  /** What is outside of all functions. */
  readonly top: string;
  readonly functions: readonly (readonly [name: string, text: string])[];
}

export interface Reach {
  /** Functions that are there whether anything in these files names them or not. */
  readonly given: (name: string) => boolean;
  /** Functions that are named and never called. */
  readonly never: ReadonlySet<string>;
  /** True if nothing is changed. */
  readonly looks: boolean;
}

/** The texts without the functions that are not reached. */
export function reachedOf(
  texts: ReadonlyMap<string, string>,
  { given, never, looks }: Reach,
): ReadonlyMap<string, string> {
  const read = new Map([...texts].map(([path, text]) => [path, looks ? withoutChanges(text) : text]));
  const scripts = [...read.values()].map(functionsOf);
  const definitions = new Map<string, string[]>();
  for (const [name, text] of scripts.flatMap(({ functions }) => functions))
    definitions.set(name, [...(definitions.get(name) ?? []), text]);
  const reached = new Set<string>();
  const reach = (name: string): void => {
    if (reached.has(name) || never.has(name)) return;
    reached.add(name);
    for (const text of definitions.get(name) ?? []) namesIn(text, definitions).forEach(reach);
  };
  [...definitions.keys()].filter(given).forEach(reach);
  for (const { top } of scripts) namesIn(top, definitions).forEach(reach);
  return new Map(
    [...read].map(([path, text]) => [
      path,
      text.replaceAll(functionText, (whole, name: string) => (reached.has(name) ? whole : linesOf(whole))),
    ]),
  );
}

function functionsOf(text: string): ShText {
  const functions = [...text.matchAll(functionText)].map(([whole, name = '']) => [name, whole] as const);
  return { top: text.replaceAll(functionText, ''), functions };
}

function withoutChanges(text: string): string {
  return text.replaceAll(functionText, (whole) => {
    const found = settled.exec(whole);
    if (found === null) return whole;
    const end = found.index + found[0].length;
    return whole.slice(0, end) + linesOf(whole.slice(end)) + whole.slice(-1);
  });
}

function namesIn(text: string, known: ReadonlyMap<string, unknown>): readonly string[] {
  const words = text.replaceAll(/^[ \t]*#.*$/gm, '').match(/\w+/g) ?? [];
  return [...new Set(words)].filter((word) => known.has(word));
}

function linesOf(text: string): string {
  return text.replaceAll(/[^\n]+/g, '');
}
