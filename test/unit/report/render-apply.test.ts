import { describe, expect, it } from 'vitest';
import { plainStyle, renderApply, renderRollback } from '../../../src/report/index.ts';
import { fleetOf, hostResult, resourceResult, runResult, stepResult, text } from './renderers.ts';

const okStep = stepResult('user');
const changedStep = stepResult('cage', { outcome: 'changed' });

describe('renderApply', () => {
  it('has a recap line per host, each failure with its evidence, and totals', () => {
    const failedStep = stepResult('cage', {
      outcome: 'failed',
      reason: 'exit status 1',
      stderr: '1\n2\n3\n4\n5\n6\n7\n',
    });
    const hosts = [
      hostResult('ns1', { outcome: 'changed', steps: [okStep, changedStep] }),
      hostResult('ns2', {
        outcome: 'failed',
        reason: 'step cage failed',
        hint: 'remount /home read-write',
        steps: [okStep, failedStep, stepResult('log', { outcome: 'skipped', reason: 'cage failed' })],
        resources: [
          resourceResult('cage', 'directory /home/named', {
            status: 'failed',
            reason: 'mkdir: Read-only file system',
          }),
        ],
      }),
      hostResult('ns3', { outcome: 'unknown', reason: 'link lost', steps: [okStep] }),
      hostResult('ns10', { outcome: 'skipped', reason: 'budget spent' }),
    ];
    expect(renderApply(runResult('apply', hosts), plainStyle)).toBe(
      text(
        '✔ ns1   ok=1 changed=1 failed=0 skipped=0',
        '✖ ns2   ok=1 changed=0 failed=1 skipped=1',
        '? ns3   ok=1 changed=0 failed=0 skipped=0',
        '✖ ns2    cage: directory /home/named: mkdir: Read-only file system',
        '         | ... 2 lines before',
        '         | 3',
        '         | 4',
        '         | 5',
        '         | 6',
        '         | 7',
        '         do: remount /home read-write',
        '? ns3    unknown: link lost',
        '↓ ns10   skipped: budget spent',
        'total over 6 steps: ok=3 changed=1 failed=1 skipped=1',
        '4 hosts: 1 changed, 1 failed, 1 skipped, 1 unknown   run R1',
      ),
    );
  });

  it('visibly changes nothing the second time', () => {
    const hosts = [hostResult('ns1', { steps: [okStep, { ...changedStep, outcome: 'ok' }] })];
    expect(renderApply(runResult('apply', hosts), plainStyle)).toBe(
      text(
        '✔ ns1   ok=2 changed=0 failed=0 skipped=0',
        'total over 2 steps: ok=2 changed=0 failed=0 skipped=0',
        '1 host: 1 already as declared   run R1',
      ),
    );
  });

  it('folds recap lines of more than ten hosts', () => {
    const hosts = fleetOf(300, (index) => ({
      outcome: index === 7 ? 'ok' : 'changed',
      steps: [index === 7 ? okStep : changedStep],
    }));
    expect(renderApply(runResult('apply', hosts), plainStyle)).toBe(
      text(
        '✔ ns[1-7,9-300] (299 hosts)   ok=0 changed=1 failed=0 skipped=0',
        '✔ ns8                         ok=1 changed=0 failed=0 skipped=0',
        'total over 300 steps: ok=1 changed=299 failed=0 skipped=0',
        '300 hosts: 299 changed, 1 already as declared   run R1',
      ),
    );
  });

  it('folds unreachable hosts whose reasons differ only in addresses', () => {
    const hosts = fleetOf(100, (index) => ({
      outcome: 'unreachable',
      reason: `no answer from 192.0.2.${index + 1}`,
    }));
    expect(renderApply(runResult('apply', hosts), plainStyle)).toContain(
      '? ns[1-100] (100 hosts)   unreachable: no answer from 192.0.2.1 (reported by ns1; the others alike)\n',
    );
  });

  it('reports an interrupted run', () => {
    const result = { ...runResult('apply', [hostResult('ns1')]), interrupted: true };
    expect(renderApply(result, plainStyle)).toContain(
      '1 host: 1 already as declared, interrupted   run R1\n',
    );
  });
});

describe('renderRollback', () => {
  it('counts entries undone per host and shows what was not', () => {
    const entry = resourceResult('rc', 'rc_conf named', { status: 'undone' });
    const hosts = [
      hostResult('ns1', {
        outcome: 'rolled-back',
        resources: [entry, { ...entry, status: 'kept' }],
        proof: { same: 3, paths: 3 },
      }),
      hostResult('ns2', {
        outcome: 'failed',
        reason: 'one entry is not undone',
        hint: 'look, then --force',
        resources: [entry, { ...entry, status: 'conflict', reason: 'edited since', diff: ['-a', '+b'] }],
      }),
    ];
    expect(renderRollback(runResult('rollback', hosts), plainStyle)).toBe(
      text(
        '✔ ns1   2 of 2 undone, 1 of them already as before, 3 of 3 paths proved identical to before',
        '✖ ns2   1 of 2 undone, 1 changed since by somebody else',
        '✖ ns2   conflict in rc: rc_conf named: edited since',
        '        -a',
        '        +b',
        '        do: look, then --force',
        '2 hosts: 1 rolled back, 1 failed   run R1',
      ),
    );
  });

  it('names the place of what others wrote, and does not count it as entries', () => {
    const entry = resourceResult('rc', 'rc_conf named', { status: 'undone' });
    const about = (resource: string, target: string, reason: string) => ({
      ...resourceResult('rc', resource, { status: 'undone', reason }),
      resource,
      target,
    });
    const resources = [
      entry,
      about('hand_back', '/old', '1 file is back'),
      about('kept', '/kept/R1', '2 files'),
    ];
    const proof = { same: 1, paths: 1 };
    const hosts = [
      hostResult('ns1', { outcome: 'rolled-back', resources, proof }),
      hostResult('ns2', { outcome: 'rolled-back', resources, proof }),
    ];
    expect(renderRollback(runResult('rollback', hosts), plainStyle)).toBe(
      text(
        '✔ ns1                 1 of 1 undone, 1 of 1 path proved identical to before',
        '✔ ns2                 1 of 1 undone, 1 of 1 path proved identical to before',
        '✔ ns[1-2] (2 hosts)   /old: 1 file is back',
        '✔ ns[1-2] (2 hosts)   /kept/R1: 2 files',
        '2 hosts: 2 rolled back   run R1',
      ),
    );
  });
});
