import { describe, expect, it } from 'vitest';
import { compareFleet } from '../../../src/compare/index.ts';
import { renderJunit, renderMarkdown } from '../../../src/report/index.ts';
import {
  checkResult,
  hostResult,
  observed,
  resourceResult,
  runResult,
  stepResult,
  text,
} from './renderers.ts';

const hosts = [
  observed(
    'ns1',
    { v: '1' },
    { steps: [stepResult('cage', { seconds: 3 })], checks: [checkResult('cage', 'root')] },
  ),
  observed(
    'ns2',
    { v: '2' },
    {
      outcome: 'failed',
      hint: 'restart <named>',
      steps: [
        stepResult('cage', { outcome: 'failed', stderr: 'a & b\n' }),
        stepResult('log', { outcome: 'skipped', reason: 'cage failed' }),
      ],
      checks: [checkResult('cage', 'root', 'is "/"')],
    },
  ),
  hostResult('ns3', { outcome: 'unreachable', reason: 'refused' }),
  hostResult('ns4', {
    steps: [stepResult('rc')],
    resources: [resourceResult('rc', 'rc_conf named', { status: 'change', reason: 'is YES' })],
  }),
];
const { divergences } = compareFleet(hosts.slice(0, 2));

describe('renderJunit', () => {
  it('has a suite per host and one for divergences', () => {
    expect(renderJunit(runResult('verify', hosts), { divergences })).toBe(
      text(
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="verify caged-bind">',
        '  <testsuite name="ns1" tests="1" failures="0" errors="0" skipped="0">',
        '    <testcase classname="ns1" name="cage: root" time="0"/>',
        '  </testsuite>',
        '  <testsuite name="ns2" tests="2" failures="1" errors="0" skipped="1">',
        '    <testcase classname="ns2" name="cage: root" time="0">',
        '      <failure message="is &#34;/&#34;">a &#38; b</failure>',
        '    </testcase>',
        '    <testcase classname="ns2" name="log" time="0">',
        '      <skipped message="cage failed"/>',
        '    </testcase>',
        '  </testsuite>',
        '  <testsuite name="ns3" tests="1" failures="0" errors="1" skipped="0">',
        '    <testcase classname="ns3" name="reach" time="0">',
        '      <error message="unreachable: refused"/>',
        '    </testcase>',
        '  </testsuite>',
        '  <testsuite name="ns4" tests="1" failures="1" errors="0" skipped="0">',
        '    <testcase classname="ns4" name="rc: rc_conf named" time="0">',
        '      <failure message="drift: is YES"/>',
        '    </testcase>',
        '  </testsuite>',
        '  <testsuite name="fleet" tests="1" failures="1" errors="0" skipped="0">',
        '    <testcase classname="fleet" name="v" time="0">',
        '      <failure message="v diverges in group all">1: ns1',
        '2: ns2</failure>',
        '    </testcase>',
        '  </testsuite>',
        '</testsuites>',
      ),
    );
  });

  it('has a case for each probe, on hosts that could not be logged in to as well', () => {
    const checks = [
      checkResult('probe soa', 'SOA a over udp'),
      checkResult('probe soa', 'SOA a over tcp', 'REFUSED instead of NOERROR'),
    ];
    const probed = [
      hostResult('ns1', { outcome: 'failed', steps: [stepResult('cage')], checks }),
      hostResult('ns2', { outcome: 'unreachable', reason: 'refused', checks }),
    ];
    const xml = renderJunit(runResult('verify', probed));
    expect(xml).toContain('<testsuite name="ns1" tests="3" failures="1" errors="0" skipped="0">');
    expect(xml).toContain('<testsuite name="ns2" tests="3" failures="1" errors="1" skipped="0">');
    expect(xml).toContain('    <testcase classname="ns1" name="probe soa: SOA a over udp" time="0"/>');
    expect(xml).toContain('<failure message="REFUSED instead of NOERROR"/>');
  });

  it('does not report a plan as drift', () => {
    expect(renderJunit(runResult('plan', hosts.slice(3)))).toContain('failures="0"');
  });
});

describe('renderMarkdown', () => {
  it('shows how drift of the same words differs', () => {
    const drifted = (host: string, diff: readonly string[]) =>
      hostResult(host, {
        outcome: 'changed',
        steps: [stepResult('rc')],
        resources: [resourceResult('rc', 'file /x', { status: 'change', reason: 'content', diff })],
      });
    const markdown = renderMarkdown(
      runResult('verify', [
        drifted('ns1', [' a', '-x', '+z']),
        drifted('ns2', ['-y', '+z']),
        drifted('ns3', [' b', '-x', '+z']),
      ]),
    );
    expect(markdown.match(/^- .*|^ {6}.*/gm)).toEqual([
      '- **ns\\[1,3\\] (2)** rc: file /x: content',
      '      -x',
      '      +z',
      '- **ns2** rc: file /x: content',
      '      -y',
      '      +z',
    ]);
  });

  it('has outcomes, failures, lost hosts and divergences', () => {
    expect(renderMarkdown(runResult('verify', hosts), { divergences })).toBe(
      text(
        '# verify caged-bind',
        '',
        'Run R1, 4 hosts.',
        '',
        '| Outcome | Hosts |',
        '| --- | --- |',
        '| ok | ns\\[1,4\\] (2) |',
        '| failed | ns2 |',
        '| unreachable | ns3 |',
        '',
        '## Failures',
        '',
        '- **ns2** cage: root: is "/"',
        '  Do: restart &lt;named\\>',
        '',
        '      a & b',
        '',
        '- **ns4** rc: rc\\_conf named: is YES',
        '',
        '## Not seen',
        '',
        '- **ns3** unreachable: refused',
        '',
        '## Divergences',
        '',
        '| Group | Key | Value | Hosts |',
        '| --- | --- | --- | --- |',
        '| all | v | 1 | ns1 |',
        '| all | v | 2 | ns2 |',
      ),
    );
  });
});
