// One seed on a practice host: its runs, the deaths in them, what the operator does next, and what the host is in the end.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '../../../src/lab/index.ts';
import { playbook, writeHostVars } from '../muster.ts';
import { layMoments, Moments } from './moments.ts';
import { Command } from './operator.ts';
import { answersOf, daemonsOf, describeDaemon, differences, pictureOf, type Picture } from './picture.ts';
import type { Act, Crash, CrashPlan, Victim } from './plan.ts';
import { isQuiet, killOnHost, leftBehind } from './victims.ts';

/** `silent`: muster said that all is good, and it is not. `stuck`: it never said so, and no command led out. `left`: files of a dead run. */
export interface Finding {
  readonly kind: 'silent' | 'stuck' | 'left' | 'harness';
  readonly what: string;
}

export interface TrialResult {
  readonly plan: CrashPlan;
  readonly findings: readonly Finding[];
  /** What happened, a line each. */
  readonly story: readonly string[];
  /** Everything that muster said. */
  readonly said: string;
  readonly elapsedMs: number;
}

const cage = '/home/named';
const attempts = 4;
const looks = 3;
/** What a daemon made in the cage between two runs is nobody's: muster reports it, and an operator then does as it says. */
const refusalsBelieved = 2;

/** Runs the plan on the host, which is reset before. */
export async function tryCrashes(lab: Lab, host: string, plan: CrashPlan): Promise<TrialResult> {
  const trial = new Trial(lab, host, plan);
  const start = performance.now();
  try {
    await trial.run();
  } catch (error) {
    trial.find('harness', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const { findings, story, said } = trial;
  return { plan, findings, story, said: said.join('\n'), elapsedMs: performance.now() - start };
}

class Trial {
  readonly findings: Finding[] = [];
  readonly story: string[] = [];
  readonly said: string[] = [];
  readonly #lab: Lab;
  readonly #host: string;
  readonly #plan: CrashPlan;
  readonly #inventory: string[];
  #pid = 0;
  #refusals = 0;
  #before!: Picture;

  constructor(lab: Lab, host: string, plan: CrashPlan) {
    this.#lab = lab;
    this.#host = host;
    this.#plan = plan;
    this.#inventory = ['-i', writeVars(lab, host, plan), '--limit', host];
  }

  find(kind: Finding['kind'], what: string): void {
    this.findings.push({ kind, what });
  }

  async run(): Promise<void> {
    await this.#lab.reset(this.#host);
    await layMoments(this.#lab, this.#host);
    await this.#findFirst();
    this.#before = await this.#picture();
    for (const act of this.#plan.acts) await this.#do(act);
    await this.#goBack();
  }

  async #findFirst(): Promise<void> {
    this.#pid = (await this.#lab.hostPid(this.#host)) ?? 0;
  }

  async #picture(): Promise<Picture> {
    return await pictureOf(this.#lab, this.#host, this.#pid);
  }

  // --- acts --------------------------------------------------------------------------------------------------------

  async #do(act: Act): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const crashes = attempt === 1 ? act.crashes : [];
      const command = await this.#command(act, crashes);
      if (act.then === 'boot' && attempt === 1) await this.#boot();
      if (command.code === 0) await this.#proveGood(act, command);
      // If a process was hit, the next command of the sequence follows; a run without a hit must end well.
      if (command.code === 0 || crashes.length > 0) return;
    }
    this.find('stuck', `${act.verb} does not end well after ${String(attempts)} times`);
  }

  async #command(act: Act, crashes: readonly Crash[]): Promise<Command> {
    const force = this.#refusals < refusalsBelieved ? [] : ['--force'];
    const args = act.verb === 'apply' ? ['apply', playbook] : ['rollback', ...force];
    const wait = act.isPatient ? [] : ['--wait=2m'];
    const moments = await Moments.on(this.#pid);
    const [first] = crashes;
    if (first !== undefined) await moments.arm(first.moment);
    const command = new Command([...args, ...this.#inventory, '--yes', ...wait]);
    for (const [index, crash] of crashes.entries()) {
      const hit = await this.#crash(moments, crash, command);
      const next = crashes[index + 1];
      if (!hit || next === undefined) break;
      await moments.arm(next.moment);
    }
    await moments.release();
    await command.ended;
    if (act.isPatient || act.then === 'boot') await this.#quiet();
    this.#tell(command);
    if (
      act.verb === 'rollback' &&
      command.code === 1 &&
      command.said.replaceAll(/\s+/g, ' ').includes('--force moves it')
    )
      this.#refusals++;
    return command;
  }

  /** Waits for the moment and kills. False when it did not come, or when nobody is held there any more. */
  async #crash(moments: Moments, { moment, victim }: Crash, command: Command): Promise<boolean> {
    const name = `${victim} at ${moment.step === undefined ? '' : `${moment.step}+`}${String(moment.nth)}`;
    const at = await moments.reached(() => command.isOver);
    if (at === undefined) {
      this.story.push(`  ${name}: does not come, there are ${String(await moments.calls())}`);
      return false;
    }
    this.story.push(`  ${name}: before ${at.call}`);
    return await this.#kill(victim, at.pid, command);
  }

  async #kill(victim: Victim, held: number, command: Command): Promise<boolean> {
    if (victim === 'power') {
      await this.#boot();
      return false;
    }
    if (victim === 'controller') await command.signal('SIGKILL');
    else if (victim === 'interrupt') await command.signal('SIGINT');
    else if (victim === 'interrupt-twice') {
      await command.signal('SIGINT');
      await command.signal('SIGINT');
    } else if ((await killOnHost(this.#lab, this.#host, victim, held)) === 0)
      this.story.push('    is not there');
    return true;
  }

  async #boot(): Promise<void> {
    await this.#lab.fault(this.#host, { kind: 'reboot' });
    await this.#findFirst();
    this.story.push('  boot');
  }

  async #quiet(): Promise<void> {
    if (!(await isQuiet(this.#lab, this.#host))) this.find('stuck', 'a run does not end on the host');
  }

  #tell(command: Command): void {
    this.story.push(`${command.args[0] ?? ''}: exit ${String(command.code)}`);
    this.said.push(`$ muster ${command.args.join(' ')}\n${command.said}exit ${String(command.code)}\n`);
  }

  // --- what it is ----------------------------------------------------------------------------------------------------

  async #proveGood(act: Act, command: Command): Promise<void> {
    const wrong = act.verb === 'apply' ? await this.#wrongInCage() : await this.#wrongAnswers();
    if (wrong.length > 0)
      this.find(
        'silent',
        `${act.verb} said exit 0, and\n  ${wrong.join('\n  ')}\n${command.said.slice(-1500)}`,
      );
  }

  async #wrongAnswers(): Promise<string[]> {
    const answers = await answersOf(this.#lab, this.#host);
    return answers.filter((answer, index) => {
      const before = this.#before.answers[index];
      // Zones that the playbook declares have their own content; that they answer counts.
      return answer !== before && (this.#plan.host.configuration === 'host' || answer.endsWith('nothing'));
    });
  }

  /** What the kernel knows of the cage that is not as muster says. */
  async #wrongInCage(): Promise<string[]> {
    const daemons = await daemonsOf(this.#pid);
    const named = daemons.filter(({ program }) => /\/named( \(deleted\))?$/.test(program));
    const caged = named.filter(
      ({ root, user, program }) => root === cage && user === 14 && !program.endsWith(')'),
    );
    const wrong = await this.#wrongAnswers();
    if (named.length !== 1 || caged.length !== 1)
      wrong.push('the named of this host', ...named.map((daemon) => `  ${describeDaemon(daemon)}`));
    if (!daemons.some(({ program }) => program === '/usr/sbin/syslogd')) wrong.push('no syslogd');
    return wrong;
  }

  async #goBack(): Promise<void> {
    const act: Act = { verb: 'rollback', crashes: [], then: 'nothing', isPatient: true };
    for (let turn = 1; ; turn++) {
      const command = await this.#command(act, []);
      if (command.code === 0 && command.said.includes('nothing to roll back')) break;
      if (turn > attempts * 2) {
        this.find('stuck', `a rollback never says that there is nothing left\n${command.said.slice(-1500)}`);
        return;
      }
    }
    await this.#compare('after the last rollback');
    const left = await leftBehind(this.#lab, this.#host);
    if (left !== '') this.find('left', `below /tmp, of runs that are dead:\n${left}`);
    await this.#boot();
    await this.#compare('after one more boot');
  }

  /** What is not over yet, such as a ticker that looks a last time, is no end state: a difference counts when it stays. */
  async #compare(when: string): Promise<void> {
    let found = differences(this.#before, await this.#picture());
    for (let look = 1; look < looks && found.length > 0; look++) {
      await sleep(1000);
      found = differences(this.#before, await this.#picture());
    }
    if (found.length > 0) this.find('silent', `${when}:\n  ${found.join('\n  ')}`);
  }
}

function writeVars(lab: Lab, host: string, { host: { named, style, configuration } }: CrashPlan): string {
  const vars = [`named_source: ${named}`, `cage_style: ${style}`];
  if (configuration === 'playbook') {
    mkdirSync(join(lab.directory, 'zones'), { recursive: true });
    writeFileSync(
      join(lab.directory, 'zones/example.net'),
      '$TTL 3600\n@ IN SOA ns hostmaster ( 2030010101 3600 900 604800 60 )\n@ IN NS ns\nns IN A 192.0.2.1\nwww IN A 192.0.2.81\n',
    );
    const port = lab.hosts.find(({ name }) => name === host)?.dnsPort ?? 0;
    vars.push(
      'config_from: playbook',
      'zones: [example.net]',
      'zone_files: zones/',
      `dns_port: ${String(port)}`,
    );
  }
  return writeHostVars(lab, `crash-${host}.yaml`, { [host]: vars.join(', ') });
}
