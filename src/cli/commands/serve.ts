// report --serve: the pages of the whole history, until the operator ends it.
import { readFileSync, statSync } from 'node:fs';
import { exitCodes, Secret, UsageError } from '../../model/index.ts';
import { parseAddress, startServer } from '../../serve/index.ts';
import { systemWords, writeOut } from '../outputs.ts';
import { readPageTemplate, readRunsTemplate } from '../page-templates.ts';
import { servedPages } from '../served-pages.ts';
import { runIdOf } from '../stored-runs.ts';
import { type TakenFiles, tell } from '../taken-fleet.ts';
import { existingHistory } from './history.ts';

/** The options of `muster report --serve`. */
export interface ServeOptions {
  /** True if no address is given. */
  readonly serve?: string | boolean;
  readonly tokenFile?: string;
}

/** Serves until SIGINT or SIGTERM. With a run its page is what is named. Throws UsageError. */
export async function serve(
  word: string | undefined,
  options: ServeOptions,
  taken: TakenFiles,
): Promise<number> {
  const { history } = existingHistory(taken);
  const address = parseAddress(typeof options.serve === 'string' ? options.serve : undefined);
  const token = options.tokenFile === undefined ? undefined : readToken(options.tokenFile);
  const place = word === undefined ? '/' : `/run/${await runIdOf(history, word)}`;
  const pages = servedPages(history, { run: readPageTemplate(), runs: readRunsTemplate() });
  const ended = signalled();
  const server = await startServer({ address, pages, token });
  if (token === undefined)
    tell('every account of this machine can read these pages; --token-file FILE keeps others out');
  writeOut(`${server.url}${place}\n`);
  tell('Ctrl-C ends it');
  await ended;
  await server.stop();
  return exitCodes.good;
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        resolve();
      });
  });
}

const shortestToken = 16;

/** The first line of a file that nobody else can read. */
function readToken(file: string): Secret {
  const problem = (why: string): UsageError =>
    new UsageError('SERVE_TOKEN', `the token in ${file} cannot be used: ${why}`, {
      hint: `(umask 077; openssl rand -hex 32 > FILE) makes one`,
    });
  let text: string;
  try {
    if ((statSync(file).mode & 0o077) !== 0) throw problem('others may read that file (chmod 600)');
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof UsageError ? error : problem(systemWords(error));
  }
  const [token = ''] = text.split(/\r?\n/);
  if (token.length < shortestToken) throw problem(`it has fewer than ${shortestToken} characters`);
  if (!/^[\x21-\x7e]+$/.test(token))
    throw problem('it has characters other than ASCII letters, digits and signs');
  return new Secret(token);
}
