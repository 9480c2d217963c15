// What OpenSSH's client asks, over a real socket: which questions are answered, with what, and how often.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/model/index.ts';
import { type Answers, type Desk, openDesk } from '../../../src/transport/openssh/askpass.ts';
import { ClientWords } from '../../../src/transport/openssh/client-words.ts';
import { TokenPins } from '../../../src/transport/openssh/token-pins.ts';
import { PasswordLogin } from '../../../src/transport/ssh/password-login.ts';

describe('a desk', () => {
  const key = "Enter passphrase for key '/home/ops/id': ";
  const forPin = "Enter PIN for 'fleet': ";
  let folder: string;
  let desk: Desk | undefined;
  let unanswered: number;
  let pins: (string | undefined)[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-desk-'));
    unanswered = 0;
    pins = [];
  });
  afterEach(() => {
    desk?.close();
    rmSync(folder, { recursive: true });
  });

  async function opened(more: Partial<Answers> = {}, isOwnQuestion = true): Promise<void> {
    const answers: Answers = {
      program: '/bin/false',
      passphrases: new Map([['/home/ops/id', new Secret('words')]]),
      password: new PasswordLogin('ops', new Secret('word')),
      ...more,
    };
    desk = openDesk(join(folder, 'desk'), answers, {
      unanswered: () => (unanswered += 1),
      pinGiven: (given) => pins.push(given?.pin.reveal()),
      isOwnQuestion: () => isOwnQuestion,
    });
    await desk.ready;
  }

  /** Asks as the client's program does; a byte at a time on request. */
  function ask(question: string, kind = '', isSlow = false): Promise<string> {
    return new Promise((resolve) => {
      let said = '';
      const bytes = Buffer.from(`${JSON.stringify([question, kind])}\n`);
      const socket = connect(join(folder, 'desk'), () => {
        void sendParts(socket, isSlow ? [...bytes].map((byte) => Buffer.of(byte)) : [bytes]);
      });
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => (said += chunk.toString()));
      socket.on('close', () => {
        resolve(said);
      });
    });
  }

  it('answers for a key file once, and for no other file', async () => {
    await opened();
    expect(await ask("Enter passphrase for key '/home/ops/other': ")).toBe('');
    expect(await ask(key)).toBe('words\n');
    expect(await ask(key)).toBe('');
  });

  it('understands a question that arrives in parts, also of a character', async () => {
    await opened({ passphrases: new Map([['/home/ops/schlüssel', new Secret('wörter')]]) });
    expect(await ask("Enter passphrase for key '/home/ops/schlüssel': ", '', true)).toBe('wörter\n');
  });

  it('answers for the password once', async () => {
    await opened();
    expect(await ask("ops@ns1's password: ")).toBe('word\n');
    void ask("ops@ns1's password: ");
    await expect.poll(() => unanswered).toBe(1);
  });

  it('takes no question of a host for one of the client: a client of today marks it', async () => {
    await opened({ pin: () => Promise.reject(new Error('taken')) });
    // It gets what is the host's anyway.
    expect(await ask(`(ops@ns1) ${key}`)).toBe('word\n');
    void ask(`(ops@ns1) ${forPin}`);
    await expect.poll(() => unanswered).toBe(1);
    expect(pins).toEqual([]);
  });

  it.each([key, forPin])(
    'does not answer "%s" to a client before OpenSSH 8.5 that a host may ask by',
    async (question) => {
      await opened({ pin: () => Promise.reject(new Error('taken')) }, false);
      expect(await ask(question)).toBe('');
      expect(pins).toEqual([]);
    },
  );

  it('gives a PIN once, and none that was refused before', async () => {
    const turns = new TokenPins();
    const pin = () => turns.take('library', new Secret('1234'));
    await opened({ pin });
    expect(await ask(forPin)).toBe('1234\n');
    expect(await ask(forPin)).toBe('');
    expect(pins).toEqual(['1234']);
  });

  it('says yes to nothing, and gives a question for it no password', async () => {
    await opened();
    expect(await ask('Add key /home/ops/id to agent?', 'confirm')).toBe('');
    expect(await ask("ops@ns1's password: ")).toBe('word\n');
  });
});

describe('the PIN of a token', () => {
  const pin = new Secret('1234');

  it('is given to one login, and to the others when that was let in', async () => {
    const pins = new TokenPins();
    const first = await pins.take('library', pin);
    const others = Promise.all([pins.take('library', pin), pins.take('library', pin)]);
    expect(await Promise.race([others, Promise.resolve('waiting')])).toBe('waiting');
    first?.done(true);
    expect((await others).map((given) => given?.pin.reveal())).toEqual(['1234', '1234']);
  });

  it('is given to no other when it was refused; another PIN, or another token, is', async () => {
    const pins = new TokenPins();
    const first = await pins.take('library', pin);
    first?.done(false);
    expect(await pins.take('library', pin)).toBeUndefined();
    expect(await pins.take('library', new Secret('4321'))).toBeDefined();
    expect(await pins.take('other', pin)).toBeDefined();
  });
});

describe('the version of a client', () => {
  it.each([
    ['OpenSSH_8.4p1, OpenSSL 1.1.1', false],
    ['OpenSSH_8.5p1', true],
    ['OpenSSH_9.2p1 Debian-2', true],
    ['OpenSSH_10.0', true],
    ['OpenSSH_7.4', false],
    ['debug1: Connecting', false],
  ])('%s marks questions of hosts: %s', (line, marks) => {
    const words = new ClientWords();
    words.take(Buffer.from(`${line}\nOpenSSH_99.9\n`));
    expect(words.marksQuestions).toBe(marks);
  });
});

async function sendParts(socket: Socket, parts: readonly Uint8Array[]): Promise<void> {
  socket.setNoDelay(true);
  for (const part of parts) {
    socket.write(part);
    // The desk reads in the meantime.
    await setImmediate();
    await setImmediate();
  }
}
