// Names, options and help of `doctor`.
import type { Command } from 'commander';
import { collectPaths, type FleetOptions } from './options.ts';

/** Adds `doctor`; `done` gets the exit code of the command that ran. */
export function addDoctorCommand(program: Command, done: (code: number) => void): void {
  program
    .command('doctor [host]')
    .description('check this machine, and step by step whether muster can work on a host')
    .option('-i, --inventory <path>', 'the hosts, as in the other commands', collectPaths)
    .option('--ask-pass', 'ask once for the password to log in with, if the host takes no key')
    .option('--ask-become-pass', 'ask once for the password that sudo, doas or su needs on the host')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nIt looks in the order in which a run does, stops at the first step that fails, and shows what to do. It changes nothing.\n' +
        'The exit code is 1 when a step fails.',
    )
    .action(async (host: string | undefined, _: FleetOptions, command: Command) => {
      done(await (await import('./commands/doctor.ts')).doctorCommand(host, command.optsWithGlobals()));
    });
}
