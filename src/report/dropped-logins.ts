// Logins that hosts dropped, and that were tried again: one line behind the counts of a run.
import { escapeTerminal } from './escape.ts';
import { count } from './layout.ts';

const namedHosts = 5;

/** Empty when there was none. The counts are by host, those with the most first. */
export function droppedLoginsLine(counts: ReadonlyMap<string, number>): string {
  const all = [...counts.values()].reduce((sum, each) => sum + each, 0);
  if (all === 0) return '';
  const named = [...counts].slice(0, namedHosts).map(([host, each]) => `${escapeTerminal(host)}: ${each}`);
  const more = counts.size > namedHosts ? [count(counts.size - namedHosts, 'more host')] : [];
  const were = all === 1 ? 'was' : 'were';
  return (
    `${count(all, 'login')} that a host dropped ${were} tried again (${[...named, ...more].join(', ')}): ` +
    'too many at once for its MaxStartups, so lower connection_starts\n'
  );
}
