// explain: what an error code means, and what to do.
import { didYouMean, exitCodes, UsageError } from '../../model/index.ts';
import { explanationOf, explanations } from '../error-codes.ts';
import { writeOut } from '../outputs.ts';

/** `muster explain [CODE]`: all of them without one. Throws UsageError (EXPLAIN_CODE). */
export function explainCommand(word: string | undefined): number {
  if (word === undefined) {
    const width = Math.max(...explanations.map(({ code }) => code.length));
    for (const { code, cause } of explanations) writeOut(`${code.padEnd(width)}  ${cause}\n`);
    return exitCodes.good;
  }
  // As it stands in a message: error[CODE].
  const code = word.replace(/^(?:error|warning)?\[(.*)\]$/, '$1').toUpperCase();
  const found = explanationOf(code);
  if (found === undefined) {
    throw new UsageError('EXPLAIN_CODE', `there is no error code ${word}`, {
      hint:
        didYouMean(
          code,
          explanations.map((each) => each.code),
        ) ?? '`muster explain` lists them',
    });
  }
  writeOut(`${found.code}\n\nCause:  ${found.cause}\nRemedy: ${found.remedy}\n`);
  return exitCodes.good;
}
