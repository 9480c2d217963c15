// Words of a command line, for who keeps them: the run's own secrets are masked by value, and what looks like one is too.
import { mark, marked } from './marks.ts';
import { secretForms, ValueMask } from './mask.ts';
import { RemoteMask } from './remote-mask.ts';

const secretName = String.raw`(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|auth)`;
/** `--password=X`, `DB_PASSWORD='x y'`, `"token": "X"`; the name may be a part of a longer one. */
const assignment = new RegExp(
  String.raw`(\b[\w.-]*${secretName}[\w.-]*["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s"'&;|]+)`,
  'gi',
);
/** `--password X` within one word, as in a line of sh. */
const option = new RegExp(
  String.raw`(--?[\w-]*${secretName}[\w-]*\s+)("[^"]*"|'[^']*'|[^\s"'&;|-][^\s"'&;|]*)`,
  'gi',
);
const optionAlone = new RegExp(`^--?[\\w-]*${secretName}[\\w-]*$`, 'i');
/** `scheme://user:password@` */
const inUrl = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)([^\s/@]+)(?=@)/gi;
const bearer = /(\b(?:bearer|basic)\s+)([\w.~+/-]{8,}=*)/gi;

/** The words as they may be kept. */
export function maskWords(words: readonly string[], secrets: Iterable<string>): readonly string[] {
  const values = new ValueMask(secretForms(secrets));
  const looks = new RemoteMask([]);
  return words.map((word, index) => {
    if (optionAlone.test(words[index - 1] ?? '') && !word.startsWith('-')) return mark;
    return bySigns(looks.text(values.text(word)));
  });
}

function bySigns(word: string): string {
  const keep = (_: string, head: string, value: string): string => head + marked(value);
  // Authorization first: its name would be taken for that of the value, and the value for the word `Bearer`.
  return word
    .replace(bearer, keep)
    .replace(inUrl, keep)
    .replace(option, keep)
    .replace(assignment, keepMarked);
}

function keepMarked(whole: string, head: string, value: string): string {
  return /^(?:bearer|basic|\[secret)/i.test(value) ? whole : head + marked(value);
}
