// show: a run of the history as it was shown live, or one host or step of it.
import { didYouMean } from '../../model/index.ts';
import { type Sighting, verdict } from '../../compare/index.ts';
import type { AnyHostResult, CommandResult, RunResult, RunSummary, StepResult } from '../../model/index.ts';
import { bytesOf, exitCodes, UsageError } from '../../model/index.ts';
import {
  escapeTerminal,
  originLines,
  renderHost,
  renderStep,
  styleFor,
  writeResult,
} from '../../report/index.ts';
import type { GlobalOptions } from '../options.ts';
import { writeOut } from '../outputs.ts';
import { colorEnvironment, printText } from '../print-text.ts';
import { sightingsIn } from '../since.ts';
import { runIdOf } from '../stored-runs.ts';
import { takeFiles, tell } from '../taken-fleet.ts';
import { existingHistory } from './history.ts';

export interface ShowOptions extends GlobalOptions {
  readonly output?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** What of the history is wanted. */
export interface Wanted {
  readonly run: string | undefined;
  readonly host: string | undefined;
  readonly step: string | undefined;
}

/** `muster show [RUN] [HOST] [STEP]`. The exit code is that of the run; of an output it is 0. */
export async function showCommand(wanted: Wanted, options: ShowOptions): Promise<number> {
  const taken = await takeFiles(options);
  const { history } = existingHistory(taken);
  const { result, summary } = await history.read(await runIdOf(history, wanted.run));
  if (options.output !== undefined) {
    printOutput(outputOf(result.hosts, options.output, summary.runId), summary);
    return exitCodes.good;
  }
  for (const line of originLines(summary)) tell(line);
  const style = styleFor(colorEnvironment(taken.config), process.stdout);
  const { exitCode } = verdict(result);
  if (wanted.host === undefined) {
    const sightings = await sightingsIn(history, result);
    if (options.json === true) printJson(result, summary, sightings);
    else printText(result, style, { all: options.all === true, sightings });
    return exitCode;
  }
  const host = hostIn(result.hosts, wanted.host, summary.runId);
  const step = wanted.step === undefined ? undefined : stepIn(host, wanted.step, summary.runId);
  if (options.json === true) printJson(narrowed(result, host, step), summary);
  else writeOut(step === undefined ? renderHost(host, style) : renderStep(host, step, style));
  return exitCode;
}

function hostIn(hosts: readonly AnyHostResult[], name: string, runId: string): AnyHostResult {
  const host = hosts.find((one) => one.host === name);
  if (host !== undefined) return host;
  throw new UsageError('SHOW_HOST', `run ${runId} had no host ${name}`, {
    hint:
      didYouMean(
        name,
        hosts.map((one) => one.host),
      ) ?? `muster show ${runId} shows which it had`,
  });
}

function stepIn(host: AnyHostResult, id: string, runId: string): StepResult {
  const step = host.steps.find((one) => one.id === id);
  if (step !== undefined) return step;
  const ids = host.steps.map((one) => one.id).join(', ');
  throw new UsageError('SHOW_STEP', `${host.host} had no step ${id} in run ${runId}`, {
    hint: ids === '' ? 'no step of it is known' : (didYouMean(id, ids.split(', ')) ?? `it had ${ids}`),
  });
}

type Output = Pick<CommandResult, 'stdout' | 'stderr' | 'cut'>;

function outputOf(hosts: readonly AnyHostResult[], place: string, runId: string): Output {
  const at = place.indexOf(':');
  const host = hostIn(hosts, at === -1 ? place : place.slice(0, at), runId);
  if (at !== -1) return stepIn(host, place.slice(at + 1), runId);
  if (host.command !== undefined) return host.command;
  throw new UsageError('SHOW_OUTPUT', `${host.host} printed nothing outside of its steps`, {
    hint: 'write --output HOST:STEP',
  });
}

/** Bytes as they came, each stream to its own; what a terminal would obey is made visible there. */
function printOutput({ stdout, stderr, cut = [] }: Output, { runId }: RunSummary): void {
  for (const [stream, text] of [
    [process.stdout, stdout],
    [process.stderr, stderr],
  ] as const)
    stream.write(stream.isTTY ? escapeTerminal(text, 'tab-newline') : bytesOf(text));
  if (cut.length > 0) tell(`run ${runId} kept only the end of its ${cut.join(' and ')}`);
}

/** A whole result, which `muster report` reads. */
function printJson(result: RunResult, summary: RunSummary, sightings: readonly Sighting[] = []): void {
  writeResult({ write: writeOut }, result, { history: summary, sightings });
}

/** A result as if it had asked for one host, and one step of it. */
function narrowed(result: RunResult, host: AnyHostResult, step: StepResult | undefined): RunResult {
  if (step === undefined) return { ...result, hosts: [host] };
  const resources = host.resources.filter((one) => one.step === step.id);
  const checks = host.checks.filter((check) => check.kind === 'step' && check.step === step.id);
  return { ...result, hosts: [{ ...host, steps: [step], resources, checks }] };
}
