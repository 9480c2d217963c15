// What is secret in the text of a host's own files, whatever muster knows of its value: `secret` statements of BIND's
// grammar in every layout, private keys, KEY records of symmetric algorithms, password hashes. The same rules stand in
// src/host/mask-files.awk, where whole files are seen; a test holds the two against each other.
import { indentOf, isBase64, isRandom, mark, marked, markedLine } from './marks.ts';
import { StatementMask } from './secret-statements.ts';

/** What a file's name says of the secrets in it. */
export type FileKind = 'key' | 'private' | 'accounts' | '';

/** What the name of a file says of the secrets in it. */
export function kindOfFile(path: string): FileKind {
  if (/\.private(?:$|\.)/.test(path)) return 'private';
  if (/\/(?:master\.passwd|shadow|gshadow|spwd)[^/]*$/.test(path)) return 'accounts';
  return /(?:\.key|_key|\.pem)$|\.key\.|\/id_[a-z]/.test(path) ? 'key' : '';
}

/** Masks line after line of one text. Of no use for two texts: begin a new one. */
export class FileSecretMask {
  readonly #kind: FileKind;
  readonly #statements = new StatementMask();
  #inPem = false;
  #inPublic = false;
  #inPrivate: boolean;

  constructor(kind: FileKind = '') {
    this.#kind = kind;
    this.#inPrivate = kind === 'private';
  }

  /** Nothing on an earlier line makes a secret of what is on the next one. */
  get isIdle(): boolean {
    return !this.#inPem && !this.#inPrivate && this.#statements.isIdle;
  }

  /** Masks a line, given without its newline. */
  line(line: string): string {
    if (this.#inPem) {
      const end = line.search(/---- ?-?END/);
      if (end !== -1) {
        this.#inPem = false;
        return markedLine(line.slice(0, end)) + line.slice(end);
      }
      if (!isProse(line)) return markedLine(line);
      this.#inPem = false;
    }
    return this.#beginsKey(line) ?? this.#ofPrivateFormat(line) ?? this.#ordinary(line);
  }

  #beginsKey(line: string): string | undefined {
    const begin = /---- ?-?BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-*/.exec(line);
    if (begin === null) {
      if (/---- ?-?BEGIN /.test(line)) this.#inPublic = true;
      if (/---- ?-?END /.test(line)) this.#inPublic = false;
      return undefined;
    }
    const head = line.slice(0, begin.index + begin[0].length);
    const rest = line.slice(head.length);
    const end = rest.search(/---- ?-?END/);
    if (end === 0) return line;
    if (end > 0) return head + marked(rest.slice(0, end)) + rest.slice(end);
    this.#inPem = true;
    return head + markedLine(rest);
  }

  #ofPrivateFormat(line: string): string | undefined {
    if (/^[ \t\r\f\v]*Private-key-format:/.test(line)) {
      this.#inPrivate = true;
      return line;
    }
    if (!this.#inPrivate) return undefined;
    const name = /^[ \t\r\f\v]*[A-Za-z][A-Za-z0-9_().-]*:[ \t]*/.exec(line);
    if (name !== null) return namedValue(line, name[0]);
    if (!isProse(line)) return markedLine(line);
    this.#inPrivate = false;
    return undefined;
  }

  #ordinary(line: string): string {
    const field = privateField.exec(line);
    if (field !== null && isBase64(trimmed(line.slice(field[0].length))))
      return field[0] + marked(line.slice(field[0].length));
    if (this.#kind === 'key' && !this.#inPublic && isBase64(trimmed(line))) return markedLine(line);
    return this.#statements.line(escaped(commandLine(hashes(keyRecord(account(line, this.#kind))))));
  }
}

const privateField =
  /^[ \t\r\f\v]*(?:PrivateKey|PrivateExponent|Prime[12]|Exponent[12]|Coefficient|Private_value\(x\)|Key):[ \t]*/;
const timing =
  /^[ \t\r\f\v]*(?:Created|Publish|Activate|Revoke|Inactive|Delete|SyncPublish|SyncDelete|DSPublish|DSRemoved):/;

const blanks = ' \t\r\f\v';

/** Without the blanks at both ends. By hand: a pattern for blanks at an end looks at each run of them again and again. */
function trimmed(text: string): string {
  let from = 0;
  let end = text.length;
  while (from < end && blanks.includes(text.charAt(from))) from++;
  while (end > from && blanks.includes(text.charAt(end - 1))) end--;
  return text.slice(from, end);
}

/** Several words that are no `Name: value`: no line of a key looks so. */
function isProse(line: string): boolean {
  const text = trimmed(line.slice(indentOf(line).length));
  return /[ \t]/.test(text) && !/^[A-Za-z0-9_().-]+:/.test(text);
}

/** A line of a Private-key-format file. Times and the algorithm are nobody's secret. */
function namedValue(line: string, head: string): string {
  const value = trimmed(line.slice(head.length));
  if (value === '') return line;
  if (/^[ \t\r\f\v]*Algorithm:/.test(line) && /^[0-9]+(?: [(][A-Z0-9_]+[)])?$/.test(value)) return line;
  if (timing.test(line) && /^[0-9]{14}$/.test(value)) return line;
  return head + marked(line.slice(head.length));
}

/** A line of master.passwd, shadow, passwd or group, whose second field is a password's hash. */
function account(line: string, kind: FileKind): string {
  const fields = line.split(':');
  const [name = '', password = ''] = fields;
  const hash = password.replace(/^(?:[*]LOCKED[*]|!)+/, '');
  if (fields.length < 2 || /^(?:[*!x-]*|[*](?:LK|NP)[*])$/.test(hash)) return line;
  const isOne = kind === 'accounts' ? !/^[ \t]*(?:#|$)/.test(name) : isAccount(fields, hash);
  return isOne ? `${name}:${marked(password)}${line.slice(name.length + password.length + 1)}` : line;
}

function isAccount(fields: readonly string[], hash: string): boolean {
  const [name = '', , uid = '', gid = ''] = fields;
  if (!/^[A-Za-z_][A-Za-z0-9_.$-]*$/.test(name)) return false;
  const ids = /^[0-9]+$/.test(uid) && /^[0-9]+$/.test(gid);
  if (fields.length === 10) return hash.length >= 8 && ids;
  if (fields.length === 9) return hash.length >= 8 && /^[0-9]*$/.test(fields.slice(2, 8).join(''));
  if (fields.length === 7) return isHash(hash) && ids;
  return fields.length === 4 && isHash(hash) && /^[0-9]+$/.test(uid);
}

function isHash(text: string): boolean {
  return (
    text.startsWith('$') || (/^_?[./A-Za-z0-9]+$/.test(text) && (text.length === 13 || text.length === 20))
  );
}

/** A KEY record is public, but of a symmetric algorithm (HMAC) it is the secret itself. */
function keyRecord(line: string): string {
  const head = /[ \t]KEY[ \t]+[0-9]+[ \t]+[0-9]+[ \t]+(?:157|16[1-5])[ \t]+[(]?[ \t]*/i.exec(line);
  const at = head === null ? line.length : head.index + head[0].length;
  return at >= line.length ? line : line.slice(0, at) + marked(line.slice(at));
}

const crypt =
  /^\$(?:1|2|2[abxy]|3|5|6|7|8|y|gy|md5|sha1|sha256|sha512|argon2|argon2i|argon2d|argon2id|scrypt)\$/;

/** What crypt(3) makes, wherever it stands: `$2a$...`, `$argon2id$...`. The last part is long. */
function hashes(line: string): string {
  return line.replace(/\$[0-9a-z]+\$[./A-Za-z0-9$=,+-]+/g, (text) => {
    const parts = text.split('$');
    return parts.length > 3 && (parts.at(-1) ?? '').length >= 20 && crypt.test(text) ? mark : text;
  });
}

/** A key as `nsupdate` and `dig -y` take it, and the password in an address. */
function commandLine(line: string): string {
  const head = /^[ \t]*key[ \t]+[^ \t{;"]+[ \t]+/.exec(line)?.[0] ?? '';
  const key = trimmed(line.slice(head.length));
  if (head !== '' && isRandom(key)) return head + marked(key);
  return line
    .replace(
      // No name in DNS is longer; without a bound each `-y` would be looked for to the end of the line.
      /(-y[ \t]*["']?(?:[A-Za-z0-9-]{1,64}:)?[A-Za-z0-9._-]{1,255}:)([A-Za-z0-9+/]+=*)/g,
      (all, before: string, value: string) => (isBase64(value) ? before + marked(value) : all),
    )
    .replace(
      /(:\/\/[^ \t/@:"]*:)([^ \t/@"]+)(?=@)/g,
      (_, before: string, value: string) => before + marked(value),
    );
}

/** A statement in a text of another kind, where quotes are escaped, as in JSON, HTML or a script. */
function escaped(line: string): string {
  return line.replace(
    /(secret(?:[ \t]|\\[nt])+)(\\+["']|&quot;|&#34;|&#x22;|%22)?([A-Za-z0-9+/][A-Za-z0-9+/=]*)/gi,
    (all, head: string, quote: string | undefined, value: string, at: number, whole: string) => {
      const isValue =
        quote === undefined
          ? isRandom(value) && /^[ \t]*[;}]/.test(whole.slice(at + all.length))
          : isBase64(value);
      return isValue ? head + (quote ?? '') + marked(value) : all;
    },
  );
}
