// What a step script must and must not be: functions only, a state, better with a verify; and what cannot be undone.
import type { Complaint } from '../complaint.ts';
import { doubtful, wrong } from '../complaint.ts';
import { invocationsOf } from '../../sh/index.ts';
import type { Script } from '../../sh/index.ts';

/** A step lacks `state` or `verify`. */
export function findMissingFunctions({ functions }: Script): Complaint[] {
  const names = new Set(functions.map(({ name }) => name));
  const complaints: Complaint[] = [];
  if (!names.has('state')) {
    complaints.push(
      wrong('STEP_NO_STATE', 0, 'the step has no function `state`', 'describe the state: state() { ... }'),
    );
  }
  if (!names.has('verify')) {
    const hint = 'describe how to see that it works: verify() { expect ...; }';
    complaints.push(doubtful('STEP_NO_VERIFY', 0, 'the step has no function `verify`', hint));
  }
  return complaints;
}

/** Something is done where only functions are defined: it would run in every plan. */
export function findTopLevelCode({ text, commands }: Script): Complaint[] {
  const lines = new Set<number>();
  return commands
    .filter(({ inside, start }) => {
      const line = text.lastIndexOf('\n', start - 1);
      return inside === undefined && !lines.has(line) && lines.add(line);
    })
    .map(({ start }) =>
      wrong(
        'SH_TOP_LEVEL',
        start,
        'code outside of functions runs each time the script is read',
        'move it into a function',
      ),
    );
}

/** Commands that declare that nothing can undo them. */
export function findIrreversible({ commands }: Script): Complaint[] {
  return commands
    .flatMap(invocationsOf)
    .filter(({ name }) => name === 'command')
    .flatMap(({ args }) => args.filter(({ value }) => value === '--irreversible'))
    .map(({ start }) =>
      doubtful('IRREVERSIBLE', start, 'no rollback can undo this', 'give it --undo if anything can undo it'),
    );
}

/** Line ends of Windows: sh takes the carriage return for part of a word. */
export function findCarriageReturns({ text }: Script): Complaint[] {
  const at = text.indexOf('\r\n');
  return at < 0 ? [] : [wrong('SH_CRLF', at, 'Windows line ends', 'save the file with plain line ends')];
}

/** Names of files that resources ask for: `--source NAME` of `file` and `template`, where the text says which. */
export function sourcesOf({ commands }: Script): { path: string; start: number }[] {
  return commands.flatMap(invocationsOf).flatMap(({ name, args }) => {
    const folder = name === 'file' ? 'files' : name === 'template' ? 'templates' : undefined;
    const source = args[args.findIndex(({ value }) => value === '--source') + 1];
    const isGiven = args.some(({ value }) => value === '--source');
    if (folder === undefined || !isGiven || source?.value === undefined) return [];
    return [{ path: `${folder}/${source.value}`, start: source.start }];
  });
}
