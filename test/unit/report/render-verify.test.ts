import { describe, expect, it } from 'vitest';
import { compareFleet, compareSerials } from '../../../src/compare/index.ts';
import { plainStyle, renderCompare, renderVerify } from '../../../src/report/index.ts';
import { checkResult, fleetOf, hostResult, observed, resourceResult, runResult, text } from './renderers.ts';

const checks = [checkResult('proof', 'root'), checkResult('proof', 'uid')];

describe('renderVerify', () => {
  it('shows failures first, then good hosts, divergences and totals', () => {
    const hosts = [
      observed('ns1', { 'bind.version': '9.9.2' }, { checks }),
      observed('ns2', { 'bind.version': '9.9.2' }, { checks }),
      observed('ns3', { 'bind.version': '9.9.1' }, { checks }),
      hostResult('ns4', {
        outcome: 'failed',
        checks: [checkResult('proof', 'root', 'root of pid 720 is /')],
      }),
      hostResult('ns5', {
        observations: new Map([['bind.version', '9.9.2']]),
        resources: [
          resourceResult('rc', 'rc_conf named', { status: 'change', reason: 'is YES', diff: ['+named=no'] }),
        ],
      }),
      hostResult('ns9', { outcome: 'unreachable', reason: 'no answer' }),
    ];
    const { divergences } = compareFleet(hosts, {
      groups: new Map([['auth', hosts.map(({ host }) => host)]]),
    });
    expect(renderVerify(runResult('verify', hosts), plainStyle, { divergences })).toBe(
      text(
        '✖ ns4                 root of pid 720 is /   proof:root',
        '~ ns5                 drift in rc: rc_conf named: is YES',
        '                      +named=no',
        '? ns9                 unreachable: no answer',
        '✔ ns[1-3] (3 hosts)   2 checks hold, no drift',
        'divergence in group auth:',
        '  bind.version  9.9.2  ns[1-2,5] (3 hosts)    9.9.1  ns3',
        '6 hosts: 3 good, 1 failed, 1 drifted, 1 unknown, 1 divergence   run R1',
      ),
    );
  });

  it('names a check that fails without a message', () => {
    const host = hostResult('ns1', { outcome: 'failed', checks: [{ ...checks[0]!, holds: false }] });
    expect(renderVerify(runResult('verify', [host]), plainStyle)).toContain(
      '✖ ns1   does not hold: proof:root\n',
    );
  });

  it('has a line for each failing probe, and one for each zone whose serials differ', () => {
    const soa = (message?: string): ReturnType<typeof checkResult> =>
      checkResult('probe zones', 'SOA example.net over udp', message);
    const hosts = [
      hostResult('ns1', { checks: [soa()] }),
      hostResult('ns2', { checks: [soa()] }),
      hostResult('ns3', { outcome: 'failed', checks: [soa('not authoritative')] }),
      hostResult('ns4', { outcome: 'unreachable', reason: 'refused', checks: [soa('no answer')] }),
    ];
    const divergences = compareSerials([
      { key: 'probe zones: serial of example.net', host: 'ns1', serial: 7 },
      { key: 'probe zones: serial of example.net', host: 'ns2', serial: 5 },
    ]);
    expect(renderVerify(runResult('verify', hosts), plainStyle, { divergences })).toBe(
      text(
        '✖ ns3                 not authoritative   probe zones:SOA example.net over udp',
        '✖ ns4                 no answer   probe zones:SOA example.net over udp',
        '? ns4                 unreachable: refused',
        '✔ ns[1-2] (2 hosts)   1 check holds, no drift',
        'divergence:',
        '  probe zones: serial of example.net  7  ns1    5 (2 behind)  ns2    (no majority)',
        '4 hosts: 2 good, 1 failed, 1 unknown, 1 divergence   run R1',
      ),
    );
  });

  it('stays short if 300 hosts fail alike', () => {
    const hosts = fleetOf(300, (index) => ({
      outcome: 'failed',
      checks: [checkResult('proof', 'root', `root of pid ${index} is /`)],
    }));
    expect(renderVerify(runResult('verify', hosts), plainStyle)).toBe(
      text(
        '✖ ns[1-300] (300 hosts)   root of pid 0 is /   proof:root (reported by ns1; the others alike)',
        '300 hosts: 300 failed   run R1',
      ),
    );
  });
});

describe('renderCompare', () => {
  it('shows divergences, hosts that were not seen, and how many keys agree', () => {
    const hosts = [
      observed('ns1', { conf: 'a\nb\n', os: '6.1', '~pid': '1' }),
      observed('ns2', { conf: 'a\nb\n', os: '6.1', '~pid': '2' }),
      observed('ns3', { conf: 'a\nc\n', os: '6.1' }),
      hostResult('ns4', { outcome: 'unknown' }),
    ];
    expect(renderCompare(compareFleet(hosts), plainStyle, { all: true })).toBe(
      text(
        'divergence:',
        '  conf',
        '    ns[1-2] (2 hosts)',
        '      a',
        '      b',
        '    ns3',
        '      @@ -1,2 +1,2 @@',
        '       a',
        '      -b',
        '      +c',
        'no divergence:',
        '  os    6.1  ns[1-3] (3 hosts)',
        '  ~pid  1  ns1    2  ns2    (missing)  ns3    (not compared)',
        '? ns4                 not seen, so not compared',
        '✖ ns[1-3] (3 hosts)   1 key agrees, 1 diverges',
      ),
    );
  });

  it('distinguishes a missing, an empty and a deceptive value, and marks a tie', () => {
    const hosts = [observed('ns1', { k: '' }), observed('ns2', {}), observed('ns3', { k: '(missing)' })];
    expect(renderCompare(compareFleet(hosts), plainStyle)).toBe(
      text(
        'divergence:',
        '  k  ""  ns1    (missing)  ns2    "(missing)"  ns3    (no majority)',
        '✖ ns[1-3] (3 hosts)   0 keys agree, 1 diverges',
      ),
    );
  });

  it('gives each value its own line if one line would be too long', () => {
    const value = 'x'.repeat(30);
    const hosts = [
      observed('ns1', { key: value }),
      observed('ns2', { key: value }),
      observed('ns3', { key: 'short' }),
    ];
    expect(renderCompare(compareFleet(hosts), { ...plainStyle, columns: 60 })).toBe(
      text(
        'divergence:',
        '  key',
        `    ${value}  ns[1-2] (2 hosts)`,
        `    short${' '.repeat(25)}  ns3`,
        '✖ ns[1-3] (3 hosts)   0 keys agree, 1 diverges',
      ),
    );
  });

  it('shows twenty values of a key and still names the hosts of the rest', () => {
    const hosts = fleetOf(300, (index) => ({ observations: new Map([['serial', `${index}`]]) }));
    const lines = renderCompare(compareFleet(hosts), plainStyle).split('\n');
    expect(lines).toContain('    (280 more values)  ns[21-300] (280 hosts)');
    expect(lines.length).toBeLessThan(30);
  });
});
