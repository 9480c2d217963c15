import { describe, expect, it } from 'vitest';
import {
  type InventoryView,
  plainStyle,
  renderExec,
  renderFacts,
  renderInventory,
  renderInventoryTree,
  renderPing,
} from '../../../src/report/index.ts';
import { hostResult, runResult, text } from './renderers.ts';

describe('renderExec', () => {
  it('folds equal answers under one header, failures last', () => {
    const answer = { status: 0, stdout: 'NetBSD 6.1\n', stderr: '' };
    const hosts = [
      hostResult('ns1', {
        outcome: 'failed',
        command: { status: 127, stdout: '', stderr: 'sh: nope: not found\n' },
      }),
      hostResult('ns2', { command: answer }),
      hostResult('ns3', { command: { ...answer } }),
      hostResult('ns4', { command: { ...answer, stdout: 'NetBSD 5.1\n' } }),
      hostResult('ns5', { outcome: 'failed', command: { status: null, stdout: '', stderr: '' } }),
      hostResult('ns6', { outcome: 'unreachable', reason: 'refused' }),
      hostResult('ns7', { outcome: 'failed', reason: 'no shell' }),
    ];
    expect(renderExec(runResult('exec', hosts), plainStyle)).toBe(
      text(
        'ns[2-3] (2 hosts) exit 0',
        '  NetBSD 6.1',
        'ns4 exit 0',
        '  NetBSD 5.1',
        'ns1 exit 127',
        '  ! sh: nope: not found',
        'ns5 ended without an exit status',
        '✖ ns7   failed: no shell',
        '? ns6   unreachable: refused',
        '7 hosts: 3 exit 0, 3 failed, 1 unreachable   run R1',
      ),
    );
  });

  it('separates answers that differ only in status or stderr', () => {
    const hosts = [
      hostResult('ns1', { command: { status: 0, stdout: 'x', stderr: '' } }),
      hostResult('ns2', { command: { status: 1, stdout: 'x', stderr: '' } }),
      hostResult('ns3', { command: { status: 0, stdout: 'x', stderr: 'y' } }),
    ];
    const shown = renderExec(runResult('exec', hosts), plainStyle);
    expect(shown.match(/^ns\d /gm)).toHaveLength(3);
  });

  it('names a host without a command result', () => {
    expect(renderExec(runResult('exec', [hostResult('ns1')]), plainStyle)).toContain('? ns1   no result\n');
  });
});

const view: InventoryView = {
  hosts: [
    { name: 'ns1', address: '192.0.2.1', groups: ['auth', 'eu'] },
    { name: 'ns10', address: '192.0.2.10', groups: ['auth'] },
    { name: 'lab', address: 'lab.example.net', groups: [] },
  ],
  groups: [
    { name: 'auth', hosts: ['ns1', 'ns10', 'ns2'], listed: ['ns1', 'ns10'], children: ['eu'] },
    { name: 'eu', hosts: ['ns1', 'ns2'], listed: ['ns1'], children: [] },
  ],
};

describe('renderInventory', () => {
  it('lists hosts in aligned columns', () => {
    expect(renderInventory(view, plainStyle)).toBe(
      text(
        'ns1   192.0.2.1        auth,eu',
        'ns10  192.0.2.10       auth',
        'lab   lab.example.net',
        '3 hosts',
      ),
    );
  });
});

describe('renderInventoryTree', () => {
  it('nests groups and lists hosts without a group', () => {
    expect(renderInventoryTree(view, plainStyle)).toBe(
      text('@auth', '  ns[1,10] (2 hosts)', '  @eu', '    ns1', '(no group)', '  lab', '3 hosts'),
    );
  });

  it('cuts a group that contains itself', () => {
    const loop = {
      hosts: [],
      groups: [
        { name: 'top', hosts: [], listed: [], children: ['a'] },
        { name: 'a', hosts: [], listed: [], children: ['a'] },
      ],
    };
    expect(renderInventoryTree(loop, plainStyle)).toBe(text('@top', '  @a', '    @a', '0 hosts'));
  });
});

describe('renderPing', () => {
  it('shows which hosts answer and which do not', () => {
    const hosts = [
      hostResult('ns1'),
      hostResult('ns2'),
      hostResult('ns3', { outcome: 'unreachable', reason: 'refused' }),
    ];
    expect(renderPing(runResult('ping', hosts), plainStyle)).toBe(
      text(
        '✔ ns[1-2] (2 hosts)   answer',
        '? ns3                 unreachable: refused',
        '3 hosts: 2 answer, 1 unreachable   run R1',
      ),
    );
  });
});

describe('renderFacts', () => {
  it('folds each fact over the hosts', () => {
    const facts = (release: string): Map<string, string> =>
      new Map([
        ['release', release],
        ['arch', 'amd64'],
      ]);
    const hosts = [hostResult('ns1', { facts: facts('6.1') }), hostResult('ns2', { facts: facts('5.1') })];
    expect(renderFacts(runResult('facts', hosts), plainStyle)).toBe(
      text(
        'arch     amd64  ns[1-2] (2 hosts)',
        'release  6.1  ns1    5.1  ns2    (no majority)',
        '2 hosts: 2 read   run R1',
      ),
    );
  });
});
