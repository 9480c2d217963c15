#!/usr/bin/env node
// The entry: parses the command line, runs one command, turns whatever happens into an exit code.
import { CommanderError, type Command } from 'commander';
import { exitCodes } from '../model/index.ts';
import { watchOutputs } from './outputs.ts';
import { escapeTerminal } from '../report/index.ts';
import { startPaging } from './pager.ts';
import { printError } from './print-error.ts';
import { buildProgram } from './program.ts';
import { readVersion } from './version.ts';

/** True once a command with --debug begins; what stands in the command of an exec does not count. */
let debug = false;

/** Runs muster with these arguments (without node and script); gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.good;
  const program = buildProgram(readVersion(), (result) => {
    code = result;
  });
  let endPaging: (() => void) | undefined;
  program.hook('preAction', (_, command) => {
    debug = command.optsWithGlobals()['debug'] === true;
    // The command is loaded behind this, so a stack trace has the lines of its sources.
    if (debug) process.setSourceMapsEnabled(true);
    endPaging = startPaging(command);
  });
  overrideExit(program);
  try {
    if (args.length === 0 && (await (await import('./commands/here.ts')).tellWhatIsHere())) return code;
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // commander has printed its own message; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.good : exitCodes.usage;
    return printError(error, debug);
  } finally {
    endPaging?.();
  }
}

/** Usage errors come to us as exceptions, at every depth. */
function overrideExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) overrideExit(child);
}

/** Warnings of Node are about our code or a dependency's: for who looks for a mistake in it, not for who runs it. */
function keepWarningsForDebug(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (debug)
      process.stderr.write(`muster: ${escapeTerminal(warning.stack ?? warning.message, 'tab-newline')}\n`);
  });
}

watchOutputs();
keepWarningsForDebug();
process.exitCode = await main(process.argv.slice(2));
