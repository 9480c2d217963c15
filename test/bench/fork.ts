// `npm run bench:fork`: what each action costs one practice host, counted in processes, to the last one.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareImage, startLab } from '../../src/lab/index.ts';
import { spreadOf, table } from './figures.ts';
import { readBudgets, tableOfActions, type AllFigures } from './fork/budgets.ts';
import { actionNames, furtherFiles, furtherSteps, type ActionName } from './fork/actions.ts';
import { attribute, type Started } from './fork/attribute.ts';
import { playRound, type Figures } from './fork/rounds.ts';
import { traced } from './fork/tracer.ts';

const usage = `Usage: npm run bench:fork -- [OPTIONS]
Counts the processes that each action starts on one embedded practice host, which it starts and removes.

  --action NAME   only this one; may be given more than once. Names:
                  ${actionNames.join('; ')}
  --rounds N      how often all of it is done, on a new host each time (default: 3)
  --steps         once more under strace: processes by step, and by program
  --vars YAML     vars of the host, in flow style: 'cage_style: chroot8'
  --json          JSON instead of tables; with npm run --silent nothing else is printed
  --help          this text
`;

async function measure(wanted: readonly ActionName[], rounds: number, vars: string, isTraced: boolean) {
  const directory = await mkdtemp(join(tmpdir(), 'muster-bench-'));
  try {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const image = await prepareImage('embedded', say);
    const lab = await startLab({ hosts: [{ name: 'counted' }], image, directory });
    const round = { lab, host: 'counted', wanted, vars };
    try {
      const figures = new Map<ActionName, Figures[]>();
      for (let number = 1; number <= rounds; number += 1) {
        say(`round ${number} of ${rounds}`);
        if (number > 1) await lab.reset('counted');
        for (const [name, one] of await playRound(round))
          figures.set(name, [...(figures.get(name) ?? []), one]);
      }
      const traces = new Map<ActionName, readonly Started[]>();
      if (isTraced) {
        say('once more under strace');
        await lab.reset('counted');
        await playRound({
          ...round,
          around: async (action, work) => {
            const { value, lines } = await traced(lab, 'counted', work);
            traces.set(action, attribute(lines));
            return value;
          },
        });
      }
      return { figures, traces };
    } finally {
      await lab.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What one file or step more costs: the difference between many and none, shared out. */
function perOneMore(figures: AllFigures): Record<string, number> {
  const least = (name: ActionName): number =>
    spreadOf((figures.get(name) ?? []).map(({ processes }) => processes)).least;
  const each = (many: ActionName, few: ActionName, number: number): number =>
    (least(many) - least(few)) / number;
  return Object.fromEntries(
    Object.entries({
      'plan, per further file of the cage': each('plan, more files', 'plan', furtherFiles),
      'verify, per further file of the cage': each('verify, more files', 'verify', furtherFiles),
      'plan, per further empty step': each('plan, 11 empty steps', 'plan, 1 empty step', furtherSteps),
    }).filter(([, value]) => Number.isFinite(value)),
  );
}

function tally(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts];
}

function tracedTables(name: ActionName, started: readonly Started[]): string {
  const parts = tally(started.map(({ part }) => part));
  const rows = parts.map(([part, count]) => {
    const programs = tally(started.filter((one) => one.part === part).map(({ program }) => program));
    programs.sort(([, a], [, b]) => b - a);
    return [part, String(count), programs.map(([program, times]) => `${program} ${times}`).join(', ')];
  });
  const byPart = rows.map(
    ([part = '', count = '', programs = '']) => `${part.padEnd(20)}${count.padStart(6)}  ${programs}`,
  );
  const all = tally(started.map(({ program }) => program)).sort(([, a], [, b]) => b - a);
  const byProgram = table(
    ['program', 'processes'],
    all.map(([program, count]) => [program, String(count)]),
  );
  return `${name}: ${started.length} processes under strace\n${byPart.join('\n')}\n\n${byProgram}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      action: { type: 'string', multiple: true, default: [...actionNames] },
      rounds: { type: 'string', default: '3' },
      vars: { type: 'string', default: '' },
      steps: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const wanted = actionNames.filter((name) => values.action.includes(name));
  const rounds = Number(values.rounds);
  const unknown = values.action.find((name) => !wanted.includes(name as ActionName));
  if (values.help || unknown !== undefined || !(rounds >= 1)) {
    process[values.help ? 'stdout' : 'stderr'].write(
      unknown === undefined ? usage : `no action '${unknown}'\n${usage}`,
    );
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const budgets = await readBudgets();
  const result = await measure(wanted, rounds, values.vars, values.steps);
  const machine = { processors: availableParallelism(), load: loadavg()[0], node: process.version };
  if (values.json) {
    const actions = Object.fromEntries(result.figures);
    const traces = Object.fromEntries(
      [...result.traces].map(([name, started]) => [
        name,
        tally(started.map(({ part }) => part)).map(([part, processes]) => ({
          part,
          processes,
          programs: Object.fromEntries(
            tally(started.filter((one) => one.part === part).map(({ program }) => program)),
          ),
        })),
      ]),
    );
    process.stdout.write(
      `${JSON.stringify({ machine, budgets, actions, perOneMore: perOneMore(result.figures), traces })}\n`,
    );
    return;
  }
  const more = Object.entries(perOneMore(result.figures)).map(([name, value]) => [name, value.toFixed(1)]);
  const parts = [
    `One embedded practice host, ${rounds} rounds, ${machine.processors} processors, load ${String(machine.load?.toFixed(1))}.\n`,
    tableOfActions(result.figures, budgets),
    ...(more.length === 0 ? [] : [table(['one more', 'processes'], more)]),
    ...[...result.traces].map(([name, started]) => tracedTables(name, started)),
  ];
  process.stdout.write(parts.join('\n'));
}

await main();
