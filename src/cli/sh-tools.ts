// The programs that lint asks: sh, which every controller has, and shellcheck, which it may have.
import type { ShellcheckComment } from '../lint/index.ts';
import { isMusterError, MusterError } from '../model/index.ts';
import { type ProgramEnd, runProgram } from '../programs/index.ts';

const timeoutMs = 120_000;

/** What `sh -n FILE` says; empty when the file is good, undefined when there is no sh. */
export async function checkSyntax(file: string): Promise<string | undefined> {
  return (await runIfThere('sh', ['-n', '--', asOperand(file)]))?.stderr;
}

/** What shellcheck says of the files; undefined when there is no shellcheck. Throws MusterError when it fails. */
export async function shellcheck(
  files: readonly string[],
  excluded: readonly string[],
): Promise<readonly ShellcheckComment[] | undefined> {
  const options = ['--shell=sh', '--format=json1', '--severity=info', `--exclude=${excluded.join(',')}`];
  const end = await runIfThere('shellcheck', [...options, '--', ...files]);
  if (end === undefined) return undefined;
  const comments = commentsIn(end.stdout);
  if (comments !== undefined) return comments;
  throw new MusterError('LINT_SHELLCHECK', `shellcheck failed: ${end.stderr.trim()}`, {
    hint: 'run it by hand to see why',
  });
}

function asOperand(file: string): string {
  return file.startsWith('/') ? file : `./${file}`;
}

async function runIfThere(program: string, args: readonly string[]): Promise<ProgramEnd | undefined> {
  try {
    return await runProgram(program, args, { timeoutMs });
  } catch (error) {
    if (isMusterError(error) && error.code === 'COMMAND_MISSING') return undefined;
    throw error;
  }
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
