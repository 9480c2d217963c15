import { expect, it } from 'vitest';
import { attribute } from '../../bench/fork/attribute.ts';

const clone = 'clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x7f)';
const there = (inner: number, outer: number): string => `= ${inner} /* ${outer} in strace's PID NS */`;
const becomes = (path: string, ...args: string[]): string =>
  `execve("${path}", [${args.map((arg) => `"${arg}"`).join(', ')}], 0x55 /* 9 vars */) = 0`;

const run = [
  // sshd (10) has a session (20), which unpacks, starts the driver (31), and becomes the follower.
  `10 ${clone} ${there(5, 20)}`,
  `20 ${clone} ${there(6, 30)}`,
  `30 ${becomes('/bin/tar', 'tar', '-x')}`,
  `20 ${becomes('/bin/sh', '/bin/sh', '/tmp/w/runtime/start.sh', '/tmp/w')}`,
  `20 ${clone} ${there(7, 31)}`,
  `31 ${becomes('/bin/sh', '/bin/sh', '/tmp/w/runtime/driver.sh', '/tmp/w')}`,
  `20 ${becomes('/bin/sh', '/bin/sh', 'runtime/follow.sh', '/tmp/w')}`,
  `31 ${clone} ${there(8, 32)}`,
  `32 ${becomes('/bin/sh', '/bin/sh', 'runtime/ticker.sh', '/tmp/w', '31')}`,
  `32 ${clone} ${there(9, 33)}`,
  `33 ${becomes('/bin/sleep', 'sleep', '1')}`,
  `31 write(1, "step|one|1\\n", 11) = 11`,
  // The child acts before the record of its birth ends.
  `31 ${clone.slice(0, -1)} <unfinished ...>`,
  `34 ${becomes('/bin/ls', 'ls', '-l')}`,
  `31 <... clone resumed>) ${there(10, 34)}`,
  // The follower passes the driver's words on; they are not its own.
  `20 write(1, "end|one|ok|0|\\n", 14) = 14`,
  `20 vfork() ${there(11, 35)}`,
  `31 ${clone} ${there(12, 36)}`,
  `36 ${clone.replace('SIGCHLD', 'CLONE_THREAD')} ${there(13, 37)}`,
  `31 write(1, "end|one|ok|0|\\n", 14) = 14`,
  `31 ${clone} ${there(14, 38)}`,
  `31 write(1, "step|two|2\\n", 11) = 11`,
  // A number that was given before.
  `31 ${clone} ${there(15, 34)}`,
  `31 write(1, "end|two|ok|0|\\n", 14) = 14`,
  `31 ${clone} ${there(16, 39)}`,
  `39 execve("/sbin/gone", ["gone"], 0x55 /* 9 vars */) = -1 ENOENT (No such file or directory)`,
];

it('assigns each process to its step, and names the program that it became', () => {
  expect(attribute(run).map(({ part, program }) => `${part}: ${program}`)).toEqual([
    'connection: sh',
    'connection: tar',
    'start: sh',
    'ticker: sh',
    'ticker: sleep',
    'step one: ls',
    'follower: (subshell)',
    'step one: (subshell)',
    'step one: (thread)',
    'between steps: (subshell)',
    'step two: (subshell)',
    'after the steps: (subshell)',
  ]);
});
