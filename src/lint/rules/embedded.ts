// Texts of sh inside a text of sh: what `command --run '...'` and `sh -c '...'` hand to a shell of its own.
import type { Complaint } from '../complaint.ts';
import { wrong } from '../complaint.ts';
import { invocationsOf } from '../../sh/index.ts';
import type { Script, Word } from '../../sh/index.ts';
import { scanScript } from '../../sh/index.ts';

const holders = new Set(['--run', '--undo', '--unless']);

/** The embedded texts that stand in single quotes, scanned where they stand. */
export function embeddedScripts({ text, commands }: Script): Script[] {
  return commands
    .flatMap(invocationsOf)
    .flatMap(({ name, args }) =>
      args.filter((_, at) => {
        const before = args[at - 1]?.value ?? '';
        return (name === 'command' && holders.has(before)) || (name === 'sh' && before === '-c');
      }),
    )
    .filter((word) => isOneQuote(text, word))
    .map(({ start, end }) => scanScript(text, start + 1, end - 1));
}

/** Variables of the step in an embedded text: it runs in a shell that does not have them. */
export function findLostVariables(embedded: Script, known: ReadonlySet<string>): Complaint[] {
  const own = new Set(embedded.assignments.map(({ name }) => name));
  return embedded.uses
    .filter(({ name, guarded }) => !guarded && known.has(name) && !own.has(name))
    .map(({ name, start }) =>
      wrong(
        'VAR_NOT_THERE',
        start,
        `this text runs in a separate sh, without $${name}`,
        'put it in double quotes',
      ),
    );
}

function isOneQuote(text: string, { start, end, bare }: Word): boolean {
  return bare === 'Q' && text[start] === "'" && text[end - 1] === "'";
}
