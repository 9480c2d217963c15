// completion: scripts for shells, and the words that these ask for.
import type { Command } from 'commander';
import { didYouMean, exitCodes, UsageError } from '../../model/index.ts';
import { complete } from '../complete.ts';
import { completionScripts } from '../completion-scripts.ts';
import { writeOut } from '../outputs.ts';

/** `muster completion SHELL`. Throws UsageError (COMPLETION_SHELL). */
export function completionCommand(shell: string): number {
  if (shell !== 'bash' && shell !== 'zsh' && shell !== 'fish')
    throw new UsageError('COMPLETION_SHELL', `muster has no completion for ${shell}`, {
      hint: didYouMean(shell, Object.keys(completionScripts)) ?? 'bash, zsh or fish',
    });
  writeOut(completionScripts[shell]);
  return exitCodes.good;
}

/** `muster __complete [--describe] -- WORDS`: a candidate a line, with a tab and what it is when asked for. */
export async function completeCommand(
  program: Command,
  words: readonly string[],
  describe: boolean,
): Promise<number> {
  for (const { word, about } of await complete(program, words)) {
    const said = about.replace(/\s+/g, ' ');
    writeOut(describe && said !== '' ? `${word}\t${said}\n` : `${word}\n`);
  }
  return exitCodes.good;
}
