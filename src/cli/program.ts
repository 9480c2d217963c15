// Names, options and help of the commands. What they do is loaded when it is needed.
import { Command, Option } from 'commander';
import { addExamples } from './examples.ts';
import {
  collectMasks,
  collectPaths,
  parseCount,
  withFleetOptions,
  withStepOptions,
  withWaitOption,
} from './options.ts';
import { escapeTerminal } from '../report/index.ts';
import { addCompareCommand } from './program-compare.ts';
import { addDoctorCommand } from './program-doctor.ts';
import { addInventoryCommand } from './program-inventory.ts';
import { addLabCommands } from './program-lab.ts';
import { addStartCommands } from './program-start.ts';
import { withReportOptions } from './report-options.ts';
import type { LintOptions } from './commands/lint.ts';
import type { HistoryOptions, PruneOptions } from './commands/history.ts';
import type { ReportCommandOptions } from './commands/report.ts';
import type { ShowOptions } from './commands/show.ts';
import type { TrustOptions } from './commands/trust.ts';
import type { FleetOptions, PlaybookOptions } from './options.ts';

/** Builds the command line; `done` gets the exit code of the command that ran. */
export function buildProgram(version: string, done: (code: number) => void): Command {
  const program = new Command('muster')
    .description('Plan, apply, verify, compare and roll back a fleet of NetBSD hosts over SSH.')
    .version(version)
    // What it says of an option repeats words, which may be names of files that a shell put there.
    .configureOutput({ writeErr: (text) => process.stderr.write(escapeTerminal(text, 'tab-newline')) })
    // What stands behind a command's name is that command's, and behind the first word of `exec` it is the host's.
    .enablePositionalOptions()
    .showHelpAfterError('(see muster COMMAND --help)')
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      '\nExit codes: 0 good, 1 a host or step failed, 2 usage or configuration (nothing touched), 3 drift or divergence,\n' +
        '4 incomplete (a host unreachable, unknown or skipped), 70 a bug, 74 the result could not be written,\n' +
        '130 interrupted. The worst wins. --config, --debug and --no-pager may also be after\n' +
        'the name of a command.',
    );
  for (const option of globalOptions()) program.addOption(option);
  addStartCommands(program, done);
  addPlaybookCommands(program, done);
  addQuestionCommands(program, done);
  addDoctorCommand(program, done);
  addLabCommands(program, done);
  program
    .command('lint [paths...]')
    .description('check playbooks and inventories; no host is contacted')
    .option('--json', 'the result as JSON')
    .option('--strict', 'treat warnings as errors')
    .action(async (paths: string[], _: LintOptions, command: Command) => {
      done(await (await import('./commands/lint.ts')).lintCommand(paths, command.optsWithGlobals()));
    });
  withReportOptions(
    program
      .command('report [run]')
      .description(
        'show a run again, from the history or from a file that --json wrote, and write reports of it',
      )
      .option('--all', 'of a compare: also what does not differ; of an exec: every answer')
      .option('--serve [address]', 'show all runs in a browser, until Ctrl-C (default: 127.0.0.1:8017)')
      .option(
        '--token-file <file>',
        'with --serve: show pages only to readers that give the token in this file',
      ),
    false,
  )
    .addHelpText(
      'after',
      '\nRUN is as in `show`; or it is a file, and `-` is standard input. A report whose FILE is `-` is printed instead of the text.\n' +
        'The exit code is that of the run.',
    )
    .action(async (run: string | undefined, _: ReportCommandOptions, command: Command) => {
      done(await (await import('./commands/report.ts')).reportCommand(run, command.optsWithGlobals()));
    });
  addHistoryCommands(program, done);
  program
    .command('trust [playbook]')
    .description(
      'trust files that muster found here, and that may run programs or read secrets on this machine',
    )
    .option('--show', 'only show it, and whether it is trusted')
    .option('--list', 'what is trusted, anywhere')
    .option(
      '--hosts <pattern>',
      'instead, show the host keys of these hosts, ask, and add them to known_hosts',
    )
    .option('-i, --inventory <path>', 'with --hosts: as in the other commands', collectPaths)
    .option('--ask-pass', 'with --hosts: ask once for the password of the jump hosts on the way to them')
    .option('--withdraw [path]', 'no longer trust what is found here, or what the list has at this path')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      '\nAnybody may have written a configuration or inventory that a search found: from_command, from_file, from_env and\n' +
        'from_age in it, and files of vars outside of its directory, are used only after you trusted them once, with these\n' +
        'very contents. With the name of a playbook, this includes what its vars name. Files that you give with -i and --config need no trust.',
    )
    .action(async (playbook: string | undefined, _: TrustOptions, command: Command) => {
      const options = command.optsWithGlobals<TrustOptions>();
      if (options.hosts === undefined)
        done(await (await import('./commands/trust.ts')).trustCommand(playbook, options));
      else done(await (await import('./commands/trust-hosts.ts')).trustHostsCommand(options.hosts, options));
    });
  program
    .command('schema <kind>')
    .description('print the JSON Schema of an inventory, playbook or config file')
    .action(async (kind: string) => {
      done(await (await import('./commands/schema.ts')).schemaCommand(kind));
    });
  addExamples(program);
  for (const command of program.commands) acceptGlobalOptions(command);
  return program;
}

function globalOptions(): readonly Option[] {
  return [
    new Option(
      '--config <file>',
      'configuration file (default: muster.config.yaml and the like, here or above)',
    ),
    new Option('--no-pager', 'print long output as it is (MUSTER_PAGER names a pager; the default is less)'),
    new Option('--debug', 'show stack traces and warnings of Node'),
  ];
}

/** The program's own options may stand behind a command's name too, at every depth; the program's help has them. */
function acceptGlobalOptions(command: Command): void {
  for (const option of globalOptions()) command.addOption(option.hideHelp());
  for (const child of command.commands) acceptGlobalOptions(child);
}

function addPlaybookCommands(program: Command, done: (code: number) => void): void {
  const playbookCommand = (name: string, description: string): Command =>
    withWaitOption(
      withStepOptions(withFleetOptions(program.command(`${name} <playbook>`).description(description))),
    );
  const reportingCommand = (name: string, description: string): Command =>
    withReportOptions(playbookCommand(name, description), true);
  reportingCommand('plan', 'show what apply would change; touches nothing')
    .option('--out <file>', 'also save the plan, for `muster apply FILE`')
    .action(async (playbook: string, _: PlaybookOptions, command: Command) => {
      done(await (await import('./commands/playbook.ts')).planCommand(playbook, command.optsWithGlobals()));
    });
  reportingCommand('apply', 'bring the hosts to the declared state')
    .option('-n, --dry-run', 'only show the plan, as `muster plan` does; touches nothing')
    .option('-y, --yes', 'do not ask')
    .option('--allow-irreversible', 'also run what cannot be undone')
    .addHelpText(
      'after',
      '\nInstead of a playbook you can give a file that `muster plan --out FILE` saved: that plan is applied if neither what it\n' +
        'was made from nor a host has changed since, and refused if so.',
    )
    .action(async (playbook: string, _: PlaybookOptions, command: Command) => {
      done(await (await import('./commands/playbook.ts')).applyCommand(playbook, command.optsWithGlobals()));
    });
  reportingCommand('verify', 'no drift, all expectations and probes hold, and the hosts agree')
    .option('--since-last', 'show only what is new, gone or changed since the verify before')
    .option('--expect-clean', 'for cron: print nothing when all is good')
    .addHelpText(
      'after',
      '\nThe exit code is that of the verify with --since-last and --expect-clean too: 0 good, 1 failed, 3 drift or divergence,\n' +
        '4 a host was not seen. With --expect-clean standard output and standard error are empty when it is 0.',
    )
    .action(async (playbook: string, _: PlaybookOptions, command: Command) => {
      done(await (await import('./commands/playbook.ts')).verifyCommand(playbook, command.optsWithGlobals()));
    });
  addCompareCommand(program, done);
  withWaitOption(
    withFleetOptions(
      program
        .command('rollback')
        .description('roll hosts back to their state before their last run, and prove it'),
    ),
  )
    .option('-y, --yes', 'do not ask')
    .option('--run <id>', 'the run to undo (default: the newest that changed something)')
    .option('--force', 'overwrite what somebody else changed since then')
    .action(async (_: FleetOptions, command: Command) => {
      done(await (await import('./commands/rollback.ts')).rollbackCommand(command.optsWithGlobals()));
    });
}

function addQuestionCommands(program: Command, done: (code: number) => void): void {
  withFleetOptions(
    program
      .command('exec <command...>')
      .description('run a line of sh on the hosts; equal answers are folded')
      .passThroughOptions()
      .addHelpText(
        'after',
        '\nWrite options of muster before the command: everything after its first word belongs to it. The words are\n' +
          "joined with blanks, and the host's sh reads that line, as with ssh. Quote twice what that sh must not\n" +
          'split or expand, or quote the whole command once:\n' +
          '  muster exec -l ns1 grep -v root /etc/group\n' +
          '  muster exec -l ns1 \'grep -c "two words" /etc/motd | tail -n 1\'\n' +
          'It runs in the home directory of the user who is logged in, with no standard input.',
      ),
  )
    .option('-a, --all', 'show every answer, even if there are many different ones')
    .option(
      '--mask <list>',
      'fold answers that differ only in: host,address,pid,time,inode,serial; or a pattern',
      collectMasks,
    )
    .action(async (words: string[], _: FleetOptions, command: Command) => {
      done(await (await import('./commands/ask.ts')).execCommand(words, command.optsWithGlobals()));
    });
  addInventoryCommand(program, done);
  withFleetOptions(program.command('ping').description('show which hosts can be reached and used')).action(
    async (_: FleetOptions, command: Command) => {
      done(await (await import('./commands/ask.ts')).pingCommand(command.optsWithGlobals()));
    },
  );
  withFleetOptions(program.command('facts').description('show facts of the hosts, folded')).action(
    async (_: FleetOptions, command: Command) => {
      done(await (await import('./commands/ask.ts')).factsCommand(command.optsWithGlobals()));
    },
  );
}

function addHistoryCommands(program: Command, done: (code: number) => void): void {
  const commands = (): Promise<typeof import('./commands/history.ts')> => import('./commands/history.ts');
  const history = program
    .command('history')
    .description('list the runs, the newest first')
    .option('--host <pattern>', 'only runs with one of these hosts: names, globs, ranges')
    .option('--playbook <name>', 'only runs of this playbook')
    .option('--verb <verb>', 'only runs of this command: apply, verify, ...')
    .option('--since <time>', 'only runs that began since then: 7d, 12h, 2026-11-28, 2026-11-28T05:00:00Z')
    .option('--failed', 'only runs that did not end well')
    .option('-n, --number <count>', 'so many at most', parseCount)
    .option('--json', 'as JSON, a run a line')
    .action(async (_: HistoryOptions, command: Command) => {
      done(await (await commands()).historyCommand(command.optsWithGlobals()));
    });
  history
    .command('prune')
    .description('remove old runs, by history_keep_runs and history_keep_days of the configuration')
    .option('--show', 'only show which')
    .addHelpText('after', '\nThe newest good run of each command and playbook is kept at any age.')
    .action(async (_: PruneOptions, command: Command) => {
      done(await (await commands()).pruneCommand(command.optsWithGlobals()));
    });
  program
    .command('show [run] [host] [step]')
    .description('show a run of the history, or what it did on a host, or in a step there')
    .option('--output <host:step>', 'what a step printed, as it is; of an exec: a host')
    .option('--all', 'of a compare: also what does not differ; of an exec: every answer')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nRUN is an id, the beginning of one, or the characters after its last dash; without it, or for `newest`, it is the\n' +
        'run that began last. The exit code is that of the run.',
    )
    .action(
      async (
        run: string | undefined,
        host: string | undefined,
        step: string | undefined,
        _: ShowOptions,
        command: Command,
      ) => {
        const { showCommand } = await import('./commands/show.ts');
        done(await showCommand({ run, host, step }, command.optsWithGlobals()));
      },
    );
}
