// Secrets, read from where the inventory says they are kept. Their text never goes into a message.
import { join } from 'node:path';
import type { SecretSource } from '../document/index.ts';
import { isMusterError, UsageError } from '../model/index.ts';
import { lastLine, runProgramBytes } from '../programs/index.ts';
import { homeDirectory } from './home.ts';
import { readBytes } from './read-bytes.ts';
import { mostBytesOfText, readTextFile } from './read-text.ts';

const commandTimeoutMs = 60_000;
const mostBytes = 1024 ** 2;

/**
 * The text of a secret, without the last line end: UTF-8, and no NUL in it. Relative paths are from the working directory.
 * Files of age are decrypted with the identities in the file that MUSTER_AGE_IDENTITY names. Throws UsageError.
 */
export async function readSecret(
  source: SecretSource,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  switch (source.kind) {
    case 'file':
      return secretText((await readBytes(fromHome(source.path), mostBytesOfText)).bytes, source.path);
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
  throw new UsageError('SECRET_ENV', `a secret is read from ${name}, which is not set in the environment`, {
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
  const { bytes: encrypted } = await readBytes(fromHome(path), mostBytesOfText);
  // Loaded only here: most runs have no secret of age, and its cryptography takes a while to load.
  const { armor, Decrypter } = await import('age-encryption');
  try {
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    const text = new TextDecoder().decode(encrypted);
    const bytes = text.startsWith('-----BEGIN AGE') ? armor.decode(text) : encrypted;
    return secretText(await decrypter.decrypt(bytes, 'uint8array'), path);
  } catch (error) {
    if (isMusterError(error)) throw error;
    throw new UsageError('SECRET_AGE', `${path} cannot be decrypted: ${messageOf(error)}`, {
      hint: `is ${identityPath} an identity that the file was encrypted to?`,
    });
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
  const limits = { timeoutMs: commandTimeoutMs, mostBytes };
  const end = await runProgramBytes(program, words, { ...limits, environment }).catch((error: unknown) => {
    if (isMusterError(error)) return error;
    throw error;
  });
  if (!isMusterError(end) && end.exitCode === 0)
    return secretText(end.stdout, `what "${argv.join(' ')}" prints`);
  // What it wrote to standard output may be the secret itself.
  const reason = isMusterError(end) ? end.message : lastLine(end.stderr);
  throw new UsageError('SECRET_COMMAND', `"${argv.join(' ')}", which prints a secret, failed: ${reason}`, {
    hint: 'run it by hand to see why',
  });
}

/** What goes to hosts is a text of sh. What would arrive there as something else, or not at all, is refused here. */
function secretText(bytes: Uint8Array, where: string): string {
  if (bytes.includes(0)) {
    throw new UsageError('SECRET_NUL', `a secret holds a NUL byte, which no sh can store: ${where}`, {
      hint: 'use a text; write binary data in base64, for example, and decode it in the step',
    });
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.replace(/\r?\n$/, '');
  } catch (cause) {
    throw new UsageError('SECRET_TEXT', `a secret is not UTF-8 text: ${where}`, {
      cause,
      hint: 'save it as UTF-8; write binary data in base64, for example, and decode it in the step',
    });
  }
}

function fromHome(path: string): string {
  return path.startsWith('~/') ? join(homeDirectory(), path.slice(2)) : path;
}
