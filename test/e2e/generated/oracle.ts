// Tries a generated configuration: what its clients get, and what the host is, before, during and behind a plan, an apply, a
// verify, a second apply, restarts and a rollback. An exit status of 0 over anything else than what was promised is a lie.
import type { Lab } from '../../../src/lab/index.ts';
import type { RunEvent } from '../../../src/model/index.ts';
import { eventsIn } from '../../support/json-record.ts';
import { inside, muster, playbook, resourcesByHost, writeHostVars, type MusterRun } from '../muster.ts';
import { Clients, describeQuestion, isGood, watch, type Answer } from './asking.ts';
import { Findings, type SeedResult } from './findings.ts';
import {
  complaints,
  differences,
  fingerprint,
  lay,
  missingNames,
  namedProcesses,
  makeKey,
  privateKeys,
  reload,
  tryHabit,
  update,
} from './host.ts';
import type { GeneratedHost } from './model.ts';
import { openedInCage } from './opened.ts';
import { describeAnswer, describeValue, failureIn, oneLine } from './telling.ts';

/** Longer than this without answers is no switch any more. */
const tolerableGapS = 15;
const patienceMs = 20_000;

/** How far to go: until the old named serves it, until it is planned, or all the way there and back. */
export const untils = ['served', 'planned', 'end'] as const;
export type Until = (typeof untils)[number];

/** Runs everything that is to be found out about one configuration on one host of the lab, which is reset before. */
export async function tryHost(
  lab: Lab,
  host: string,
  generated: GeneratedHost,
  until: Until = 'end',
): Promise<SeedResult> {
  const trial = new Trial(lab, host, generated);
  const start = performance.now();
  try {
    await trial.run(until);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    trial.findings.add('generator', said.slice(-300), said);
  }
  const { seed, name } = generated;
  return {
    seed,
    name,
    outcome: trial.outcome,
    reason: trial.reason,
    findings: trial.findings.all,
    elapsedMs: performance.now() - start,
  };
}

class Trial {
  readonly findings = new Findings();
  outcome: SeedResult['outcome'] = 'tried';
  reason = '';
  readonly #lab: Lab;
  readonly #host: string;
  readonly #generated: GeneratedHost;
  readonly #arguments: string[];
  readonly #cage: string;
  #clients!: Clients;
  #before: Answer[] = [];
  #files: ReadonlyMap<string, string> = new Map();
  #processes = '';
  #habits: GeneratedHost['habits'] = [];
  /** Names that named took by updates, by zone. */
  readonly #taken = new Map<string, string[]>();

  constructor(lab: Lab, host: string, generated: GeneratedHost) {
    this.#lab = lab;
    this.#host = host;
    this.#generated = generated;
    const vars = Object.entries(generated.vars).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
    const file = writeHostVars(lab, 'generated.yaml', { [host]: vars.join(', ') });
    this.#arguments = ['-i', file, '--limit', host];
    this.#cage = String(generated.vars['cage'] ?? '/home/named');
  }

  async run(until: Until): Promise<void> {
    if (!(await this.#isServed()) || until === 'served') return;
    if (!(await this.#isPlanned()) || until === 'planned') return;
    if (!(await this.#isApplied())) return;
    this.outcome = 'taken';
    await this.#proveCaged();
    await this.#rollBack();
  }

  // --- before ------------------------------------------------------------------------------------------------------

  async #isServed(): Promise<boolean> {
    const { findings } = this;
    await lay(this.#lab, this.#host, this.#generated);
    this.#clients = await Clients.of(this.#lab, this.#host, this.#generated.questions);
    if (this.#generated.afterStart !== '') {
      await this.#clients.askUntil(
        (answer) => answer.question.zone === 'added.example' || isGood(answer),
        patienceMs,
      );
      await inside(this.#lab, this.#host, this.#generated.afterStart);
    }
    const answers = await this.#clients.askUntil(isGood, patienceMs);
    findings.addAll(
      'generator',
      'the old named does not serve',
      answers.filter((answer) => !isGood(answer)).map(describeAnswer),
    );
    if (findings.all.length > 0) {
      findings.add('generator', 'named said', await complaints(this.#lab, this.#host, this.#generated));
      return false;
    }
    await this.#update('before');
    const works = await Promise.all(
      this.#generated.habits.map(
        async ({ line }) => (await tryHabit(this.#lab, this.#host, line)) === undefined,
      ),
    );
    this.#habits = this.#generated.habits.filter((_, index) => works[index]);
    this.#before = await this.#clients.askUntil(isGood, patienceMs);
    this.#files = await this.#fingerprint();
    this.#processes = await namedProcesses(this.#lab, this.#host);
    return true;
  }

  /** Sends an update to every zone that takes them, and remembers what was taken. */
  async #update(name: string, cage = ''): Promise<void> {
    for (const updated of this.#generated.updated) {
      if (!(await update(this.#lab, this.#host, updated, name, cage))) continue;
      this.#taken.set(updated.zone, [...(this.#taken.get(updated.zone) ?? []), name]);
    }
  }

  // --- plan --------------------------------------------------------------------------------------------------------

  async #isPlanned(): Promise<boolean> {
    const planned = await muster(['plan', playbook, ...this.#arguments]);
    const when = planned.code === 0 ? 'a plan' : 'a plan that refused';
    this.findings.addAll(
      'touched',
      `${when} changed files`,
      differences(this.#files, await this.#fingerprint()),
    );
    const processes = await namedProcesses(this.#lab, this.#host);
    if (processes !== this.#processes)
      this.findings.add('touched', `${when}: named was ${this.#processes}, is ${processes}`);
    this.findings.addAll('touched', `${when} changed answers`, await this.#worse());
    if (planned.code === 0) return true;
    this.#refused(planned);
    return false;
  }

  #refused({ code, stdout, stderr }: MusterRun): void {
    this.outcome = 'refused';
    // The last line counts hosts and names the run, whose number means nothing.
    const said = stdout.replaceAll(/^\d+ hosts?: .* run \S+$/gm, '');
    this.reason = oneLine(`${said}${code === 1 ? '' : ` exit ${code}: ${stderr}`}`);
    const { mayRefuse } = this.#generated;
    if (mayRefuse.length === 0) this.findings.add('refused-common', this.reason, stdout);
    else if (!mayRefuse.some((pattern) => pattern.test(this.reason)))
      this.findings.add(
        'unnamed',
        `none of ${mayRefuse.map(({ source }) => source).join(', ')} in: ${this.reason}`,
        stdout,
      );
  }

  // --- apply -------------------------------------------------------------------------------------------------------

  async #isApplied(): Promise<boolean> {
    let applied: MusterRun | undefined;
    const seen = await watch(this.#lab, this.#host, this.#before, async () => {
      applied = await this.#apply();
    });
    if (applied?.code !== 0) {
      await this.#failed(applied);
      return false;
    }
    this.findings.addAll('lie', 'apply exits 0', seen.wrong);
    if (seen.longestGapS > tolerableGapS)
      this.findings.add('outage', `no good answers for ${seen.longestGapS} s during the apply`);
    return true;
  }

  /** Applies. An update arrives while the content is in the cage and the old named still serves. */
  async #apply(): Promise<MusterRun> {
    let updating: Promise<void> | undefined;
    const run = await muster(
      ['apply', playbook, ...this.#arguments, '--yes', '--json'],
      undefined,
      (text) => {
        const isThere = (event: RunEvent): boolean =>
          event.type === 'step-finished' && event.step === 'content';
        if (updating !== undefined || !eventsIn(text).some(isThere)) return;
        updating = this.#update('between');
      },
    );
    await updating;
    return run;
  }

  async #failed(applied: MusterRun | undefined): Promise<void> {
    const { findings } = this;
    this.outcome = 'failed';
    const stdout = applied?.stdout ?? '';
    this.reason = failureIn(stdout) || oneLine(applied?.stderr ?? '');
    findings.add('late', this.reason);
    findings.addAll('outage', 'behind an apply that failed', await this.#worse());
    const changed = differences(this.#files, await this.#fingerprint(), 'known');
    findings.addAll('half', 'an apply that failed changed files of the host', changed);
    const back = await muster(['rollback', ...this.#arguments, '--yes']);
    await this.#provedBack(back, 'a rollback of an apply that failed');
  }

  // --- caged -------------------------------------------------------------------------------------------------------

  async #proveCaged(): Promise<void> {
    const { findings } = this;
    await this.#expectServed('behind an apply with exit 0');
    findings.addAll(
      'lie',
      'open in the cage, closed on the host',
      await openedInCage(this.#lab, this.#host, this.#generated, this.#cage),
    );
    await this.#update('caged', this.#cage);
    if (
      (this.#taken.get(this.#generated.updated[0]?.zone ?? '') ?? []).at(-1) !== 'caged' &&
      this.#generated.updated.length > 0
    )
      findings.add('lie', 'the caged named takes no update, though the old one did');
    await this.#expectHabits('behind an apply with exit 0');
    const verified = await muster(['verify', playbook, ...this.#arguments]);
    if (verified.code !== 0)
      findings.add(
        'lie',
        `verify exits ${verified.code} behind an apply with exit 0: ${oneLine(verified.stdout)}`,
        verified.stdout,
      );
    const again = await muster(['apply', playbook, ...this.#arguments, '--yes', '--json']);
    const changes = resourcesByHost(again.stdout, 'changed').get(this.#host) ?? [];
    if (again.code !== 0)
      findings.add('lie', `a second apply exits ${again.code}: ${failureIn(again.stdout)}`);
    findings.addAll('lie', 'a second apply changes', changes);
    await this.#expectServed('behind a second apply');
    await this.#restart();
  }

  /** The next boot, a reload and an operator's restart are by the rc script. */
  async #restart(): Promise<void> {
    const script = this.#generated.vars['named_source'] === 'base' ? 'named' : 'named9';
    const said = await inside(this.#lab, this.#host, `sh /etc/rc.d/${script} restart 2>&1; echo "exit $?"`);
    await this.#expectServed(`behind a restart by rc.d/${script} (${oneLine(said)})`);
    await this.#expectHabits('behind a restart');
    const failed = await reload(this.#lab, this.#host);
    if (failed !== '')
      this.findings.add('lie', `the caged named cannot read its configuration again: ${failed}`);
    await this.#expectServed('behind a reload');
  }

  // --- rollback ----------------------------------------------------------------------------------------------------

  async #rollBack(): Promise<void> {
    await this.#update('last', this.#cage);
    const last = await this.#clients.ask();
    for (const directory of this.#generated.keyDirectories)
      await makeKey(this.#lab, this.#host, `${this.#cage}${directory}`);
    const keys = await privateKeys(this.#lab, this.#host);
    this.#before = last.every(isGood) ? last : this.#before;
    const back = await muster(['rollback', ...this.#arguments, '--yes']);
    await this.#provedBack(back, 'a rollback');
    if (back.code !== 0) return;
    const left = await privateKeys(this.#lab, this.#host);
    this.findings.addAll(
      'lie',
      'keys are gone behind a rollback with exit 0',
      keys.filter((key) => !left.includes(key)),
    );
  }

  async #provedBack(back: MusterRun, what: string): Promise<void> {
    const { findings } = this;
    if (back.code !== 0) {
      findings.add('conflict', `${what} exits ${back.code}: ${oneLine(back.stdout)}`, back.stdout);
      findings.addAll('outage', `behind ${what} that exits ${back.code}`, await this.#worse());
      return;
    }
    await this.#expectServed(`behind ${what} with exit 0`);
    findings.addAll('lie', `behind ${what} with exit 0`, differences(this.#files, await this.#fingerprint()));
    const count = (await namedProcesses(this.#lab, this.#host)).split('\n').filter(Boolean).length;
    if (count !== 1) findings.add('lie', `behind ${what} with exit 0, ${count} nameds run`);
    await this.#expectHabits(`behind ${what} with exit 0`);
  }

  // --- looking -----------------------------------------------------------------------------------------------------

  async #fingerprint(): Promise<ReadonlyMap<string, string>> {
    return await fingerprint(this.#lab, this.#host, this.#generated);
  }

  async #expectServed(when: string): Promise<void> {
    this.findings.addAll('lie', when, await this.#worse());
    for (const updated of this.#generated.updated) {
      const names = this.#taken.get(updated.zone) ?? [];
      this.findings.addAll(
        'lie',
        `${when}, updates are lost`,
        await missingNames(this.#lab, this.#host, updated, names),
      );
    }
  }

  async #expectHabits(when: string): Promise<void> {
    for (const { name, line } of this.#habits) {
      const said = await tryHabit(this.#lab, this.#host, line);
      if (said !== undefined) this.findings.add('lie', `${when}, ${name} does not work any more: ${said}`);
    }
  }

  /** Which answers are worse than before. */
  async #worse(): Promise<string[]> {
    const wanted = new Map(this.#before.map((answer) => [describeQuestion(answer.question), answer]));
    const isAsBefore = (answer: Answer): boolean => {
      const before = wanted.get(describeQuestion(answer.question));
      const keys = new Set(answer.keys);
      return (
        isGood(answer) &&
        (answer.serial ?? 0) >= (before?.serial ?? 0) &&
        (before?.keys ?? []).every((key) => keys.has(key))
      );
    };
    const answers = await this.#clients.askUntil(isAsBefore, patienceMs);
    return answers
      .filter((answer) => !isAsBefore(answer))
      .map(
        (answer) =>
          `${describeAnswer(answer)}, before ${describeValue(wanted.get(describeQuestion(answer.question)))}`,
      );
  }
}
