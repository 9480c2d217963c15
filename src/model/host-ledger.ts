// What is known of one host, kept from its events; and the judge of its steps and of itself. There is no other one.
import type { RunFact } from './events.ts';
import { StepLedger } from './step-ledger.ts';
import type {
  Action,
  CheckResult,
  CommandResult,
  Ending,
  ExecHostResult,
  ResourceResult,
  RollbackHostResult,
  StepOutcome,
} from './result.ts';

type HostFact = Exclude<Extract<RunFact, { readonly host: string }>, { readonly type: 'notice' }>;

/** A host as a result of any verb has it. */
export type AnyHostResult = ExecHostResult & RollbackHostResult;

/** One host of a run in progress. */
export class HostLedger {
  readonly #host: string;
  readonly #action: Action;
  readonly #steps: StepLedger;
  readonly #resources: ResourceResult[] = [];
  readonly #checks: CheckResult[] = [];
  readonly #observations = new Map<string, string>();
  readonly #masks = new Map<string, string>();
  readonly #facts = new Map<string, string>();
  /** Steps of which a check does not hold, and steps with a change. */
  readonly #failedSteps = new Set<string>();
  readonly #changedSteps = new Set<string>();
  #otherRun: Pick<AnyHostResult, 'otherRun'> = {};
  #rollback: Pick<AnyHostResult, 'receipt' | 'proof'> = {};
  #cost = { connections: 0, execs: 0 };
  #status: number | undefined;
  #ended: Extract<RunFact, { readonly type: 'host-ended' }> | undefined;
  #isStarted = false;
  #address: Pick<AnyHostResult, 'address'> = {};
  #isFinished = false;

  constructor(host: string, action: Action, outputCap: number) {
    this.#host = host;
    this.#action = action;
    this.#steps = new StepLedger(outputCap);
  }

  /** The verdict was spoken. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** It failed before anything was begun on the host, which is as it was and does what it did. */
  get isUntouched(): boolean {
    return this.verdict().outcome === 'failed' && this.#ended?.begun === false;
  }

  /** What becomes of a step, of which the host said this outcome. Judged twice, it is the same. */
  stepOutcome(step: string, said: StepOutcome): StepOutcome {
    if (said === 'failed' || said === 'skipped') return said;
    if (this.#failedSteps.has(step)) return 'failed';
    return this.#changedSteps.has(step) ? 'changed' : 'ok';
  }

  take(fact: HostFact): void {
    switch (fact.type) {
      case 'host-started':
        this.#isStarted = true;
        if (fact.address !== undefined) this.#address = { address: fact.address };
        return;
      case 'host-connected':
        this.#cost.connections += 1;
        return;
      case 'fact':
        this.#facts.set(fact.key, fact.value);
        return;
      case 'other-run':
        this.#otherRun = { otherRun: fact.otherRun };
        return;
      case 'receipt':
        this.#rollback = { ...this.#rollback, receipt: fact.receipt };
        return;
      case 'proof':
        this.#rollback = { ...this.#rollback, proof: fact.proof };
        return;
      case 'step-started':
      case 'output':
      case 'output-cut':
        this.#steps.take(fact);
        return;
      case 'step-finished':
        this.#steps.take({ ...fact, outcome: this.stepOutcome(fact.step, fact.outcome) });
        return;
      case 'resource':
        this.#resources.push(fact.result);
        if (isChange(fact.result)) this.#changedSteps.add(fact.result.step);
        return;
      case 'check':
        this.#checks.push(fact.result);
        if (!fact.result.holds) this.#failedSteps.add(fact.result.step);
        return;
      case 'probe':
        this.#checks.push(fact.result);
        return;
      case 'observation':
        this.#observations.set(fact.key, fact.value);
        if (fact.mask === undefined) this.#masks.delete(fact.key);
        else this.#masks.set(fact.key, fact.mask);
        return;
      case 'command-finished':
        this.#status = fact.status;
        return;
      case 'host-ended':
        this.#ended = fact;
        this.#cost = { connections: fact.connections, execs: fact.execs };
        return;
      case 'host-finished':
        this.#isFinished = true;
        return;
    }
  }

  /** What becomes of the host, by all that is known by now. */
  verdict(): Ending {
    if (this.#ended === undefined) return this.#unfinished();
    const { outcome, reason, hint } = this.#ended;
    const said = { outcome, reason, ...(hint === undefined ? {} : { hint }) };
    if (outcome !== 'ok' && outcome !== 'changed') return said;
    if (this.#action === 'exec' && this.#status !== undefined && this.#status !== 0)
      return { outcome: 'failed', reason: `exit status ${this.#status}` };
    const broken = this.#checks.filter(({ holds }) => !holds).length;
    if (broken > 0)
      return { outcome: 'failed', reason: `${broken} of ${this.#checks.length} checks do not hold` };
    return this.#resources.some(isChange) ? { ...said, outcome: 'changed' } : said;
  }

  /** The host as far as it is known. One whose verdict was not spoken is `unknown`, however it looks. */
  result(): AnyHostResult {
    const command = this.#command();
    return {
      host: this.#host,
      ...(this.#isFinished ? this.verdict() : this.#unfinished()),
      steps: this.#action === 'exec' ? [] : this.#steps.results(),
      resources: [...this.#resources],
      checks: [...this.#checks],
      observations: new Map(this.#observations),
      ...(this.#masks.size === 0 ? {} : { masks: new Map(this.#masks) }),
      ...this.#address,
      facts: new Map(this.#facts),
      ...this.#otherRun,
      ...this.#cost,
      ...(this.#action === 'rollback' ? this.#rollback : {}),
      ...(command === undefined ? {} : { command }),
    };
  }

  #unfinished(): Ending {
    const what =
      this.#ended !== undefined
        ? 'all of its results were recorded'
        : this.#isStarted
          ? 'it ended'
          : 'it began';
    return { outcome: 'unknown', reason: `the record of the run ends before ${what}` };
  }

  #command(): CommandResult | undefined {
    const { printed } = this.#steps;
    if (this.#action !== 'exec' || (this.#status === undefined && printed === undefined)) return undefined;
    return { status: this.#status ?? null, ...(printed ?? { stdout: '', stderr: '' }) };
  }
}

/** A resource that was changed, or would be. */
function isChange({ status }: Pick<ResourceResult, 'status'>): boolean {
  return status === 'change' || status === 'changed';
}
