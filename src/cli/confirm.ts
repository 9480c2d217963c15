// Asking for a yes. Without a terminal nobody can say it, and then --yes must have been given.
import { createInterface } from 'node:readline/promises';
import { UsageError } from '../errors.ts';

/** True when the operator says yes. Throws UsageError when there is nobody to ask. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new UsageError('CONFIRM', 'this changes hosts, and there is no terminal to ask for a yes', {
      hint: 'look at the plan, then add --yes',
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} `);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
