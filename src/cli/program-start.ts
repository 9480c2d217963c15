// Names, options and help of the commands for beginning. What they do is loaded when it is needed.
import type { Command } from 'commander';
import { examples } from './examples.ts';
import { collectList, parseCount, withStepOptions } from './options.ts';
import type { InitOptions } from './commands/init.ts';
import type { NewOptions } from './commands/new.ts';
import type { TestOptions } from './commands/test.ts';

/** Adds init, new, test, explain and completion; `done` gets the exit code of the one that ran. */
export function addStartCommands(program: Command, done: (code: number) => void): void {
  program
    .command('init [directory]')
    .description('make a directory ready for muster: an inventory, a first playbook, a configuration')
    .option('--host <list>', 'your hosts: names or ranges, with commas; may be given again', collectList)
    .option('--user <name>', 'the user that logs in to them')
    .option('--become <way>', 'how that user becomes root: none, sudo, doas or su')
    .option('--playbook <name>', 'the name of the playbook (default: first)')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `\nOn a terminal it asks for what the options did not give. It overwrites nothing.${examples(
        'muster init',
        'muster init dns --host ns1.example.net,ns2.example.net --user ops --become doas',
      )}`,
    )
    .action(async (directory: string | undefined, _: InitOptions, command: Command) => {
      const { initCommand } = await import('./commands/init.ts');
      done(await initCommand(directory ?? '.', command.optsWithGlobals()));
    });
  program
    .command('new <kind> <name>')
    .description('write a new playbook, step or resource that works as it is and that you can change')
    .option('--playbook <name>', 'which playbook gets the step or resource')
    .addHelpText(
      'after',
      `\nA playbook goes into the folder of playbooks. A step or resource goes into the playbook of --playbook, or of the\nworking directory, or into the only one there is.${examples(
        'muster new playbook mail',
        'muster new step aliases --playbook mail',
        'muster new resource alias_line --playbook mail',
      )}`,
    )
    .action(async (kind: string, name: string, _: NewOptions, command: Command) => {
      done(await (await import('./commands/new.ts')).newCommand(kind, name, command.optsWithGlobals()));
    });
  withStepOptions(
    program
      .command('test <playbook>')
      .description('prove a playbook on new practice hosts: plan, apply, apply again, verify, rollback'),
  )
    .option('-n, --number <count>', 'how many hosts (default: 1)', parseCount)
    .option('--backend <name>', 'docker (containers) or embedded (namespaces)')
    .option('--release <release>', 'which NetBSD the hosts behave as: 11.0 (the default) or 6.99.16')
    .option('--json', 'the report as JSON')
    .addHelpText(
      'after',
      `\nA plan must touch nothing, a second apply must change nothing, verify must find no drift, and after the rollback the\nhosts must be exactly as before: every file, owner, mode and time, and what runs. The hosts are removed at the end.\nThe exit code is 0 if all of this is true, and 1 if not.${examples(
        'muster test playbooks/first',
        'muster test caged-bind -n 3 --release 6.99.16',
      )}`,
    )
    .action(async (playbook: string, _: TestOptions, command: Command) => {
      done(await (await import('./commands/test.ts')).testCommand(playbook, command.optsWithGlobals()));
    });
  program
    .command('explain [code]')
    .description('explain an error code and its remedy; without a code, list all of them')
    .addHelpText('after', examples('muster explain SSH_HOST_KEY_UNKNOWN', 'muster explain'))
    .action(async (code: string | undefined) => {
      done((await import('./commands/explain.ts')).explainCommand(code));
    });
  addCompletionCommands(program, done);
}

function addCompletionCommands(program: Command, done: (code: number) => void): void {
  const commands = (): Promise<typeof import('./commands/completion.ts')> =>
    import('./commands/completion.ts');
  program
    .command('completion <shell>')
    .description('print a script that completes commands, hosts, playbooks and runs in bash, zsh or fish')
    .addHelpText(
      'after',
      examples(
        'eval "$(muster completion bash)"',
        'muster completion zsh >~/.zfunc/_muster',
        'muster completion fish >~/.config/fish/completions/muster.fish',
      ),
    )
    .action(async (shell: string) => {
      done((await commands()).completionCommand(shell));
    });
  // What those scripts ask.
  program
    .command('__complete [words...]', { hidden: true })
    .option('--describe')
    .action(async (words: string[], { describe }: { describe?: boolean }) => {
      done(await (await commands()).completeCommand(program, words, describe === true));
    });
}
