import { describe, expect, it } from 'vitest';
import { plainStyle, renderPlan } from '../../../src/report/index.ts';
import type { ResourceResult } from '../../../src/model/result.ts';
import { fleetOf, hostResult, resourceResult, runResult, stepResult, text } from './renderers.ts';

const user = resourceResult('user', 'user named', { reason: 'uid 14 is there' });
const noUser = resourceResult('user', 'user named', { status: 'change', reason: 'does not exist' });
const rcConf = resourceResult('rc-conf', 'rc_conf named', {
  status: 'change',
  reason: 'is YES, should be no',
  diff: ['@@ -1 +1 @@', '-named=YES', '+named=no'],
});
const steps = [
  stepResult('user'),
  stepResult('rc-conf'),
  stepResult('zfs', { outcome: 'skipped', reason: 'no zfs' }),
];

function planned(host: string, resources: readonly ResourceResult[]): ReturnType<typeof hostResult> {
  return hostResult(host, { outcome: 'changed', steps, resources });
}

describe('renderPlan', () => {
  it('shows the biggest group in full, the differences of the others, and the hosts without a plan', () => {
    const hosts = [
      planned('ns1', [user, rcConf]),
      planned('ns2', [noUser, rcConf]),
      planned('ns3', [user, rcConf]),
      hostResult('ns4', { outcome: 'unreachable', reason: 'refused', hint: 'is sshd up?' }),
    ];
    expect(renderPlan(runResult('plan', hosts), plainStyle, { waves: [['ns1'], ['ns2', 'ns3']] })).toBe(
      text(
        'ns[1,3] (2 hosts): 1 of 3 steps would change',
        '  user     = user named: uid 14 is there',
        '  rc-conf  ~ rc_conf named: is YES, should be no',
        '               @@ -1 +1 @@',
        '               -named=YES',
        '               +named=no',
        '  zfs      ↓ skipped: no zfs',
        'ns2 (1 host): as above, but',
        '  user  ~ user named: does not exist',
        '? ns4   unreachable: refused',
        '        do: is sshd up?',
        '4 hosts: 3 would change, 1 unreachable   run R1',
        'Nothing irreversible.',
        'Waves: ns1 | ns[2-3]',
      ),
    );
  });

  it('says so if nothing would change', () => {
    const hosts = [hostResult('ns1', { steps: [stepResult('user')], resources: [user] })];
    expect(renderPlan(runResult('plan', hosts), plainStyle)).toBe(
      text(
        'ns1 (1 host): no changes in 1 step',
        '  user  = user named: uid 14 is there',
        '1 host: 1 as declared   run R1',
      ),
    );
  });

  it('warns of irreversible changes, counting each once and the hosts it is on', () => {
    const hosts = ['ns1', 'ns2'].map((host) => planned(host, [{ ...noUser, irreversible: true }]));
    const lines = renderPlan(runResult('plan', hosts), plainStyle).split('\n');
    expect(lines).toContain('  user     ~ user named: does not exist (irreversible)');
    expect(lines).toContain('1 irreversible change, on 2 hosts!');
  });

  it('marks a diff that only adds as an addition', () => {
    const added = { ...rcConf, diff: ['@@ -0,0 +1 @@', '+x'] };
    expect(renderPlan(runResult('plan', [planned('ns1', [added])]), plainStyle)).toContain(
      '  rc-conf  + rc_conf',
    );
  });

  it('marks a diff that removes a comment of SQL or Lua as a change', () => {
    const taken = { ...rcConf, diff: ['@@ -1 +1 @@', '--- old', '+x'] };
    expect(renderPlan(runResult('plan', [planned('ns1', [taken])]), plainStyle)).toContain(
      '  rc-conf  ~ rc_conf',
    );
  });

  it('folds hosts with the same change in files that differ around it', () => {
    const on = (address: string, line: number): ResourceResult => ({
      ...rcConf,
      diff: [`@@ -${line},2 +${line},2 @@`, ` ifconfig_wm0="inet ${address}"`, '-named=YES', '+named=no'],
    });
    const hosts = [planned('ns1', [user, on('192.0.2.1', 3)]), planned('ns2', [user, on('192.0.2.2', 4)])];
    expect(renderPlan(runResult('plan', hosts), plainStyle)).toBe(
      text(
        'ns[1-2] (2 hosts): 1 of 3 steps would change',
        '  user     = user named: uid 14 is there',
        '  rc-conf  ~ rc_conf named: is YES, should be no',
        '               @@',
        '               -named=YES',
        '               +named=no',
        '  zfs      ↓ skipped: no zfs',
        '2 hosts: 2 would change   run R1',
        'Nothing irreversible.',
      ),
    );
  });

  it('shows only what differs of another change', () => {
    const diff = [...rcConf.diff, ' sshd=YES', '+syslogd_flags="-s"', '+named9=yes'];
    const hosts = [
      planned('ns1', [user, { ...rcConf, diff }]),
      planned('ns2', [user, { ...rcConf, diff: [...rcConf.diff, '+syslogd_flags="-s -v"', '+named9=yes'] }]),
    ];
    expect(renderPlan(runResult('plan', hosts), plainStyle).split('\n').slice(9, 15)).toEqual([
      '  zfs      ↓ skipped: no zfs',
      'ns2 (1 host): as above, but',
      '  rc-conf  ~ rc_conf named: is YES, should be no',
      '               +syslogd_flags="-s -v"',
      '               without +syslogd_flags="-s"',
      '               (3 changed lines as above)',
    ]);
  });

  it('shows a host whose plan failed with its failure, not with drift', () => {
    const failed = hostResult('ns1', {
      outcome: 'failed',
      steps: [stepResult('user', { outcome: 'failed', reason: 'exit status 2', stderr: 'sh: oops\n' })],
      resources: [{ ...rcConf, step: 'user' }],
    });
    expect(renderPlan(runResult('plan', [failed]), plainStyle)).toBe(
      text('✖ ns1   step user failed: exit status 2', '        | sh: oops', '1 host: 1 failed   run R1'),
    );
  });

  it('caps long diffs', () => {
    const long = { ...rcConf, diff: Array.from({ length: 50 }, (_, line) => `+${line}`) };
    expect(renderPlan(runResult('plan', [planned('ns1', [long])]), plainStyle)).toContain(
      '... 10 more lines\n',
    );
  });

  it('needs few lines for 300 hosts with equal plans', () => {
    const hosts = fleetOf(300, () => ({ outcome: 'changed', steps, resources: [user, rcConf] }));
    const lines = renderPlan(runResult('plan', hosts), plainStyle).split('\n');
    expect(lines[0]).toBe('ns[1-300] (300 hosts): 1 of 3 steps would change');
    expect(lines.length).toBeLessThan(12);
  });
});
