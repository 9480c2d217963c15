// Turns what one host's driver says into RunEvents as it comes, and into a HostResult at the end. No effects.
import type { EventListener } from '../events.ts';
import type { HostLine } from '../protocol/index.ts';
import type {
  Action,
  CheckResult,
  HostOutcome,
  HostResult,
  OutputStream,
  Proof,
  ResourceResult,
  StepOutcome,
  StepResult,
} from '../result.ts';
import { ByteDecoder } from './byte-text.ts';
import type { Ending } from './early-end.ts';
import { withHint, wordlessEnding } from './early-end.ts';
import { isChange, judgeCommand, judgeFindings } from './judge.ts';
import { maskText, StreamMask } from './mask.ts';
import { PrivateNames, StreamNames } from './private-names.ts';

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
  cut?: readonly OutputStream[];
}

interface OutputState {
  readonly decoder: ByteDecoder;
  readonly mask: StreamMask;
  readonly names: StreamNames;
}

export type { Ending };

const resourceStatuses = ['ok', 'change', 'changed', 'failed', 'undone', 'kept', 'conflict'] as const;

/**
 * Collects one host. Texts are masked on the way in, and lose the names of the run's private directory, so nothing behind
 * it ever holds either.
 */
export class HostCollector {
  readonly #host: string;
  readonly #action: Action;
  readonly #emit: EventListener;
  readonly #forms: readonly string[];
  readonly #steps = new Map<number, StepState>();
  readonly #outputs = new Map<string, OutputState>();
  readonly #resources: ResourceResult[] = [];
  readonly #checks: CheckResult[] = [];
  readonly #observations = new Map<string, string>();
  readonly #facts = new Map<string, string>();
  readonly #cap: number;
  #step = 0;
  #pending: ResourceResult | undefined;
  #final: Ending | undefined;
  #exitStatus: number | undefined;
  #receipt: ReceiptInfo | undefined;
  #proof: Proof | undefined;
  #names: PrivateNames | undefined;
  #isBegun = false;

  constructor(host: string, action: Action, forms: readonly string[], cap: number, emit: EventListener) {
    this.#host = host;
    this.#action = action;
    this.#forms = forms;
    this.#cap = cap;
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
  }

  /** Takes note that not all of an output log was sent. */
  cut(log: string): void {
    noteCut(this.#stepState(Number.parseInt(log, 10)), streamOf(log));
  }

  /** Takes one line of the event log. */
  line(raw: HostLine): void {
    this.#isBegun = true;
    const line = this.#names?.hideIn(raw) ?? raw;
    if (line.kind === 'd') {
      if (this.#pending !== undefined) {
        this.#pending = { ...this.#pending, diff: [...this.#pending.diff, this.#clean(line.text)] };
      }
      return;
    }
    this.#flushResource();
    switch (line.kind) {
      case 'fact':
        this.#facts.set(line.key, this.#clean(line.value));
        this.#emit({ type: 'fact', host: this.#host, key: line.key, value: this.#clean(line.value) });
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
        this.#observe(line.key, this.#clean(line.value));
        return;
      case 'end':
        this.#endStep(line);
        return;
      case 'notice':
        this.#emit({ type: 'notice', host: this.#host, message: this.#clean(line.text) });
        return;
      case 'receipt':
        this.#receipt = line;
        return;
      case 'proof':
        this.#proof = { same: line.same, paths: line.paths };
        return;
      case 'exit':
        this.#exitStatus = line.status;
        return;
      case 'fin':
        this.#final = { outcome: finalOutcome(line.outcome), reason: this.#clean(line.reason) };
        return;
      case 'begin':
      case 'unknown':
        return;
    }
  }

  /** Takes bytes of a step's output; `log` is e.g. `003.err`. */
  output(log: string, bytes: Uint8Array): void {
    const state = this.#outputState(log);
    this.#show(log, state.names.push(state.mask.push(state.decoder.push(bytes)), this.#names));
  }

  /** How the host fares when its driver is over and never said how. What changes hosts may have done all of its work. */
  wordless(): Ending {
    const asksOnly = ['plan', 'verify', 'facts'].includes(this.#action);
    const lastWords = this.#steps.get(0)?.stderr.trimEnd().split('\n').at(-1) ?? '';
    return wordlessEnding({ mayHaveBegun: this.#isBegun || !asksOnly, lastWords });
  }

  /** Closes the books. `ending` says how the link saw it; what the driver said itself goes first. */
  finish(ending: Ending, cost: { connections: number; execs: number }): HostResult {
    this.#flushResource();
    for (const [log, { decoder, mask, names }] of this.#outputs) {
      const rest = mask.push(decoder.end()) + mask.flush();
      this.#show(log, names.push(rest, this.#names) + names.flush(this.#names));
    }
    const { outcome, reason, hint } = withHint(this.#judge(this.#names?.hideIn(ending) ?? ending));
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
      ...cost,
      ...(this.#proof === undefined ? {} : { proof: this.#proof }),
      ...(this.#action === 'exec' && (this.#exitStatus !== undefined || first !== undefined)
        ? {
            command: {
              status: this.#exitStatus ?? null,
              stdout: first?.stdout ?? '',
              stderr: first?.stderr ?? '',
              ...(first?.cut === undefined ? {} : { cut: first.cut }),
            },
          }
        : {}),
    };
  }

  #judge(ending: Ending): Ending {
    const said = this.#final ?? (ending.outcome === 'ok' ? this.wordless() : ending);
    if (said.outcome !== 'ok') return said;
    if (this.#action === 'exec') return judgeCommand(this.#exitStatus) ?? this.wordless();
    return judgeFindings(said, this.#checks, this.#resources);
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
    step.reason = this.#clean(line.reason);
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
    const changes = this.#resources.some((resource) => resource.step === line.id && isChange(resource));
    return changes ? 'changed' : 'ok';
  }

  #resourceOf(line: Extract<HostLine, { kind: 'res' }>): ResourceResult {
    return {
      step: line.step === '' ? (this.#steps.get(this.#step)?.id ?? '') : line.step,
      resource: line.resource,
      target: line.target,
      status: resourceStatuses.find((status) => status === line.status) ?? 'failed',
      reason: this.#clean(line.reason),
      diff: [],
      irreversible: line.irreversible,
    };
  }

  #flushResource(): void {
    if (this.#pending === undefined) return;
    this.#resources.push(this.#pending);
    this.#emit({ type: 'resource', host: this.#host, result: this.#pending });
    this.#pending = undefined;
  }

  #addCheck(line: Extract<HostLine, { kind: 'check' }>): void {
    const result: CheckResult = {
      step: this.#steps.get(this.#step)?.id ?? '',
      name: this.#clean(line.name),
      holds: line.holds,
      message: this.#clean(line.message),
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
    const fresh = { decoder: new ByteDecoder(), mask: new StreamMask(this.#forms), names: new StreamNames() };
    this.#outputs.set(log, fresh);
    return fresh;
  }

  #show(log: string, text: string): void {
    if (text === '') return;
    const stream = streamOf(log);
    const step = this.#stepState(Number.parseInt(log, 10));
    const all = step[stream] + text;
    step[stream] = all.slice(-this.#cap);
    if (all.length > this.#cap) noteCut(step, stream);
    this.#emit({ type: 'output', host: this.#host, step: step.id, stream, text });
  }

  #clean(text: string): string {
    return maskText(text, this.#forms);
  }
}

function streamOf(log: string): OutputStream {
  return log.endsWith('.err') ? 'stderr' : 'stdout';
}

function noteCut(step: StepState, stream: OutputStream): void {
  if (step.cut?.includes(stream) !== true) step.cut = [...(step.cut ?? []), stream];
}

function finalOutcome(word: string): HostOutcome {
  return word === 'ok' || word === 'changed' || word === 'rolled-back' ? word : 'failed';
}
