// What an action costs a host, in processes: no more than test/budgets.json allows. A change that adds forks is noticed
// here. If you lower a count, lower its budget.
//
// The count has everything that the host starts from before the command until it is idle again, threads too. That is what
// sshd starts for the connection (3), the driver with its steps, the follower and the ticker, and daemons that the run
// restarts. The last three and everything that waits use the clock, so a busy machine counts more. An action over its budget
// gets a second round, and the lower count is used. A practice host has no cron jobs, and nothing else runs on it.
// @module-tag long
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLab, type Lab } from '../../src/lab/index.ts';
import { actionNames, type ActionName } from '../bench/fork/actions.ts';
import { overBudget, readBudgets, tableOfActions } from '../bench/fork/budgets.ts';
import { playRound, type Figures } from '../bench/fork/rounds.ts';
import { describeWithEngine, labBackend, labImage } from './engine.ts';

const host = 'counted';
/** Each action is followed by a rest, and a machine with much else to do needs long for all of them. */
const timeoutMs = 1_200_000;

describeWithEngine('what each action costs a host', () => {
  let directory: string;
  let lab: Lab;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'muster-budgets-'));
    lab = await startLab({ hosts: [{ name: host }], image: labImage(), directory });
  });

  afterAll(async () => {
    await lab.stop();
    await rm(directory, { recursive: true, force: true });
  });

  // A container's processes cannot be counted from here.
  it.skipIf(labBackend() !== 'embedded')(
    'starts no more processes than its budget',
    { timeout: timeoutMs },
    async () => {
      const budgets = await readBudgets();
      const wanted = actionNames.filter((name) => name in budgets);
      const figures = new Map<ActionName, Figures[]>();
      const play = async (): Promise<void> => {
        for (const [name, one] of await playRound({ lab, host, wanted }))
          figures.set(name, [...(figures.get(name) ?? []), one]);
      };
      await play();
      if (overBudget(figures, budgets).length > 0) {
        await lab.reset(host);
        await play();
      }
      expect(overBudget(figures, budgets), `\n${tableOfActions(figures, budgets)}`).toEqual([]);
      expect([...figures.keys()]).toEqual(wanted);
    },
  );
});
