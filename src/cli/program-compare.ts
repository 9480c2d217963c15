// Names, options and help of compare and baseline. What they do is loaded when it is needed.
import type { Command } from 'commander';
import type { BaselineOptions } from './commands/baseline.ts';
import type { CompareOptions } from './commands/compare.ts';
import { collectList, collectMasks, withFleetOptions, withStepOptions, withWaitOption } from './options.ts';

/** Adds both commands; `done` gets the exit code of the one that ran. */
export function addCompareCommand(program: Command, done: (code: number) => void): void {
  withWaitOption(
    withStepOptions(
      withFleetOptions(
        program
          .command('compare [what] [later]')
          .description('show which hosts differ, from each other or from an earlier run, and how'),
      ),
    ),
  )
    .option('-a, --all', 'also show what is equal on all hosts')
    .option('--now', 'ask the hosts now, with the playbook of the newest verify')
    .option('--golden <host>', 'compare the hosts with this one')
    .option('--group <name>', 'compare the hosts with the majority of this group')
    .option('--run <id>', 'compare them with their state in a run')
    .option('--since <time>', 'compare them with the verify of that time: yesterday, 7d, 2026-11-28')
    .option('--baseline <name>', 'compare them with a saved run: muster baseline save NAME')
    .option('--playbook <name>', 'use the newest verify of this playbook')
    .option('-k, --key <pattern>', 'only these keys: bind.*; may be given again', collectList)
    .option(
      '--mask <list>',
      'also mask this in every value: host,address,pid,time,inode,serial; or a pattern',
      collectMasks,
    )
    .option('--no-mask', 'mask nothing')
    .addHelpText(
      'after',
      '\nWHAT is a playbook (a directory: the hosts are asked now), a run of the history (its id, or the beginning or end of\n' +
        'it), or a file that --json wrote. Without it, it is the newest verify of the history, and no host is asked. With a\n' +
        'second run or file, it shows what is new, gone or changed in that one. Exit codes: 0 no difference, 3 some, 4 a host was\n' +
        'not seen.',
    )
    .action(
      async (what: string | undefined, later: string | undefined, _: CompareOptions, command: Command) => {
        const words = [what, later].filter((word) => word !== undefined);
        done(await (await import('./commands/compare.ts')).compareCommand(words, command.optsWithGlobals()));
      },
    );
  addBaselineCommands(program, done);
}

function addBaselineCommands(program: Command, done: (code: number) => void): void {
  const commands = (): Promise<typeof import('./commands/baseline.ts')> => import('./commands/baseline.ts');
  const baseline = program
    .command('baseline')
    .description('runs that are kept under a name, to compare later ones with');
  baseline
    .command('save <name>')
    .description('keep the newest verify of the history')
    .option('--run <id>', 'keep this run')
    .option('--playbook <name>', 'keep the newest verify of this playbook')
    .action(async (name: string, _: BaselineOptions, command: Command) => {
      done(await (await commands()).saveBaseline(name, command.optsWithGlobals()));
    });
  baseline
    .command('list')
    .description('which there are')
    .option('--json', 'as JSON, one a line')
    .action(async (_: BaselineOptions, command: Command) => {
      done(await (await commands()).listBaselines(command.optsWithGlobals()));
    });
  baseline
    .command('show <name>')
    .description('the run, as it was shown live')
    .action(async (name: string, _: BaselineOptions, command: Command) => {
      done(await (await commands()).showBaseline(name, command.optsWithGlobals()));
    });
  baseline
    .command('drop <name>')
    .description('remove one; nothing else does')
    .action(async (name: string, _: BaselineOptions, command: Command) => {
      done(await (await commands()).dropBaseline(name, command.optsWithGlobals()));
    });
}
