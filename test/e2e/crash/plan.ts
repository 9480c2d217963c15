// What a seed means: which host, which runs follow each other, and who is killed in them, when, and how often. Pure.
import { randomOf, type Random } from '../generated/random.ts';

/** Releases take turns from seed to seed. */
export const crashReleases = ['11.0', '6.99.16'] as const;
export type CrashRelease = (typeof crashReleases)[number];

/** The release of a seed's host. */
export function releaseOf(seed: number): CrashRelease {
  return seed % 2 === 0 ? '11.0' : '6.99.16';
}

/**
 * Seeds that together have every kind of thing that 1 to 200 have: each story, each host, each victim in an apply and in a
 * rollback, each step that dies. A test of the plans holds that, so it says which are missing when the plans change.
 */
export const chosenSeeds: readonly number[] = [1, 3, 6, 12, 13, 44, 60, 75, 81, 93, 98, 99, 142, 176];

/** The cage style and the named of a host with the flagship. */
export interface CrashHost {
  readonly release: CrashRelease;
  readonly named: 'package' | 'base';
  readonly style: 'chroot8' | 'chrootdir';
  readonly configuration: 'host' | 'playbook';
}

/** The Nth call of a tool that changes something, counted from the start of the run or from where this step begins. */
export interface Moment {
  readonly step?: string;
  readonly nth: number;
}

/** What is killed. `everybody`: all of the run's processes on the host; `power`: the host itself, which boots again. */
export const victims = [
  'driver',
  'step',
  'tool',
  'follower',
  'ticker',
  'driver-and-ticker',
  'session',
  'everybody',
  'power',
  'controller',
  'interrupt',
  'interrupt-twice',
] as const;
export type Victim = (typeof victims)[number];

export interface Crash {
  readonly moment: Moment;
  readonly victim: Victim;
}

/** One command of the operator. */
export interface Act {
  readonly verb: 'apply' | 'rollback';
  /** In the order in which they are waited for; each is counted from the one before. */
  readonly crashes: readonly Crash[];
  /** What follows it before the next act. */
  readonly then: 'nothing' | 'boot';
  /** Whether the operator waits until the host is quiet, or has the next command wait. */
  readonly isPatient: boolean;
}

export interface CrashPlan {
  readonly seed: number;
  readonly host: CrashHost;
  readonly acts: readonly Act[];
}

/** How the stories go; a capital letter is a run in which somebody dies. Each ends with rollbacks until nothing is left. */
const stories = [
  'A a r',
  'A a r',
  'A r',
  'A A r',
  'a R',
  'A a R',
  'A R',
  'A R r',
  'a A r',
  'a R R',
  'A A R',
  'A R a',
];

/** Steps in which much hangs on the moment, oftener than others. */
const steps = [
  'package',
  'cage',
  'devices',
  'content',
  'start-up',
  'rc-conf',
  'rc-conf',
  'syslog',
  'syslog',
  'pid-file',
  'hand-over',
  'hand-over',
  'hand-over',
  'proof',
];

// About how many calls there are; a moment that does not occur is reported. A rollback has few if little was done before.
const callsOf = { apply: [260], rollback: [8, 30, 80, 150] } as const;
const callsInStep: Readonly<Record<string, number>> = {
  package: 30,
  cage: 12,
  devices: 14,
  content: 60,
  'start-up': 5,
  'rc-conf': 24,
  syslog: 24,
  'pid-file': 3,
  'hand-over': 24,
  proof: 6,
};

function hostOf(random: Random, release: CrashRelease): CrashHost {
  return {
    release,
    named: random.pick(['package', 'base'] as const),
    style: random.pick(['chroot8', 'chrootdir'] as const),
    configuration: random.pick(['host', 'playbook'] as const),
  };
}

function momentOf(random: Random, verb: Act['verb']): Moment {
  if (verb === 'apply' && random.chance(0.6)) {
    const step = random.pick(steps);
    return { step, nth: random.int(1, callsInStep[step] ?? 5) };
  }
  return { nth: random.int(1, random.pick(callsOf[verb])) };
}

function actOf(random: Random, letter: string): Act {
  const verb = letter.toLowerCase() === 'a' ? 'apply' : 'rollback';
  const dies = letter !== letter.toLowerCase();
  const crashes: Crash[] = [];
  if (dies) {
    crashes.push({ moment: momentOf(random, verb), victim: random.pick(victims) });
    if (random.chance(0.35)) {
      crashes.push({ moment: { nth: random.int(1, 25) }, victim: random.pick(victims) });
    }
  }
  return {
    verb,
    crashes,
    then: dies && random.chance(0.3) ? 'boot' : 'nothing',
    isPatient: random.chance(0.6),
  };
}

/** What is to happen; equal seeds give equal plans. */
export function planOf(seed: number): CrashPlan {
  const story = randomOf(seed, 'story').pick(stories);
  return {
    seed,
    host: hostOf(randomOf(seed, 'host'), releaseOf(seed)),
    acts: story.split(' ').map((letter, index) => actOf(randomOf(seed, `act ${String(index)}`), letter)),
  };
}

/** One line. */
export function describePlan({ seed, host, acts }: CrashPlan): string {
  const words = acts.map(({ verb, crashes, then, isPatient }) => {
    const deaths = crashes.map(
      ({ moment: { step, nth }, victim }) =>
        `${victim}@${step === undefined ? '' : `${step}+`}${String(nth)}`,
    );
    return `${verb}${deaths.length > 0 ? `[${deaths.join(' ')}]` : ''}${then === 'boot' ? ' boot' : ''}${isPatient ? '' : ' at-once'}`;
  });
  return `seed ${String(seed)}: ${host.release} ${host.named} ${host.style} config_from ${host.configuration}: ${words.join(', ')}`;
}
