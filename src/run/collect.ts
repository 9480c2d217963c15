// Turns what one host's driver says into facts as it comes. No effects, and no verdicts: those are the reducer's.
import type {
  Action,
  Ending,
  FactListener,
  HostOutcome,
  ResourceResult,
  StepOutcome,
} from '../model/index.ts';
import { hostBounds } from '../protocol/index.ts';
import type { HostLine } from '../protocol/index.ts';
import { withHint, wordlessEnding } from './early-end.ts';
import { turns } from './turns.ts';
import { otherRunOf } from './other-run.ts';
import { PrivateNames } from './private-names.ts';
import { RemoteMask } from './remote-mask.ts';
import { StepOutputs } from './step-outputs.ts';

const lineWork = 64;
const resourceStatuses = ['ok', 'change', 'changed', 'failed', 'undone', 'kept', 'conflict'] as const;

/**
 * Hears one host. Texts are masked on the way in, and lose the names of the run's private directory, so nothing behind it
 * ever holds either.
 */
export class HostCollector {
  readonly #host: string;
  readonly #action: Action;
  readonly #tell: FactListener;
  readonly #mask: RemoteMask;
  readonly #outputs: StepOutputs;
  #pending: ResourceResult | undefined;
  /** The diff of the pending resource as it came: it is masked as a whole. */
  #diff: string[] = [];
  #final: Ending | undefined;
  #wasExit = false;
  #names: PrivateNames | undefined;
  #isBegun = false;

  constructor(host: string, action: Action, forms: readonly string[], tell: FactListener) {
    this.#host = host;
    this.#action = action;
    this.#mask = new RemoteMask(forms);
    this.#outputs = new StepOutputs(this.#mask, (place, text) => {
      tell({ type: 'output', host, ...place, text });
    });
    this.#tell = tell;
  }

  /** Takes what the host calls the run's private directory. */
  directory(path: string): void {
    this.#names = PrivateNames.of(path);
    this.#outputs.hide(this.#names);
  }

  /** Takes one line of the event log, and the next one when this one was taken. */
  async line(raw: HostLine): Promise<void> {
    this.#isBegun = true;
    // Something to do for each line, however short it is.
    await turns.take(lineWork);
    const line = await this.#mask.lineInTurns(this.#names?.hideIn(raw) ?? raw);
    if (line.kind === 'd') {
      this.#diff.push(shortened(line.text));
      return;
    }
    await this.#flushResource();
    this.#take(line);
  }

  #take(line: Exclude<HostLine, { kind: 'd' }>): void {
    const host = this.#host;
    switch (line.kind) {
      case 'fact':
        this.#tell({ type: 'fact', host, key: line.key, value: line.value });
        return;
      case 'step':
        this.#outputs.start(line.id, line.index);
        this.#tell({ type: 'step-started', host, step: line.id, index: line.index });
        return;
      case 'res':
        this.#pending = this.#resourceOf(line);
        return;
      case 'check': {
        const { name, holds, message } = line;
        const result = { kind: 'step', step: this.#running, name, holds, message } as const;
        this.#tell({ type: 'check', host, result });
        return;
      }
      case 'obs':
        this.#tell({
          ...{ type: 'observation', host, step: this.#running, key: line.key, value: line.value },
          ...(line.mask === '' ? {} : { mask: line.mask }),
        });
        return;
      case 'end':
        this.#endStep(line);
        return;
      case 'notice':
        this.#tell({ type: 'notice', host, message: line.text });
        return;
      case 'receipt': {
        const { runId, playbook, operator, started, entries } = line;
        this.#tell({ type: 'receipt', host, receipt: { runId, playbook, operator, started, entries } });
        return;
      }
      case 'other':
        this.#tell({ type: 'other-run', host, otherRun: otherRunOf(line) });
        return;
      case 'proof':
        this.#tell({ type: 'proof', host, proof: { same: line.same, paths: line.paths } });
        return;
      case 'exit':
        this.#wasExit = true;
        this.#tell({ type: 'command-finished', host, status: line.status });
        return;
      case 'fin':
        this.#final = { outcome: finalOutcome(line.outcome), reason: line.reason };
        return;
      case 'begin':
      case 'wait':
      case 'unknown':
        return;
    }
  }

  /** Takes bytes of a step's output; `log` is e.g. `003.err`. */
  output(log: string, bytes: Uint8Array): void {
    this.#outputs.output(log, bytes);
  }

  /** Takes note that not all of an output log was sent. */
  cut(log: string): void {
    this.#tell({ type: 'output-cut', host: this.#host, ...this.#outputs.placeOf(log) });
  }

  /** The outcome of a host whose driver ended and never reported how. What changes hosts may have done all of its work. */
  wordless(): Ending {
    const asksOnly = ['plan', 'verify', 'compare', 'facts'].includes(this.#action);
    const { lastWords } = this.#outputs;
    return wordlessEnding({ mayHaveBegun: this.#isBegun || !asksOnly, lastWords });
  }

  /** Tells the rest, and how it ended: `ending` says how the link saw it, and what the driver said itself goes first. */
  async finish(ending: Ending, cost: { connections: number; execs: number }): Promise<void> {
    await this.#flushResource();
    this.#outputs.flush();
    const seen = this.#names?.hideIn(ending) ?? ending;
    const said = withHint(this.#said({ ...seen, reason: this.#mask.text(seen.reason) }));
    this.#tell({ type: 'host-ended', host: this.#host, ...said, begun: this.#isBegun, ...cost });
  }

  #said(ending: Ending): Ending {
    const said = this.#final ?? (ending.outcome === 'ok' ? this.wordless() : ending);
    // A command of which no status came ended nobody knows how.
    return said.outcome === 'ok' && this.#action === 'exec' && !this.#wasExit ? this.wordless() : said;
  }

  get #running(): string {
    return this.#outputs.running.step;
  }

  #endStep({ id, outcome, seconds, reason }: Extract<HostLine, { kind: 'end' }>): void {
    this.#outputs.end(id);
    const { running } = this.#outputs;
    const said = { outcome: saidOutcome(outcome), reason, seconds };
    this.#tell({ type: 'step-finished', host: this.#host, ...running, ...said });
  }

  #resourceOf(line: Extract<HostLine, { kind: 'res' }>): ResourceResult {
    return {
      step: line.step === '' ? this.#running : line.step,
      resource: line.resource,
      target: line.target,
      status: resourceStatuses.find((status) => status === line.status) ?? 'failed',
      reason: line.reason,
      diff: [],
      irreversible: line.irreversible,
      ...(line.after === '' ? {} : { after: line.after }),
    };
  }

  async #flushResource(): Promise<void> {
    const pending = this.#pending;
    const lines = this.#diff;
    this.#diff = [];
    this.#pending = undefined;
    if (pending === undefined) return;
    const result = { ...pending, diff: await this.#mask.diffInTurns(lines, pending.target) };
    this.#tell({ type: 'resource', host: this.#host, result });
  }
}

/** Nobody reads on in a line of a diff that is so long. */
function shortened(line: string): string {
  const { limit } = hostBounds.diffLine;
  return line.length > limit
    ? `${line.slice(0, limit)}... cut here: the line has ${line.length} characters`
    : line;
}

function finalOutcome(word: string): HostOutcome {
  return word === 'ok' || word === 'changed' || word === 'rolled-back' ? word : 'failed';
}

function saidOutcome(word: string): StepOutcome {
  return word === 'failed' || word === 'skipped' ? word : 'ok';
}
