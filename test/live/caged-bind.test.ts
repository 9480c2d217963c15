// The flagship playbook on real hosts: MUSTER_LIVE_INVENTORY=FILE npm run test:live. It moves every host of that inventory
// into a cage and rolls it back, once for each style and source. It plants faults, which must be found and corrected, lets a
// hand-over fail, and changes the style of a cage. Use hosts for tests, whose named serves and is not in a cage yet.
// MUSTER_LIVE_CASES="chroot8 package, ..." selects styles and sources.
// It rolls back its own runs and no others. Some tests need more than the hosts as they are: content and roles from the
// playbook, upgrades of a package, reboots, a client that counts lost questions, cut links. Those are on practice hosts only
// (test/e2e). It also does not see what the inventory's own vars leave out.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { playbook } from '../e2e/muster.ts';
import type { FleetReport } from './fleet.ts';
import { apply, complaintsOf, inventoryWith, removeInventories, run, takeBackAfter } from './fleet.ts';

const all = 'chroot8 package, chrootdir package, chroot8 base, chrootdir base';
const cases = (process.env['MUSTER_LIVE_CASES'] ?? all)
  .split(',')
  .map((text) => text.trim().split(/\s+/) as [style: string, source: string]);

/** What a rollback must bring back, as the hosts themselves tell it. */
const files = [
  'for f in /etc/rc.conf /etc/rc.conf.d/named /etc/rc.conf.d/named9 /etc/named.conf /etc/rndc.key /etc/localtime',
  '/etc/master.passwd /etc/group /etc/rc.local /etc/rc.d/named9 /etc/namedb /home/named; do',
  'ls -ld $f 2>&1 | awk "{ print \\$1, \\$3, \\$4, \\$NF }"; [ ! -f $f ] || cksum $f; done;',
  'find /etc/namedb /usr/pkg /var/db/pkg -print 2>/dev/null | sort | cksum; cksum /etc/namedb/* 2>/dev/null;',
].join(' ');
const running = (names: string): string =>
  `ps -axww -o user -o command | awk "\\$2 ~ \\"^/.*/(${names})\\$\\"" | sort`;
const state = `${files} ${running('named|syslogd')}`;

/**
 * Faults that are safe to plant: what makes one, what takes it away where a rollback does not, what verify says of it.
 * Cage, user and process are the host's own.
 */
const faults = [
  {
    plant: 'chown USER CAGE',
    unplant: 'chown root CAGE',
    said: /^\s*named can write only to its own directories .*: \/ \(/,
  },
  { plant: 'rm CAGE/var/run/log', unplant: ':', said: /\/var\/run\/log: absent/ },
  {
    plant:
      'pid=$(cat CAGE/var/run/named/named.pid); kill $pid; while kill -0 $pid 2>/dev/null; do sleep 1; done',
    unplant: ':',
    said: /there is no process of/,
  },
];

describe('caged-bind on real hosts', () => {
  // Whatever a test left behind, so that the next one begins clean.
  afterEach(async () => {
    await takeBackAfter();
  });

  afterAll(removeInventories);

  it.each(cases)(
    '%s, named of the %s: applied, proved, corrected, and rolled back exactly',
    async (style, source) => {
      const file = inventoryWith({ cage_style: style, named_source: source });
      const before = await outputs(file, state);
      await run(file, 'plan', playbook);
      expect(await outputs(file, state)).toEqual(before);
      const caged = await apply(file);
      expectOutcome(caged, 'changed');
      expectOutcome(await apply(file), 'ok');
      const verified = await run(file, 'verify', playbook);
      expectCaged(verified, style, source);
      await plantAndMend(file, verified, caged);
      await takeBackAfter();
      expect(await outputs(file, state)).toEqual(before);
    },
  );

  it('restores the old named if the caged one does not start', async () => {
    const [style, source] = cases[0] ?? [];
    if (style === undefined || source === undefined) throw new Error('MUSTER_LIVE_CASES is empty');
    const file = inventoryWith({
      cage_style: style,
      named_source: source,
      named_options: '--no-such-option',
    });
    const before = await outputs(file, state);
    const serving = await outputs(file, running('named'));
    const failed = await apply(file);
    expectOutcome(failed, 'failed');
    for (const { reason } of failed.hosts.values()) expect(reason).toMatch(/is restored|was rolled back/);
    expect(await outputs(file, running('named'))).toEqual(serving);
    await takeBackAfter();
    expect(await outputs(file, state)).toEqual(before);
  });

  it('changes the style of a cage, and rolls both changes back', async () => {
    const base = (style: string): string => inventoryWith({ cage_style: style, named_source: 'base' });
    const before = await outputs(base('chroot8'), state);
    for (const style of ['chroot8', 'chrootdir']) {
      const file = base(style);
      expectOutcome(await apply(file), 'changed');
      expectCaged(await run(file, 'verify', playbook), style, 'base');
    }
    await takeBackAfter();
    expect(await outputs(base('chroot8'), state)).toEqual(before);
  });
});

/** What a command prints on each host. */
async function outputs(file: string, command: string): Promise<ReadonlyMap<string, string | undefined>> {
  const { hosts } = await run(file, 'exec', command);
  return new Map([...hosts].map(([name, report]) => [name, report.command?.stdout]));
}

function expectOutcome(report: FleetReport, outcome: string): void {
  for (const [name, host] of report.hosts) {
    expect(host.outcome, `${name}\n${complaintsOf(host).join('\n')}`).toBe(outcome);
  }
}

/** Nothing is wrong (hosts that differ from each other are no failure here), and style and source are those asked for. */
function expectCaged(verified: FleetReport, style: string, source: string): void {
  expectOutcome(verified, 'ok');
  for (const [name, host] of verified.hosts) {
    expect(complaintsOf(host), name).toEqual([]);
    expect(host.observations['cage.style'], name).toBe(style);
    const command = host.observations['named.command'] ?? '';
    expect(command.startsWith('/usr/sbin/named '), `${name}: ${command}`).toBe(source === 'base');
    expect(command.includes(' -t '), `${name}: ${command}`).toBe(style === 'chrootdir');
  }
}

/** On hosts that `verified` found well: faults are found, an apply mends them, and then host is as `caged` left it. */
async function plantAndMend(file: string, verified: FleetReport, caged: FleetReport): Promise<void> {
  const onEach = async (command: string): Promise<void> => {
    for (const [name, { observations }] of verified.hosts) {
      const values = {
        CAGE: observations['named.cage']?.replace(/^.*=/, ''),
        USER: observations['named.user'],
        PID: observations['~named.pid'],
      };
      const filled = command.replaceAll(
        /CAGE|USER|PID/g,
        (word) => values[word as keyof typeof values] ?? '',
      );
      await run(file, 'exec', '--limit', name, filled);
    }
  };
  await onEach(faults.map(({ plant }) => plant).join('; '));
  try {
    for (const [name, host] of (await run(file, 'verify', playbook)).hosts) {
      const said = complaintsOf(host);
      for (const fault of faults) {
        expect(
          said.some((line) => fault.said.test(line)),
          `${name}: ${fault.plant}\n${said.join('\n')}`,
        ).toBe(true);
      }
    }
    expectOutcome(await apply(file), 'changed');
    expectOutcome(await run(file, 'verify', playbook), 'ok');
  } finally {
    // The rollback of what mended them brings the faults back.
    await takeBackAfter(caged);
    await onEach(faults.map(({ unplant }) => unplant).join('; '));
  }
}
