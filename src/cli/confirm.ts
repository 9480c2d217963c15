// Asking for a yes. Without a terminal nobody can say it, and then --yes must have been given.
import { createInterface } from 'node:readline/promises';
import { UsageError } from '../model/index.ts';

/** Throws UsageError when a yes will be needed and there is nobody to say it: before any host was asked. */
export function requireOperator(json: boolean): void {
  if (process.stdin.isTTY && !json) return;
  const why = json ? '--json asks nothing' : 'there is no terminal to ask for your yes';
  throw new UsageError('CONFIRM', `this changes hosts, and ${why}`, {
    hint: 'look at the plan, then add --yes',
  });
}

/** True when the operator says yes. */
export async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // A terminal that went away says nothing more, and so not yes.
  const gone = new AbortController();
  terminal.on('error', () => {
    gone.abort();
  });
  try {
    const answer = await terminal.question(`${question} `, { signal: gone.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
