// Names, options and help of `lab`.
import type { Command } from 'commander';
import type { LabOptions, LabUpOptions } from './commands/lab.ts';
import { labDirectory } from './inventory-path.ts';

/** Adds `lab` and its commands; `done` gets the exit code of the command that ran. */
export function addLabCommands(program: Command, done: (code: number) => void): void {
  const lab = program
    .command('lab')
    .description('practice hosts on this machine, to try playbooks on')
    .enablePositionalOptions();
  const labCommand = (words: string, description: string): Command =>
    lab
      .command(words)
      .description(description)
      .option('-d, --directory <path>', "where the lab's files are", labDirectory);
  const commands = (): Promise<typeof import('./commands/lab.ts')> => import('./commands/lab.ts');
  labCommand('up', 'start practice hosts and write an inventory for them')
    .option('-n, --number <count>', 'how many', '3')
    .option(
      '--backend <name>',
      'docker (containers) or embedded (namespaces) (default: what this machine has)',
    )
    .option('--release <release>', 'which NetBSD the hosts behave as: 11.0 (the default) or 6.99.16')
    .action(async (options: LabUpOptions) => {
      done(await (await commands()).labUpCommand(options));
    });
  labCommand('down', 'remove them')
    .option('--all', 'every lab on this machine')
    .action(async (options: LabOptions & { all?: boolean }) => {
      done(await (await commands()).labDownCommand(options));
    });
  labCommand('status', 'show which hosts are up, and where').action(async (options: LabOptions) => {
    done(await (await commands()).labStatusCommand(options));
  });
  labCommand('ssh <host> [command...]', 'log in to a practice host, or run a command there')
    .passThroughOptions()
    .action(async (host: string, command: string[], options: LabOptions) => {
      done(await (await commands()).labSshCommand(host, command, options));
    });
  labCommand('reset <host>', 'restore a practice host to its first state').action(
    async (host: string, options: LabOptions) => {
      done(await (await commands()).labResetCommand(host, options));
    },
  );
  labCommand('fault <host> <fault>', 'give a practice host a fault, or `clear` its faults')
    .addHelpText(
      'after',
      '\nFaults: latency=50ms, loss=5%, cut, refuse, freeze, full-disk, slow-cpu; `clear` ends them. And reboot, as by a power cut.',
    )
    .action(async (host: string, fault: string, options: LabOptions) => {
      done(await (await commands()).labFaultCommand(host, fault, options));
    });
}
