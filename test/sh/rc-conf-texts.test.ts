// What rc_conf makes of any text of rc.conf's: its editor says the change as diff(1) would, and what the shell reads without a process is
// what the editor reads.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bareRuntime } from './bare-runtime.ts';

const runtime = join(import.meta.dirname, '../../src/host');

/** Numbers below a bound, the same ones each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const names = ['named', 'named_flags', 'syslogd', 'sshd'];
const values = [
  'YES',
  'no',
  '"NO"',
  "'yes'",
  '"-4 -u named"',
  '"-p $named_chroot/log"',
  '',
  '""',
  'on # why',
  '"a"b',
  'x\\ y',
  '"a\\"b"',
  'YES;sshd=NO',
  '"two',
  'a|b',
  '"tab\there"',
];
const others = [
  '# a comment',
  '',
  '  ',
  'if [ -f /x ]; then',
  'fi',
  '# named=old',
  'export named',
  'back\\slash | bar',
];

interface Case {
  readonly text: string;
  readonly name: string;
  readonly value: string;
  readonly after: string;
}

function caseOf(seed: number): Case {
  const next = numbers(seed);
  const pick = (list: readonly string[]): string => list[next(list.length)] ?? '';
  const lines = Array.from({ length: next(14) }, () =>
    next(3) > 0 ? `${pick(['', '', ' ', '\t'])}${pick(names)}=${pick(values)}` : pick(others),
  );
  return {
    text: lines.map((line) => `${line}\n`).join(''),
    name: pick(names),
    value: pick(['YES', 'no', '-4 -u named', '$named_chroot/log', 'a|b', '']),
    after: next(4) === 0 ? pick(names) : '',
  };
}

const cases = Array.from({ length: 150 }, (_, seed) => caseOf(seed + 1));

/** OLD with the one piece of a unified diff applied. */
function applied(old: string, said: string): string {
  const [head = '', ...body] = said.replace(/\n$/, '').split('\n');
  const [, first = '', count = '1'] = /^@@ -(\d+)(?:,(\d+))? /.exec(head) ?? [];
  const lines = old.split('\n');
  const at = Number(count) === 0 ? Number(first) : Number(first) - 1;
  const before = body.filter((line) => !line.startsWith('+')).map((line) => line.slice(1));
  expect(lines.slice(at, at + Number(count))).toEqual(before);
  lines.splice(
    at,
    Number(count),
    ...body.filter((line) => !line.startsWith('-')).map((line) => line.slice(1)),
  );
  return lines.join('\n');
}

describe('of any text of rc.conf', () => {
  it('the editor says its change as diff(1) would', () => {
    const place = mkdtempSync(join(tmpdir(), 'muster-rc-conf-'));
    try {
      for (const [index, { text, name, value, after }] of cases.entries()) {
        const folder = join(place, String(index));
        mkdirSync(folder);
        writeFileSync(join(folder, 'old'), text);
        const word = /^[A-Za-z0-9_./:+,%@-]+$/.test(value) ? value : `"${value}"`;
        for (const [key, one] of Object.entries({ key: name, word, value, after }))
          writeFileSync(join(folder, `edit.${key}`), `${one}\n`);
      }
      execFileSync(
        'sh',
        [
          '-c',
          `cd "$1" || exit; for at in *; do (cd $at
            awk -v values=edit. -v said=said -f "$2/rc_conf.awk" old >new; echo $? >status
            diff -u old new | tail -n +3 >wanted); done`,
          'sh',
          place,
          runtime,
        ],
        { stdio: 'pipe' },
      );
      const told = { same: 0, changed: 0, refused: 0 };
      for (const [index, one] of cases.entries()) {
        const read = (name: string): string => readFileSync(join(place, String(index), name), 'utf8');
        const story = JSON.stringify(one);
        if (read('status') !== '0\n') {
          told.refused += 1;
          continue;
        }
        if (read('old') === read('new')) {
          expect(existsSync(join(place, String(index), 'said')), story).toBe(false);
          told.same += 1;
        } else {
          // One that moves far is one piece for the editor.
          if (read('wanted').match(/^@@/gm)?.length === 1) expect(read('said'), story).toBe(read('wanted'));
          expect(applied(read('old'), read('said')), story).toBe(read('new'));
          told.changed += 1;
        }
      }
      for (const count of Object.values(told)) expect(count).toBeGreaterThan(5);
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  it('the editor says nothing of a text that may hold a secret', () => {
    const place = mkdtempSync(join(tmpdir(), 'muster-rc-conf-'));
    try {
      for (const line of [
        'psk_secret=x',
        'url=http://me:pw@host/',
        'api_key: 7',
        'hash=a:$1$salt$x',
        'who=me:abcdefgh1:0:',
      ]) {
        writeFileSync(join(place, 'old'), `${line}\n`);
        for (const [key, one] of Object.entries({ key: 'named', word: 'no', value: 'no', after: '' }))
          writeFileSync(join(place, `edit.${key}`), `${one}\n`);
        const script =
          'cd "$1" && rm -f said; awk -v values=edit. -v said=said -f "$2/rc_conf.awk" old >new; cmp -s old new; echo $?; [ ! -e said ]';
        expect(execFileSync('sh', ['-c', script, 'sh', place, runtime]).toString(), line).toBe('1\n');
      }
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  it('the shell reads what the editor reads, or leaves it to that', () => {
    const place = mkdtempSync(join(tmpdir(), 'muster-rc-conf-'));
    try {
      for (const [index, { text }] of cases.entries()) writeFileSync(join(place, String(index)), text);
      const said = bareRuntime('apply')
        .run(`for at in $(seq 0 ${String(cases.length - 1)}); do for name in ${names.join(' ')}; do
        if m__rc_read ${place}/$at $name; then read="$m__t_line"; [ -z "$m__t_line" ] || read="=$m__t_value"; else read=odd; fi
        m__edit_value key $name
        shown=$(awk -v values="$m_work/edit." -v show=1 -f ${runtime}/rc_conf.awk ${place}/$at && echo .)
        printf '%s|%s|%s\\n' "$at $name" "$read" "$shown"; done; done\n`);
      const read = { nothing: 0, values: 0, odd: 0 };
      for (const line of said.matchAll(/^(\d+ \w+)\|(.*?)\|([^]*?)\n(?=\d+ \w+\||$(?![^]))/gm)) {
        const [, which = '', quick = '', shown = ''] = line;
        if (quick === 'odd') read.odd += 1;
        else if (quick === '') {
          expect(shown, which).toBe('.');
          read.nothing += 1;
        } else {
          expect(`${quick.slice(1)}\n.`, which).toBe(shown);
          read.values += 1;
        }
      }
      expect(read.nothing + read.values + read.odd).toBe(cases.length * names.length);
      for (const count of Object.values(read)) expect(count).toBeGreaterThan(50);
    } finally {
      rmSync(place, { recursive: true });
    }
  });
});
