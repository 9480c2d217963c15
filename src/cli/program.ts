// Names, options and help of the commands. What they do is loaded when it is needed.
import { Command, Option } from 'commander';
import { labDirectory } from './inventory-path.ts';
import { collectMasks, parseCount, withFleetOptions, withStepOptions, withWaitOption } from './options.ts';
import type { LabOptions, LabUpOptions } from './commands/lab.ts';
import { escapeTerminal } from '../report/index.ts';
import { addCompareCommand } from './program-compare.ts';
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
    .showHelpAfterError('(muster COMMAND --help tells more)')
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      'after',
      '\nExit codes: 0 good, 1 a host or step failed, 2 usage or configuration (nothing touched), 3 drift or divergence,\n' +
        '4 incomplete (a host unreachable, unknown or skipped), 70 a bug, 74 the result could not be written,\n' +
        '130 interrupted. The worst wins. --config and --debug may also stand behind the name of a command.',
    );
  for (const option of globalOptions()) program.addOption(option);
  addPlaybookCommands(program, done);
  addQuestionCommands(program, done);
  addLabCommands(program, done);
  program
    .command('lint [paths...]')
    .description('check playbooks and inventories; no host is asked')
    .option('--json', 'the result as JSON')
    .option('--strict', 'warnings count as errors')
    .action(async (paths: string[], _: LintOptions, command: Command) => {
      done(await (await import('./commands/lint.ts')).lintCommand(paths, command.optsWithGlobals()));
    });
  withReportOptions(
    program
      .command('report [run]')
      .description('show a run again, of the history or of a file that --json wrote, and write reports of it')
      .option('--all', 'of a compare: also what does not differ; of an exec: every answer'),
    false,
  )
    .addHelpText(
      'after',
      '\nRUN is as in `show`; or it is a file, and `-` is standard input. A report whose FILE is `-` takes the place of the text.\n' +
        'The exit code is that of the run.',
    )
    .action(async (run: string | undefined, _: ReportCommandOptions, command: Command) => {
      done(await (await import('./commands/report.ts')).reportCommand(run, command.optsWithGlobals()));
    });
  addHistoryCommands(program, done);
  program
    .command('trust [playbook]')
    .description('allow what files that were found here, and not named, make this machine do')
    .option('--show', 'only show it, and whether it is trusted')
    .option('--list', 'what is trusted, anywhere')
    .option('--withdraw [path]', 'trust no longer what is found here, or what the list has at this path')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      '\nA configuration or inventory that a search found may come from anybody: from_command, from_file, from_env and\n' +
        'from_age in it, and files of vars outside of its directory, are used only after they were trusted once, with these\n' +
        'very contents. With the name of a playbook, also what its vars name. Files given by -i and --config need no trust.',
    )
    .action(async (playbook: string | undefined, _: TrustOptions, command: Command) => {
      done(await (await import('./commands/trust.ts')).trustCommand(playbook, command.optsWithGlobals()));
    });
  program
    .command('schema <kind>')
    .description('print the JSON Schema of an inventory, playbook or config file')
    .action(async (kind: string) => {
      done(await (await import('./commands/schema.ts')).schemaCommand(kind));
    });
  for (const command of program.commands) acceptGlobalOptions(command);
  return program;
}

function globalOptions(): readonly Option[] {
  return [
    new Option(
      '--config <file>',
      'configuration file (default: muster.config.yaml and the like, here or above)',
    ),
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
    .option('-y, --yes', 'do not ask')
    .option('--allow-irreversible', 'also run what cannot be undone')
    .addHelpText(
      'after',
      '\nIn place of a playbook it takes a file that `muster plan --out FILE` saved: that plan is applied if neither what it\n' +
        'was made from nor a host has changed since, and refused if so.',
    )
    .action(async (playbook: string, _: PlaybookOptions, command: Command) => {
      done(await (await import('./commands/playbook.ts')).applyCommand(playbook, command.optsWithGlobals()));
    });
  reportingCommand('verify', 'no drift, all expectations and probes hold, and the hosts agree')
    .option('--since-last', 'show only what is new, gone or changed since the verify before')
    .option('--expect-clean', 'for cron: say nothing when all is good')
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
      program.command('rollback').description('take hosts back to before their last run, and prove it'),
    ),
  )
    .option('-y, --yes', 'do not ask')
    .option('--run <id>', 'the run to undo (default: the newest that changed something)')
    .option('--force', 'overwrite what somebody else changed since')
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
        '\nOptions of muster stand before the command: whatever is behind its first word belongs to it. The words are\n' +
          "joined with blanks, and the host's sh reads that line, as with ssh. So what that sh shall not take apart is\n" +
          'quoted twice, or the whole command once:\n' +
          '  muster exec -l ns1 grep -v root /etc/group\n' +
          '  muster exec -l ns1 \'grep -c "two words" /etc/motd | tail -n 1\'\n' +
          'It runs in the home directory of the user who is logged in, with no standard input.',
      ),
  )
    .option('-a, --all', 'show every answer, however many different ones there are')
    .option(
      '--mask <list>',
      'fold answers that differ only in this: host,address,pid,time,inode,serial; or a pattern',
      collectMasks,
    )
    .action(async (words: string[], _: FleetOptions, command: Command) => {
      done(await (await import('./commands/ask.ts')).execCommand(words, command.optsWithGlobals()));
    });
  withFleetOptions(program.command('inventory').description('show hosts and groups'))
    .option('--tree', 'as a tree of groups')
    .action(async (_: FleetOptions, command: Command) => {
      done(await (await import('./commands/ask.ts')).inventoryCommand(command.optsWithGlobals()));
    });
  withFleetOptions(program.command('ping').description('which hosts can be reached and used')).action(
    async (_: FleetOptions, command: Command) => {
      done(await (await import('./commands/ask.ts')).pingCommand(command.optsWithGlobals()));
    },
  );
  withFleetOptions(program.command('facts').description('what the hosts are, folded')).action(
    async (_: FleetOptions, command: Command) => {
      done(await (await import('./commands/ask.ts')).factsCommand(command.optsWithGlobals()));
    },
  );
}

function addHistoryCommands(program: Command, done: (code: number) => void): void {
  const commands = (): Promise<typeof import('./commands/history.ts')> => import('./commands/history.ts');
  const history = program
    .command('history')
    .description('which runs there were, the newest first')
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
    .description('take old runs out, as history_keep_runs and history_keep_days of the configuration say')
    .option('--show', 'only show which')
    .addHelpText('after', '\nThe newest good run of each command and playbook stays, however old it is.')
    .action(async (_: PruneOptions, command: Command) => {
      done(await (await commands()).pruneCommand(command.optsWithGlobals()));
    });
  program
    .command('show [run] [host] [step]')
    .description('a run of the history, or what it did on a host, or in a step there')
    .option('--output <host:step>', 'what a step printed, as it is; of an exec: a host')
    .option('--all', 'of a compare: also what does not differ; of an exec: every answer')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nRUN is an id, the beginning of one, or the characters behind its last dash; without it, or for `newest`, it is the\n' +
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

function addLabCommands(program: Command, done: (code: number) => void): void {
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
    .option('--backend <name>', 'docker (containers) or embedded (namespaces); what is there, unless told')
    .option('--release <release>', 'which NetBSD the hosts behave as: 11.0 (the default) or 6.99.16')
    .action(async (options: LabUpOptions) => {
      done(await (await commands()).labUpCommand(options));
    });
  labCommand('down', 'remove them')
    .option('--all', 'every lab on this machine')
    .action(async (options: LabOptions & { all?: boolean }) => {
      done(await (await commands()).labDownCommand(options));
    });
  labCommand('status', 'which are up, and where').action(async (options: LabOptions) => {
    done(await (await commands()).labStatusCommand(options));
  });
  labCommand('ssh <host> [command...]', 'log in to a practice host, or run a command there')
    .passThroughOptions()
    .action(async (host: string, command: string[], options: LabOptions) => {
      done(await (await commands()).labSshCommand(host, command, options));
    });
  labCommand('reset <host>', 'make a practice host what it was in the beginning').action(
    async (host: string, options: LabOptions) => {
      done(await (await commands()).labResetCommand(host, options));
    },
  );
  labCommand('fault <host> <fault>', 'give a practice host trouble, or `clear` it')
    .addHelpText(
      'after',
      '\nFaults: latency=50ms, loss=5%, cut, refuse, freeze, full-disk, slow-cpu; `clear` ends them. And reboot, as by a power cut.',
    )
    .action(async (host: string, fault: string, options: LabOptions) => {
      done(await (await commands()).labFaultCommand(host, fault, options));
    });
}
