// Turns what one host's driver says into RunEvents as it comes, and into a HostResult at the end. No effects.
import type {
  Action,
  CheckResult,
  EventListener,
  HostOutcome,
  HostResult,
  OtherRun,
  Proof,
  ResourceResult,
  StepOutcome,
} from '../model/index.ts';
import { hostBounds } from '../protocol/index.ts';
import type { HostLine } from '../protocol/index.ts';
import type { Ending } from './early-end.ts';
import { withHint, wordlessEnding } from './early-end.ts';
import { isChange, judgeCommand, judgeFindings } from './judge.ts';
import { turns } from './turns.ts';
import { otherRunOf } from './other-run.ts';
import { PrivateNames } from './private-names.ts';
import { RemoteMask } from './remote-mask.ts';
import { StepRecords } from './step-records.ts';

/** What a rollback would undo or has undone, as the host tells it. */
export interface ReceiptInfo {
  readonly runId: string;
  readonly playbook: string;
  readonly operator: string;
  readonly started: string;
  readonly entries: number;
}

const lineWork = 64;
const resourceStatuses = ['ok', 'change', 'changed', 'failed', 'undone', 'kept', 'conflict'] as const;

/**
 * Collects one host. Texts are masked on the way in, and lose the names of the run's private directory, so nothing behind
 * it ever holds either.
 */
export class HostCollector {
  readonly #host: string;
  readonly #action: Action;
  readonly #emit: EventListener;
  readonly #mask: RemoteMask;
  readonly #steps: StepRecords;
  readonly #resources: ResourceResult[] = [];
  readonly #checks: CheckResult[] = [];
  readonly #observations = new Map<string, string>();
  readonly #facts = new Map<string, string>();
  /** Steps of which a check does not hold, and steps with a change. */
  readonly #failedSteps = new Set<string>();
  readonly #changedSteps = new Set<string>();
  #pending: ResourceResult | undefined;
  /** The diff of the pending resource as it came: it is masked as a whole. */
  #diff: string[] = [];
  #final: Ending | undefined;
  #exitStatus: number | undefined;
  #receipt: ReceiptInfo | undefined;
  #proof: Proof | undefined;
  #otherRun: OtherRun | undefined;
  #names: PrivateNames | undefined;
  #isBegun = false;

  constructor(host: string, action: Action, forms: readonly string[], cap: number, emit: EventListener) {
    this.#host = host;
    this.#action = action;
    this.#mask = new RemoteMask(forms);
    this.#steps = new StepRecords(this.#mask, cap, (step, stream, text) => {
      emit({ type: 'output', host, step, stream, text });
    });
    this.#emit = emit;
  }

  get receipt(): ReceiptInfo | undefined {
    return this.#receipt;
  }

  /** The driver was heard of: from here on the host may be another one than before. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** What the driver itself said last, when it said it. */
  get final(): Ending | undefined {
    return this.#final;
  }

  /** Takes what the host calls the run's private directory. */
  directory(path: string): void {
    this.#names = PrivateNames.of(path);
    this.#steps.hide(this.#names);
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
    switch (line.kind) {
      case 'fact':
        this.#facts.set(line.key, line.value);
        this.#emit({ type: 'fact', host: this.#host, key: line.key, value: line.value });
        return;
      case 'step':
        this.#steps.start(line.id, line.index);
        this.#emit({ type: 'step-started', host: this.#host, step: line.id });
        return;
      case 'res':
        this.#pending = this.#resourceOf(line);
        return;
      case 'check':
        this.#addCheck(line);
        return;
      case 'obs':
        this.#observe(line.key, line.value);
        return;
      case 'end':
        this.#endStep(line);
        return;
      case 'notice':
        this.#emit({ type: 'notice', host: this.#host, message: line.text });
        return;
      case 'receipt':
        this.#receipt = line;
        return;
      case 'other':
        this.#otherRun = otherRunOf(line);
        return;
      case 'proof':
        this.#proof = { same: line.same, paths: line.paths };
        return;
      case 'exit':
        this.#exitStatus = line.status;
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
    this.#steps.output(log, bytes);
  }

  /** Takes note that not all of an output log was sent. */
  cut(log: string): void {
    this.#steps.cut(log);
  }

  /** How the host fares when its driver is over and never said how. What changes hosts may have done all of its work. */
  wordless(): Ending {
    const asksOnly = ['plan', 'verify', 'facts'].includes(this.#action);
    const { lastWords } = this.#steps;
    return wordlessEnding({ mayHaveBegun: this.#isBegun || !asksOnly, lastWords });
  }

  /** Closes the books. `ending` says how the link saw it; what the driver said itself goes first. */
  async finish(ending: Ending, cost: { connections: number; execs: number }): Promise<HostResult> {
    await this.#flushResource();
    this.#steps.flush();
    const seen = this.#names?.hideIn(ending) ?? ending;
    const { outcome, reason, hint } = withHint(
      this.#judge({ ...seen, reason: this.#mask.text(seen.reason) }),
    );
    const command = this.#command();
    return {
      host: this.#host,
      outcome,
      reason,
      ...(hint === undefined ? {} : { hint }),
      steps: this.#action === 'exec' ? [] : this.#steps.results(),
      resources: this.#resources,
      checks: this.#checks,
      observations: this.#observations,
      facts: this.#facts,
      ...(this.#otherRun === undefined ? {} : { otherRun: this.#otherRun }),
      ...cost,
      ...(this.#proof === undefined ? {} : { proof: this.#proof }),
      ...(command === undefined ? {} : { command }),
    };
  }

  #command(): HostResult['command'] {
    const { printed } = this.#steps;
    if (this.#action !== 'exec' || (this.#exitStatus === undefined && printed === undefined))
      return undefined;
    return { status: this.#exitStatus ?? null, ...(printed ?? { stdout: '', stderr: '' }) };
  }

  #judge(ending: Ending): Ending {
    const said = this.#final ?? (ending.outcome === 'ok' ? this.wordless() : ending);
    if (said.outcome !== 'ok') return said;
    if (this.#action === 'exec') return judgeCommand(this.#exitStatus) ?? this.wordless();
    return judgeFindings(said, this.#checks, this.#resources);
  }

  #endStep(line: Extract<HostLine, { kind: 'end' }>): void {
    const { id, seconds, reason } = line;
    const outcome = this.#stepOutcome(line);
    this.#steps.end({ id, seconds, reason, outcome });
    this.#emit({ type: 'step-finished', host: this.#host, step: id, outcome, reason });
  }

  #stepOutcome(line: Extract<HostLine, { kind: 'end' }>): StepOutcome {
    if (line.outcome === 'failed' || line.outcome === 'skipped') return line.outcome;
    if (this.#failedSteps.has(line.id)) return 'failed';
    return this.#changedSteps.has(line.id) ? 'changed' : 'ok';
  }

  #resourceOf(line: Extract<HostLine, { kind: 'res' }>): ResourceResult {
    return {
      step: line.step === '' ? this.#steps.running : line.step,
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
    this.#resources.push(result);
    if (isChange(result)) this.#changedSteps.add(result.step);
    this.#emit({ type: 'resource', host: this.#host, result });
  }

  #addCheck({ name, holds, message }: Extract<HostLine, { kind: 'check' }>): void {
    const result: CheckResult = { step: this.#steps.running, name, holds, message };
    this.#checks.push(result);
    if (!holds) this.#failedSteps.add(result.step);
    this.#emit({ type: 'check', host: this.#host, result });
  }

  #observe(key: string, value: string): void {
    this.#observations.set(key, value);
    this.#emit({ type: 'observation', host: this.#host, step: this.#steps.running, key, value });
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
