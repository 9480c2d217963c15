// Options that need more than commander gives.
import { Command, CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { withWaitOption } from '../../../src/cli/options.ts';

function parse(...args: readonly string[]): { wait: unknown; playbook: unknown } {
  const program = new Command('muster').exitOverride().configureOutput({ writeErr: () => undefined });
  let found: { wait: unknown; playbook: unknown } | undefined;
  withWaitOption(program.command('plan <playbook>'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .action((playbook: string, { wait }: { wait?: unknown }) => {
      found = { wait, playbook };
    });
  program.parse(['plan', ...args], { from: 'user' });
  return found ?? { wait: undefined, playbook: undefined };
}

describe('--wait[=DURATION]', () => {
  it.each([
    [['book'], undefined],
    [['book', '--wait'], 600],
    [['--wait', 'book'], 600],
    [['--wait=90s', 'book'], 90],
    [['book', '--wait=2h'], 7200],
    [['--wait=1ms', 'book'], 1],
  ])('does not consume the next word: %j', (args, wait) => {
    expect(parse(...args)).toEqual({ wait, playbook: 'book' });
  });

  it.each(['--wait=', '--wait=10', '--wait=book', '--wait=0s', '--wait=25h'])('refuses %s', (word) => {
    expect(() => parse('book', word)).toThrow(CommanderError);
  });
});
