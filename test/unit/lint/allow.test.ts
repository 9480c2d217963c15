import { describe, expect, it } from 'vitest';
import { applyAllowances } from '../../../src/lint/allow.ts';
import { formatFinding, sortFindings, summarize, type Finding } from '../../../src/lint/finding.ts';

function finding(code: string, line: number, file = 'a.sh'): Finding {
  return { severity: 'error', code, message: 'm', location: { file, line, column: 1 } };
}

function codesLeft(findings: Finding[], text: string): string[] {
  return applyAllowances(findings, new Map([['a.sh', text]])).map(({ code }) => code);
}

describe('# muster-lint: allow CODE reason', () => {
  it.each([
    ['on the line itself', 'x  # muster-lint: allow X it is so\n', 1],
    ['on the line above', '# muster-lint: allow X it is so\nx\n', 2],
    ['with a carriage return', '# muster-lint: allow X it is so\r\nx\r\n', 2],
  ])('allows the code %s', (_, text, line) => {
    expect(codesLeft([finding('X', line)], text)).toEqual([]);
  });

  it('allows no other code, line or file', () => {
    const text = '# muster-lint: allow X it is so\nx\ny\n';
    const others = [finding('Y', 2), finding('X', 3), finding('X', 2, 'b.sh')];
    expect(codesLeft([finding('X', 2), ...others], text)).toEqual(['Y', 'X', 'X']);
  });

  it('allows nothing without a reason, and says so', () => {
    expect(codesLeft([finding('X', 1)], 'x # muster-lint: allow X\n')).toEqual(['X', 'LINT_NO_REASON']);
  });

  it('is a warning if nothing needs it, except codes of shellcheck', () => {
    const text = '# muster-lint: allow X once\n# muster-lint: allow SC2086 meant\n';
    const left = applyAllowances([], new Map([['a.sh', text]]));
    expect(left).toMatchObject([
      { code: 'LINT_UNUSED', severity: 'warning', location: { line: 1, column: 1 } },
    ]);
  });
});

describe('how findings are shown', () => {
  it('sorts by file, line, column and code, and shows nothing twice', () => {
    const sorted = sortFindings([
      finding('B', 2),
      finding('A', 2),
      finding('Z', 1),
      finding('B', 2),
      finding('A', 9, 'A.sh'),
    ]);
    expect(sorted.map(({ code, location }) => `${location.file}${location.line}${code}`)).toEqual([
      'A.sh9A',
      'a.sh1Z',
      'a.sh2A',
      'a.sh2B',
    ]);
  });

  it('names place, severity, code, message and hint', () => {
    expect(formatFinding({ ...finding('X', 3), hint: 'h' })).toBe('a.sh:3:1: error[X]: m\n    hint: h');
    expect(formatFinding({ ...finding('X', 3), severity: 'warning' })).toBe('a.sh:3:1: warning[X]: m');
  });

  it.each([
    [[], 3, 'nothing to complain about in 3 files'],
    [[finding('X', 1)], 1, '1 error in 1 file'],
    [
      [finding('X', 1), finding('X', 2), { ...finding('X', 3), severity: 'warning' as const }],
      2,
      '2 errors and 1 warning in 2 files',
    ],
  ])('sums up %#', (findings, files, text) => {
    expect(summarize(findings, files)).toBe(text);
  });
});
