// Answers and runs in a few words.
import { describeQuestion, isGood, type Answer } from './asking.ts';

/** A question and what came. */
export function describeAnswer(answer: Answer): string {
  return `${describeQuestion(answer.question)}: ${describeValue(answer)}`;
}

/** What came. */
export function describeValue(answer: Answer | undefined): string {
  if (answer === undefined) return 'nothing';
  if (!isGood(answer)) return answer.status;
  return answer.serial === undefined ? `${answer.keys.length} keys` : `serial ${answer.serial}`;
}

/** A text without its breaks. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Why a run failed, from what \`--json\` printed. */
export function failureIn(stdout: string): string {
  const said = [...stdout.matchAll(/"reason":"((?:[^"\\]|\\.)*)"/g)].map(([, reason = '']) => reason);
  return oneLine(
    (said.filter((reason) => reason.startsWith('step ')).at(-1) ?? said.at(-1) ?? '').replaceAll('\\"', '"'),
  );
}
