// Long output on a terminal goes through a pager, as with git and man.
import { spawnSync } from 'node:child_process';
import type { Command } from 'commander';
import { holdOutput } from './outputs.ts';

/** Commands that only show something. One that asks, or that another program talks through, is not among them. */
const paged = new Set(
  'plan verify compare show report history inventory facts lint explain schema baseline'.split(' '),
);

/** What ends the paging of a command's output; undefined if it is not to be paged. */
export function startPaging(command: Command): (() => void) | undefined {
  if (!process.stdout.isTTY || !mayPage(command)) return undefined;
  const pager = process.env['MUSTER_PAGER'] ?? process.env['PAGER'] ?? 'less';
  if (pager === '' || pager === 'cat' || process.env['TERM'] === 'dumb') return undefined;
  const release = holdOutput();
  return () => {
    const text = release();
    if (!isLong(text) || !through(pager, text)) process.stdout.write(text);
  };
}

function mayPage(command: Command): boolean {
  const line: Command[] = [];
  for (let each: Command | null = command; each !== null; each = each.parent) line.push(each);
  // The program's own default must not hide what stands behind the command's name.
  if (line.some((each) => each.opts()['pager'] === false || each.opts()['json'] === true)) return false;
  return paged.has(line.at(-2)?.name() ?? '');
}

function isLong(text: string): boolean {
  return text.split('\n').length > process.stdout.rows;
}

/** False when there is no such pager. sh runs it, so it may have options. */
function through(pager: string, text: string): boolean {
  const env = { ...process.env, LESS: process.env['LESS'] ?? 'FRX' };
  const { status } = spawnSync('/bin/sh', ['-c', pager], {
    input: text,
    stdio: ['pipe', 'inherit', 'inherit'],
    env,
  });
  // 126 and 127: sh could not start it.
  return status !== 126 && status !== 127;
}
