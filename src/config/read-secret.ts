// Secrets, read from where the inventory says they are kept. Their text never goes into a message.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SecretSource } from '../document/index.ts';
import { UsageError } from '../errors.ts';
import { readTextFile, unreadable } from './read-text.ts';

const commandTimeoutMs = 60_000;
const mostBytes = 1024 ** 2;

/**
 * The text of a secret, without the last line end. Relative paths are from the working directory. Files of age are
 * decrypted with the identities in the file that MUSTER_AGE_IDENTITY names. Throws UsageError.
 */
export async function readSecret(
  source: SecretSource,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  switch (source.kind) {
    case 'file':
      return withoutLineEnd((await readTextFile(fromHome(source.path))).text);
    case 'env':
      return fromEnvironment(source.name, environment);
    case 'command':
      return await fromCommand(source.argv, environment);
    case 'age':
      return await fromAge(source.path, environment);
  }
}

function fromEnvironment(name: string, environment: Readonly<Record<string, string | undefined>>): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw new UsageError('SECRET_ENV', `a secret comes from ${name}, which is not set in the environment`, {
    hint: `set ${name} and run the command again`,
  });
}

async function fromAge(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const identityPath = environment['MUSTER_AGE_IDENTITY'];
  if (identityPath === undefined || identityPath === '') {
    throw new UsageError('SECRET_AGE', `${path} is encrypted with age, and no identity is known`, {
      hint: 'set MUSTER_AGE_IDENTITY to the path of an identity file, as age-keygen writes it',
    });
  }
  const identities = (await readTextFile(fromHome(identityPath))).text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const encrypted = await readBytes(fromHome(path));
  // Loaded only here: most runs have no secret of age, and its cryptography takes a while to load.
  const { armor, Decrypter } = await import('age-encryption');
  try {
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    const text = new TextDecoder().decode(encrypted);
    const bytes = text.startsWith('-----BEGIN AGE') ? armor.decode(text) : encrypted;
    return withoutLineEnd(await decrypter.decrypt(bytes, 'text'));
  } catch (error) {
    throw new UsageError('SECRET_AGE', `${path} cannot be decrypted: ${messageOf(error)}`, {
      hint: `is ${identityPath} an identity that the file was encrypted to?`,
    });
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw await unreadable(path, error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** No shell: the words of the inventory are the program and its arguments. */
async function fromCommand(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const [program = '', ...words] = argv;
  const { failure, stdout, stderr } = await new Promise<{
    failure: Error | null;
    stdout: string;
    stderr: string;
  }>((resolve) => {
    const options = { env: { ...environment }, timeout: commandTimeoutMs, maxBuffer: mostBytes };
    const child = execFile(program, words, options, (error, out, problems) => {
      resolve({ failure: error, stdout: out, stderr: problems });
    });
    child.stdin?.end();
  });
  if (failure === null) return withoutLineEnd(stdout);
  throw new UsageError(
    'SECRET_COMMAND',
    `"${argv.join(' ')}", which prints a secret, failed: ${reasonOf(failure, stderr)}`,
    {
      hint: 'run it by hand to see why',
    },
  );
}

/** The program's last line of diagnostics. What it wrote to standard output may be the secret itself. */
function reasonOf(failure: Error, stderr: string): string {
  if ('killed' in failure && failure.killed === true)
    return `no end within ${commandTimeoutMs / 1000} s, or too much output`;
  if ('code' in failure && typeof failure.code === 'string') return failure.code;
  return stderr.trim().split('\n').at(-1) ?? '';
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function fromHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}
