// What a host answers to the doctor's questions, and what is made of it.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { judgeSystem, questions } from '../../../src/cli/examine-system.ts';
import { loneConnection } from '../../support/lone-host.ts';

const ending = { status: 0, signal: null };
const root = { ...loneConnection, user: 'root' };
const good = ['uid 0 root', 'system NetBSD 10.1 amd64', 'tools ', 'disk 999999 /tmp', 'time 1000', 'done'];

function judged(lines: readonly string[], more: { become?: 'sudo'; noise?: string } = {}): string[] {
  const text = `${more.noise ?? ''}${lines.map((line) => `muster-doctor ${line}\n`).join('')}`;
  const connection = { ...root, become: more.become ?? ('none' as const) };
  const found = judgeSystem({ text, stderr: '', ending, connection, controllerSeconds: 1000 });
  return found.map(({ step, state }) => `${step} ${state}`);
}

describe('what root finds', () => {
  it('is all well', () => {
    expect(judged(good)).toEqual([
      ...['become good', 'shell good', 'tools good', 'disk good', 'clock good', 'lock good', 'rc.conf good'],
    ]);
  });

  it.each([
    ['no answer', [], 'shell bad'],
    ['a cut', good.slice(0, -1), 'shell bad'],
    ['a tool', good.map((line) => line.replace('tools ', 'tools  awk sed')), 'tools bad'],
    ['a full disk', good.map((line) => line.replace('999999', '12')), 'disk bad'],
    [
      'a broken rc.conf',
      [...good.slice(0, -1), 'rc syntax /etc/rc.conf: 3: Syntax error', 'done'],
      'rc.conf bad',
    ],
  ])('ends at %s', (_, lines, last) => {
    expect(judged(lines).filter((each) => each.endsWith('bad'))).toEqual([last]);
  });

  it.each([
    ['time 5000', 'clock odd'],
    ['lock 3 1234 apply', 'lock odd'],
    ['rc unconfigured', 'rc.conf odd'],
    ['rc cr 7', 'rc.conf odd'],
    ['rc exit 2', 'rc.conf odd'],
  ])('continues after %s', (line, found) => {
    expect(
      judged([...good.filter((each) => each !== 'time 1000' || !line.startsWith('time')), line]),
    ).toContain(found);
  });

  it('is an account that is not root, or a start file that prints', () => {
    const user = good.map((line) => line.replace('uid 0 root', 'uid 1000 ops'));
    expect(judged(user)[0]).toBe('become odd');
    expect(judged(user, { become: 'sudo' })).toEqual(['become bad']);
    expect(judged(good, { noise: 'Welcome!\n' })).toContain('shell odd');
  });
});

describe('the questions', () => {
  it('are all answered by the sh of this machine, and change nothing', () => {
    const { stdout, stderr } = spawnSync('/bin/sh', ['-s'], { input: questions, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\nmuster-doctor uid \d+ \S+\nmuster-doctor system /);
    expect(stdout).toMatch(/^muster-doctor disk \d+ \/tmp/m);
    expect(stdout).toMatch(/muster-doctor done\n$/);
  });
});
