// What OpenSSH's client says on its standard error while it logs in, at its first level of debugging: how far it got, and
// why it ended. Its messages are in English in every locale; a message that is not known here is reported unchanged.
import type { Stage } from '../ssh/connect-errors.ts';
import type { LoginFacts } from '../port.ts';
import { plain } from '../printable.ts';

const keptLines = 40;
const keptChars = 1024;

/** What it says of every connection. */
const bookkeeping = /^(Authenticated to |Transferred: |Bytes per second: |Killed by signal )/;
/** A key that was offered, as OpenSSH describes it. */
const offering = /^Offering public key: (.*) (\S+) (SHA256:\S+)(.*)$/;
const accepting = /^Server accepts key: (.*) (\S+) (SHA256:\S+)(.*)$/;
const certificate = /^Server host certificate: (\S+) (SHA256:[^\s,]+).* CA (\S+) (SHA256:\S+)/;

/** Follows a client line by line. */
export class ClientWords {
  stage: Stage = 'tcp';
  /** What the peer said before its banner. */
  said = '';
  /** The host key that was shown: type and fingerprint. */
  shownKey: { readonly type: string; readonly fingerprint: string } | undefined;
  readonly offered: string[] = [];
  accepts: readonly string[] = [];
  /** The client says of a host's question whose it is (OpenSSH 8.5). It tells its version before it contacts anybody. */
  marksQuestions = false;
  /** The token wanted a PIN, and got none because it had refused this one before. */
  isPinWithheld = false;
  #exchange: readonly string[] = [];
  /** The certificate that was shown in place of a key, and who signed it. */
  hostCertificate: string | undefined;
  #certifiedKey: ClientWords['shownKey'];
  #voucher = '';
  /** A line vouches for the key itself: ssh looks for that if no authority counts. */
  #isKeyRecorded = false;
  #acceptedKey = '';
  readonly #accepted: string[] = [];
  readonly #lines: string[] = [];
  #isFirst = true;
  #rest = '';

  /** Takes what came. */
  take(chunk: Buffer): void {
    const [last = '', ...lines] = `${this.#rest}${chunk.toString('latin1')}`.split('\n').toReversed();
    this.#rest = last.slice(0, keptChars);
    for (const line of lines.toReversed()) this.#line(line.replace(/\r$/, '').slice(0, keptChars));
  }

  /** What is no debugging: the client's messages, and those of programs that it started. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The last messages in one line. */
  get last(): string {
    return plain(this.#lines.slice(-3).join('; ')).trim().slice(-300);
  }

  /** How the login went, as far as it got. */
  get login(): LoginFacts {
    const { type, fingerprint } = this.shownKey ?? this.#certifiedKey ?? { type: '', fingerprint: '' };
    const isCertified = this.hostCertificate !== undefined && !this.#isKeyRecorded;
    const words = {
      exchange: this.#exchange.join(', '),
      hostKey: `${isCertified ? this.hostCertificate : `${type} ${fingerprint}`}${this.#voucher}`,
      accepted: this.#accepted.join(' and '),
    };
    return {
      client: "OpenSSH's ssh",
      exchange: plain(words.exchange),
      hostKey: plain(words.hostKey),
      accepted: plain(words.accepted),
    };
  }

  /** The first message that matches. */
  find(pattern: RegExp): RegExpExecArray | undefined {
    for (const line of this.#lines) {
      const found = pattern.exec(line);
      if (found !== null) return found;
    }
    return undefined;
  }

  #line(line: string): void {
    if (this.#isFirst) this.marksQuestions = isFrom(line, 8, 5);
    this.#isFirst = false;
    const [, debugging] = /^debug\d: (.*)$/.exec(line) ?? [];
    const [, method] = /^Authenticated (?:to .* )?using "([^"]*)"/.exec(line) ?? [];
    if (method !== undefined) this.#accepted.push(methodInWords(method, this.#acceptedKey));
    if (debugging !== undefined) this.#debugging(debugging);
    else if (line.trim() !== '' && !bookkeeping.test(line)) {
      this.#lines.push(line);
      if (this.#lines.length > keptLines) this.#lines.splice(keptLines / 2, 1);
    }
  }

  #debugging(line: string): void {
    const [, type, fingerprint] = /^Server host key: (\S+) (SHA256:\S+)/.exec(line) ?? [];
    const [, before] = /^kex_exchange_identification: banner line \d+: (.*)/.exec(line) ?? [];
    const [, methods] = /^Authentications that can continue: (.*)/.exec(line) ?? [];
    const key = offering.exec(line);
    const accepted = accepting.exec(line);
    this.#exchangeOf(line);
    if (line.startsWith('Connection established') || line.startsWith('Executing proxy command'))
      this.stage = 'banner';
    else if (line.startsWith('Remote protocol version')) this.stage = 'kex';
    else if (line.startsWith('SSH2_MSG_NEWKEYS received')) this.stage = 'auth';
    else if (type !== undefined && fingerprint !== undefined) this.shownKey = { type, fingerprint };
    else if (before !== undefined) this.said = `${this.said}${before}\n`.slice(0, keptChars);
    else if (methods !== undefined) this.accepts = methods.split(',');
    else if (key !== null) this.offered.push(keyInWords(key));
    else if (accepted !== null) this.#acceptedKey = keyInWords(accepted);
  }

  #exchangeOf(line: string): void {
    const [, algorithm] = /^kex: (?:algorithm: |server->client cipher: )(\S+)/.exec(line) ?? [];
    const [, certified, fingerprint, authority, signer] = certificate.exec(line) ?? [];
    const [, which, place] = /^Found (CA )?key in (\S.*:\d+)$/.exec(line) ?? [];
    if (algorithm !== undefined) this.#exchange = [...this.#exchange, algorithm].slice(-2);
    else if (certified !== undefined && fingerprint !== undefined) {
      this.hostCertificate = `${certified} ${fingerprint}, signed by ${authority ?? ''} ${signer ?? ''}`;
      this.#certifiedKey = { type: certified.replace(/-cert-v\d\d@openssh\.com$/, ''), fingerprint };
    } else if (place !== undefined) {
      this.#isKeyRecorded = which === undefined;
      this.#voucher = `, ${this.#isKeyRecorded ? 'recorded' : 'whose key is'} in ${place}`;
    } else if (line.startsWith('matching host key fingerprint found in DNS'))
      this.#voucher = ', as the DNS says (SSHFP, DNSSEC)';
  }
}

const methodNames: ReadonlyMap<string, string> = new Map([
  ['password', 'the password'],
  ['keyboard-interactive', 'the password (keyboard-interactive)'],
  ['gssapi-with-mic', 'a ticket of Kerberos (GSSAPI)'],
  ['hostbased', 'the key of this machine (hostbased)'],
  ['none', 'nothing: the host asks for no proof'],
]);

function methodInWords(method: string, acceptedKey: string): string {
  return method === 'publickey' && acceptedKey !== '' ? acceptedKey : (methodNames.get(method) ?? method);
}

function isFrom(version: string, least: number, leastMinor: number): boolean {
  const [, major = 0, minor = 0] = (/^OpenSSH_(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  return major > least || (major === least && minor >= leastMinor);
}

function keyInWords([, path = '', type = '', fingerprint = '', more = '']: RegExpExecArray): string {
  const where = more.includes(' agent') ? 'agent key' : path;
  return `${where} (${typeNames.get(type) ?? type.toLowerCase()} ${fingerprint})`;
}

const typeNames: ReadonlyMap<string, string> = new Map([
  ['ED25519', 'ssh-ed25519'],
  ['RSA', 'ssh-rsa'],
  ['ECDSA', 'ecdsa-sha2-nistp256'],
  ['ED25519-SK', 'sk-ssh-ed25519@openssh.com'],
  ['ECDSA-SK', 'sk-ecdsa-sha2-nistp256@openssh.com'],
]);
