// The programs that lint asks: sh, which every controller has, and shellcheck, which it may have.
import { execFile } from 'node:child_process';
import type { ShellcheckComment } from '../lint/index.ts';
import { MusterError } from '../model/index.ts';

interface Ended {
  /** ENOENT and the like when the program did not run. */
  readonly problem: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `sh -n FILE` says; empty when the file is good, undefined when there is no sh. */
export async function checkSyntax(file: string): Promise<string | undefined> {
  const { problem, stderr } = await run('sh', ['-n', '--', asOperand(file)]);
  return problem === undefined ? stderr : undefined;
}

/** What shellcheck says of the files; undefined when there is no shellcheck. Throws MusterError when it fails. */
export async function shellcheck(
  files: readonly string[],
  excluded: readonly string[],
): Promise<readonly ShellcheckComment[] | undefined> {
  const options = ['--shell=sh', '--format=json1', '--severity=info', `--exclude=${excluded.join(',')}`];
  const { problem, stdout, stderr } = await run('shellcheck', [...options, '--', ...files]);
  if (problem === 'ENOENT') return undefined;
  const comments = commentsIn(stdout);
  if (comments !== undefined) return comments;
  throw new MusterError('LINT_SHELLCHECK', `shellcheck failed: ${problem ?? ''} ${stderr.trim()}`, {
    hint: 'run it by hand to see why',
  });
}

function asOperand(file: string): string {
  return file.startsWith('/') ? file : `./${file}`;
}

function run(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 64 * 1024 ** 2, timeout: 120_000 }, (error, stdout, stderr) => {
      const code: unknown = error === null ? undefined : error.code;
      resolve({ problem: typeof code === 'string' ? code : undefined, stdout, stderr });
    });
  });
}

function commentsIn(json: string): readonly ShellcheckComment[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const comments: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'comments') : undefined;
    return Array.isArray(comments) && comments.every(isComment) ? comments : undefined;
  } catch {
    return undefined;
  }
}

function isComment(value: unknown): value is ShellcheckComment {
  if (typeof value !== 'object' || value === null) return false;
  const { file, line, column, level, code, message } = value as Partial<
    Record<keyof ShellcheckComment, unknown>
  >;
  const texts = [file, level, message].every((each) => typeof each === 'string');
  return texts && [line, column, code].every((each) => typeof each === 'number');
}
