// A configuration while it grows: features add statements, zones, files and vars to it; render.ts makes the host of it.
import type { Asker, Habit, HostEntry, Surroundings, UpdatedZone } from './model.ts';
import { randomOf, secretOf, type Random } from './random.ts';

/** A zone statement, or anything else that may stand in a view. */
export interface DraftZone {
  readonly name: string;
  readonly lines: readonly string[];
  /** Views that it is in; all of them where this is empty. */
  readonly views: readonly string[];
  /** Whether its SOA record is asked for. */
  readonly isAsked: boolean;
  readonly isRecursive?: boolean;
  /** The only client that may ask for it, where it is closed to others. */
  readonly asker?: Partial<Asker>;
}

/** A view, and a client that sees it. */
export interface DraftView {
  readonly name: string;
  readonly lines: string[];
  readonly asker: Partial<Asker>;
}

/** How the configuration is cut into files. */
export interface Structure {
  /** `flat`; zones `apart` in one file; a file a zone, taken by `pattern`; `nested` files that include others. */
  readonly kind: 'flat' | 'apart' | 'pattern' | 'nested';
  /**
   * The place of the pieces, and how their paths are written: below namedb by a full path, below `directory`, or
   * elsewhere.
   */
  readonly place: 'absolute' | 'relative' | 'outside';
}

export const namedb = '/etc/namedb';
const firstSerial = 2026112801;

/** Everything that features decide; they run in a fixed order, each with chance of its own. */
export class Draft {
  readonly features: string[] = [];
  readonly entries = new Map<string, HostEntry>();
  readonly options: string[] = [];
  readonly statements: string[] = [];
  readonly views: DraftView[] = [];
  readonly zones: DraftZone[] = [];
  readonly updated: (Omit<UpdatedZone, 'asker'> & { readonly view: string; readonly key?: string })[] = [];
  readonly habits: Habit[] = [];
  readonly addresses: string[] = [];
  readonly written: RegExp[] = [/^\/var\/run\/named(\/|$)/];
  readonly keyDirectories: string[] = [];
  readonly mayRefuse: RegExp[] = [];
  readonly flags: string[] = [];
  readonly vars = new Map<string, string | string[]>();
  /** Addresses and ports that named listens on. */
  readonly listens: { readonly at: string; readonly port: number }[] = [];
  prepare = '';
  afterStart = '';
  conf = '/etc/named.conf';
  /** What `directory` says; relative names are below it. */
  directory = namedb;
  structure: Structure = { kind: 'flat', place: 'absolute' };
  /** Whether a name server may be asked anything: zones of others need it. */
  isRecursive = false;
  /** Whether the operator runs named as its own user already. */
  isOwnUser = false;
  /** The file of TSIG keys; in the configuration itself where there is none. */
  keyPlace: { readonly path?: string; readonly mode: number } = { mode: 0o644 };
  /** Comments for the head of each file of the configuration. */
  readonly comments: string[] = [];
  /** Whether each file of the configuration is one line. */
  isDense = false;
  /** Number of the owner of zone files that only the operator writes. */
  zoneOwner = 0;
  /** How to call rndc, once there is a control channel. */
  rndc = '';

  /**
   * Half of the operators keep to what is common, and have told the playbook what it cannot know; the others do what is
   * odd, or have forgotten to.
   */
  readonly isCommon: boolean;
  readonly seed: number;
  readonly around: Surroundings;

  constructor(seed: number, around: Surroundings) {
    this.seed = seed;
    this.around = around;
    this.isCommon = this.random('common').chance(0.5);
  }

  /** Whether the operator has told the playbook about something. */
  tells(random: Random): boolean {
    return random.chance(0.5) || this.isCommon;
  }

  /** Whether the operator does something odd that happens in this share of cases. */
  isOdd(random: Random, share: number): boolean {
    return random.chance(share) && !this.isCommon;
  }

  random(name: string): Random {
    return randomOf(this.seed, name);
  }

  /** Adds a file to the host, and gives its path. */
  file(path: string, content: string, mode = 0o644, owner = 0): string {
    this.entries.set(path, { path, kind: 'file', mode, owner, content });
    return path;
  }

  /** Adds a symbolic link. */
  link(path: string, target: string): void {
    this.entries.set(path, { path, kind: 'link', mode: 0o755, owner: 0, content: target });
  }

  /** Adds a directory. What named has to write in is its own where it runs as its own user. */
  folder(path: string, mode = 0o755, isWritten = false): string {
    const owner = isWritten && this.isOwnUser ? 14 : 0;
    if (!this.entries.has(path))
      this.entries.set(path, { path, kind: 'directory', mode, owner, content: '' });
    return path;
  }

  /** Where a name in the configuration leads to on the host. */
  path(name: string): string {
    return name.startsWith('/') ? name : `${this.directory}/${name}`;
  }

  /**
   * Something of the configuration is outside of what the playbook carries by itself. A usual operator has named it in
   * `further_paths`; to a forgetful one, the playbook must report the path.
   */
  isOutside(path: string, random: Random): void {
    if (path === namedb || path.startsWith(`${namedb}/`)) return;
    if (this.tells(random)) this.addToList('further_paths', path);
    else this.blame(path);
  }

  addToList(name: string, value: string, initial: readonly string[] = []): void {
    const list = this.vars.get(name);
    const values = Array.isArray(list) ? list : [...initial];
    if (!values.includes(value)) values.push(value);
    this.vars.set(name, values);
  }

  /** A refusal may name this. */
  blame(text: string): void {
    this.mayRefuse.push(new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)));
  }

  /** Declares a TSIG key where the operator keeps keys, and gives it as dig takes it. */
  key(name: string): string {
    const secret = secretOf(this.random(`secret ${name}`));
    const text = keyText(name, secret);
    const { path, mode } = this.keyPlace;
    const file = path === undefined ? undefined : this.entries.get(path);
    if (path === undefined) this.statements.push(text);
    else
      this.file(path, `${file?.content ?? ''}${text}`, mode, (mode & 0o4) === 0 && this.isOwnUser ? 14 : 0);
    if (path !== undefined && file === undefined) {
      this.statements.push(`include "${path}";\n`);
      this.isOutside(path, this.random('key file'));
    }
    return `hmac-sha256:${name}:${secret}`;
  }

  /** The text of a zone file with this serial, counted from the first of today, and further lines. */
  zoneText(zone: string, further = '', serial = 0): string {
    // A zone of RFC 2317 has a name that no host may have.
    const isForHosts = !zone.includes('/');
    const server = isForHosts ? `ns.${zone}` : 'ns.example.net';
    const hosts = isForHosts
      ? `ns\tIN A ${this.around.own}\nwww\tIN A 192.0.2.80\n`
      : '1\tIN PTR www.example.net.\n';
    return `$TTL 3600
@\tIN SOA ${server}. hostmaster.${server}. ( ${String(firstSerial + serial)} 3600 900 604800 300 )
\tIN NS ${server}.
${hosts}${further}`;
  }
}

/** A pattern for a path and whatever named writes beside it: journals, signed zones, new files before they are renamed. */
export function besides(path: string): RegExp {
  return new RegExp(
    `^${path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}(\\.(jnl|jbk|jnw|signed|signed\\.jnl))?$`,
  );
}

/** A key statement. */
export function keyText(name: string, secret: string): string {
  return `key "${name}" {\n\talgorithm hmac-sha256;\n\tsecret "${secret}";\n};\n`;
}
