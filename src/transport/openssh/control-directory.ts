// A private directory for control sockets, and a shell that ends their clients should this program die without a word.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Its standard input ends when this program does, however that was. A client that was logging in then has a socket a bit later.
const caretaker = `
cd "$1" || exit
trap '' 1 2 15
read -r word
for pass in first last; do
  for socket in *[0-9]; do [ ! -S "$socket" ] || ssh -F none -S "$socket" -O exit muster 2>/dev/null; done
  [ "$word" != over ] || break
  [ "$pass" = last ] || sleep 60
done
rm -rf "$1"
`;

/** Names for sockets. */
export class ControlDirectory {
  readonly #path = mkdtempSync(join(tmpdir(), 'muster-ctl-'));
  readonly #caretaker = spawn('/bin/sh', ['-c', caretaker, 'muster-caretaker', this.#path], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  #count = 0;

  constructor() {
    // Without it no more is lost than the tidying behind a killed program.
    this.#caretaker.on('error', () => undefined);
    this.#caretaker.stdin.on('error', () => undefined);
    this.#caretaker.unref();
    (this.#caretaker.stdin as unknown as { unref(): void }).unref();
    process.once('exit', this.#remove);
  }

  /** A socket's path that nobody has. */
  next(): string {
    this.#count += 1;
    return join(this.#path, String(this.#count));
  }

  /** A program that stays there; it is written once. */
  program(name: string, text: string): string {
    const path = join(this.#path, name);
    if (!existsSync(path)) writeFileSync(path, text, { mode: 0o700 });
    return path;
  }

  /** A file of this text that stays there. */
  file(text: string): string {
    this.#count += 1;
    const path = join(this.#path, `file-${String(this.#count)}`);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** All clients are gone. */
  close(): void {
    process.off('exit', this.#remove);
    this.#caretaker.stdin.end('over\n');
  }

  readonly #remove = (): void => {
    rmSync(this.#path, { recursive: true, force: true });
  };
}
