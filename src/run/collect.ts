// Turns what one host's driver says into RunEvents as it comes, and into a HostResult at the end. No effects.
import type { EventListener } from '../events.ts';
import type { HostLine } from '../protocol/index.ts';
import type {
  Action,
  CheckResult,
  HostOutcome,
  HostResult,
  OtherRun,
  Proof,
  ResourceResult,
  StepOutcome,
  StepResult,
} from '../result.ts';
import { otherRunOf } from './other-run.ts';
import type { OutputMask } from './remote-mask.ts';
import { RemoteMask } from './remote-mask.ts';

/** What a rollback would undo or has undone, as the host tells it. */
export interface ReceiptInfo {
  readonly runId: string;
  readonly playbook: string;
  readonly operator: string;
  readonly started: string;
  readonly entries: number;
}

interface StepState {
  id: string;
  outcome: StepOutcome;
  reason: string;
  seconds: number;
  stdout: string;
  stderr: string;
}

interface OutputState {
  readonly decoder: InstanceType<typeof TextDecoder>;
  readonly mask: OutputMask;
}

/** How the host's run ended, as seen from the controller. */
export interface Ending {
  readonly outcome: HostOutcome;
  readonly reason: string;
  readonly hint?: string;
}

const resourceStatuses = ['ok', 'change', 'changed', 'failed', 'undone', 'kept', 'conflict'] as const;

/** Collects one host. Texts are masked on the way in, so nothing behind it ever holds a secret. */
export class HostCollector {
  readonly #host: string;
  readonly #action: Action;
  readonly #emit: EventListener;
  readonly #mask: RemoteMask;
  readonly #steps = new Map<number, StepState>();
  readonly #outputs = new Map<string, OutputState>();
  readonly #resources: ResourceResult[] = [];
  readonly #checks: CheckResult[] = [];
  readonly #observations = new Map<string, string>();
  readonly #facts = new Map<string, string>();
  readonly #cap: number;
  #step = 0;
  #pending: ResourceResult | undefined;
  /** The diff of the pending resource as it came: it is masked as a whole. */
  #diff: string[] = [];
  #final: Ending | undefined;
  #exitStatus: number | undefined;
  #receipt: ReceiptInfo | undefined;
  #proof: Proof | undefined;
  #otherRun: OtherRun | undefined;

  constructor(host: string, action: Action, forms: readonly string[], cap: number, emit: EventListener) {
    this.#host = host;
    this.#action = action;
    this.#mask = new RemoteMask(forms);
    this.#cap = cap;
    this.#emit = emit;
  }

  get receipt(): ReceiptInfo | undefined {
    return this.#receipt;
  }

  /** What the driver itself said last, when it said it. */
  get final(): Ending | undefined {
    return this.#final;
  }

  /** Takes one line of the event log. */
  line(raw: HostLine): void {
    const line = this.#mask.line(raw);
    if (line.kind === 'd') {
      this.#diff.push(line.text);
      return;
    }
    this.#flushResource();
    switch (line.kind) {
      case 'fact':
        this.#facts.set(line.key, line.value);
        this.#emit({ type: 'fact', host: this.#host, key: line.key, value: line.value });
        return;
      case 'step':
        this.#startStep(line.id, line.index);
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
    const state = this.#outputState(log);
    this.#show(log, state.mask.push(state.decoder.decode(bytes, { stream: true })));
  }

  /** Closes the books. `ending` says how the link saw it; what the driver said itself goes first. */
  finish(ending: Ending, cost: { connections: number; execs: number }): HostResult {
    this.#flushResource();
    for (const [log, state] of this.#outputs)
      this.#show(log, state.mask.push(state.decoder.decode()) + state.mask.flush());
    const { outcome, reason, hint } = this.#judge({ ...ending, reason: this.#mask.text(ending.reason) });
    const steps = [...this.#steps]
      .filter(([index]) => index > 0 && this.#action !== 'exec')
      .map(([, step]) => ({ ...step }));
    const first = this.#steps.get(1);
    return {
      host: this.#host,
      outcome,
      reason,
      ...(hint === undefined ? {} : { hint }),
      steps: steps satisfies StepResult[],
      resources: this.#resources,
      checks: this.#checks,
      observations: this.#observations,
      facts: this.#facts,
      ...(this.#otherRun === undefined ? {} : { otherRun: this.#otherRun }),
      ...cost,
      ...(this.#proof === undefined ? {} : { proof: this.#proof }),
      ...(this.#action === 'exec' && outcome !== 'unreachable'
        ? {
            command: {
              status: this.#exitStatus ?? null,
              stdout: first?.stdout ?? '',
              stderr: first?.stderr ?? '',
            },
          }
        : {}),
    };
  }

  #judge(ending: Ending): Ending {
    const said = this.#final ?? ending;
    if (said.outcome !== 'ok') return said;
    if (this.#action === 'exec') {
      const status = this.#exitStatus ?? null;
      return status === 0 ? said : { outcome: 'failed', reason: `exit status ${String(status)}` };
    }
    const broken = this.#checks.filter((check) => !check.holds).length;
    if (broken > 0)
      return { outcome: 'failed', reason: `${broken} of ${this.#checks.length} checks do not hold` };
    const changes = this.#resources.filter(
      ({ status }) => status === 'change' || status === 'changed',
    ).length;
    return changes > 0 ? { ...said, outcome: 'changed' } : said;
  }

  #startStep(id: string, index: number): void {
    this.#step = index;
    const step = this.#stepState(index);
    step.id = id;
    this.#emit({ type: 'step-started', host: this.#host, step: id });
  }

  #endStep(line: Extract<HostLine, { kind: 'end' }>): void {
    const step = this.#stepState(this.#step);
    step.id = line.id;
    step.seconds = line.seconds;
    step.reason = line.reason;
    step.outcome = this.#stepOutcome(line);
    this.#emit({
      type: 'step-finished',
      host: this.#host,
      step: line.id,
      outcome: step.outcome,
      reason: step.reason,
    });
  }

  #stepOutcome(line: Extract<HostLine, { kind: 'end' }>): StepOutcome {
    if (line.outcome === 'failed' || line.outcome === 'skipped') return line.outcome;
    if (this.#checks.some((check) => check.step === line.id && !check.holds)) return 'failed';
    const changes = this.#resources.some(
      ({ step, status }) => step === line.id && (status === 'change' || status === 'changed'),
    );
    return changes ? 'changed' : 'ok';
  }

  #resourceOf(line: Extract<HostLine, { kind: 'res' }>): ResourceResult {
    return {
      step: line.step === '' ? (this.#steps.get(this.#step)?.id ?? '') : line.step,
      resource: line.resource,
      target: line.target,
      status: resourceStatuses.find((status) => status === line.status) ?? 'failed',
      reason: line.reason,
      diff: [],
      irreversible: line.irreversible,
      ...(line.after === '' ? {} : { after: line.after }),
    };
  }

  #flushResource(): void {
    const lines = this.#diff;
    this.#diff = [];
    if (this.#pending === undefined) return;
    const result = { ...this.#pending, diff: this.#mask.diff(lines, this.#pending.target) };
    this.#resources.push(result);
    this.#emit({ type: 'resource', host: this.#host, result });
    this.#pending = undefined;
  }

  #addCheck(line: Extract<HostLine, { kind: 'check' }>): void {
    const result: CheckResult = {
      step: this.#steps.get(this.#step)?.id ?? '',
      name: line.name,
      holds: line.holds,
      message: line.message,
    };
    this.#checks.push(result);
    this.#emit({ type: 'check', host: this.#host, result });
  }

  #observe(key: string, value: string): void {
    this.#observations.set(key, value);
    this.#emit({
      type: 'observation',
      host: this.#host,
      step: this.#steps.get(this.#step)?.id ?? '',
      key,
      value,
    });
  }

  #stepState(index: number): StepState {
    const known = this.#steps.get(index);
    if (known !== undefined) return known;
    const fresh: StepState = {
      id: '',
      outcome: 'skipped',
      reason: 'it did not end',
      seconds: 0,
      stdout: '',
      stderr: '',
    };
    this.#steps.set(index, fresh);
    return fresh;
  }

  #outputState(log: string): OutputState {
    const known = this.#outputs.get(log);
    if (known !== undefined) return known;
    const fresh = { decoder: new TextDecoder(), mask: this.#mask.stream() };
    this.#outputs.set(log, fresh);
    return fresh;
  }

  #show(log: string, text: string): void {
    if (text === '') return;
    const stream = log.endsWith('.err') ? 'stderr' : 'stdout';
    const step = this.#stepState(Number.parseInt(log, 10));
    step[stream] = (step[stream] + text).slice(-this.#cap);
    this.#emit({ type: 'output', host: this.#host, step: step.id, stream, text });
  }
}

function finalOutcome(word: string): HostOutcome {
  return word === 'ok' || word === 'changed' || word === 'rolled-back' ? word : 'failed';
}
