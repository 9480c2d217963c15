// Paths that a host will be asked about, as far as the controller can tell. The host looks at all of them at once; one that is
// missing here, or is here for nothing, changes no result.
import type { HostJob } from '../model/index.ts';

/** More would only make the bundle larger. */
const mostHints = 400;
const mostCharacters = 200;

/** Paths in the steps' scripts, in what they share, and in vars, without repeats: those that can be known without running anything. */
export function hintsOf(job: HostJob): readonly string[] {
  if (!['plan', 'verify', 'apply'].includes(job.settings.action)) return [];
  const scripts = new Set(job.steps.map(({ script }) => script));
  const inFiles = [...job.files]
    .filter(([path]) => scripts.has(path) || /^(?:lib|uses)\/.*\.sh$/.test(path))
    .flatMap(([, bytes]) => wordsInFile(bytes));
  const inVars = [...job.vars.values()].flatMap((text) => wordsOf(text));
  const found = new Set<string>();
  for (const word of new Set([...inVars, ...inFiles])) {
    const path = pathOf(word, job.vars);
    if (path !== undefined) found.add(path);
  }
  return [...found].toSorted().slice(0, mostHints);
}

const wordsByFile = new WeakMap<Uint8Array, readonly string[]>();

/** The words of a file, each once. All hosts of a run have the same bytes of it, so it is read once for all. */
function wordsInFile(bytes: Uint8Array): readonly string[] {
  const known = wordsByFile.get(bytes);
  if (known !== undefined) return known;
  const words = [...new Set(wordsOf(new TextDecoder().decode(bytes)))];
  wordsByFile.set(bytes, words);
  return words;
}

/** Words that are or may become paths; comments are left out. */
function wordsOf(text: string): string[] {
  return text.replaceAll(/^\s*#.*$/gm, '').match(/[/$][\w./+@%,={}$-]*/g) ?? [];
}

/** The path that a word stands for, up to the first part whose variables are not known. */
function pathOf(word: string, vars: ReadonlyMap<string, string>): string | undefined {
  const known = word.replaceAll(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, bare: string | undefined) => {
      const value = vars.get(braced ?? bare ?? '');
      return value === undefined || value === '' ? whole : value;
    },
  );
  const path = known.replace(/\/?[^/]*[^\w./+@%,=-].*$/s, '').replace(/[/.,=]+$/, '');
  const isPlain = /^(?:\/[\w.+@%,=-]+)+$/.test(path) && !/\/\.\.?(?:\/|$)/.test(path);
  return isPlain && path.length <= mostCharacters ? path : undefined;
}
