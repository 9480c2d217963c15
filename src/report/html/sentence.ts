// How the fleet is, in one sentence.
import { divergencesOf } from '../../compare/index.ts';
import { foldHostNames, type HostResult, type RunResult } from '../../model/index.ts';
import { escapeTerminal } from '../escape.ts';
import { count } from '../layout.ts';

/** Hosts are named as long as that takes no more characters. */
const mostNames = 48;

/** What is not well with whom, or that all is. Of a run that goes on it is about the hosts that are done; `open` is how many are not. */
export function sentenceOf(result: RunResult, open?: number): string {
  const { action, hosts } = result;
  const by = (isSo: (host: HostResult) => boolean): string[] => hosts.filter(isSo).map(({ host }) => host);
  const drifted = action === 'verify' ? by(({ outcome }) => outcome === 'changed') : [];
  const counted: readonly (readonly [string[], string])[] = [
    [by(({ outcome }) => outcome === 'failed'), 'failed'],
    [drifted, 'drifted'],
    [by(({ outcome }) => outcome === 'unreachable'), 'could not be contacted'],
    [by(({ outcome }) => outcome === 'unknown'), 'were lost during the run'],
    [by(({ outcome }) => outcome === 'skipped'), 'not begun'],
  ];
  const troubles = counted
    .filter(([names]) => names.length > 0)
    .map(([names, word]) => `${who(names)} ${word}`);
  const apart = [
    ...new Set(divergencesOf(result).flatMap(({ outliers }) => outliers.flatMap((fold) => fold.hosts))),
  ];
  if (apart.length > 0) troubles.push(`${who(apart)} different from the others`);
  const bad = new Set([...counted.flatMap(([names]) => names), ...apart]).size;
  const end =
    open !== undefined
      ? ` It is still active: ${open === 0 ? 'all hosts are' : `${count(open, 'host')} ${open === 1 ? 'is' : 'are'} not`} done.`
      : result.interrupted
        ? ' The run was interrupted.'
        : result.finished === undefined
          ? ' The record of the run is not complete.'
          : '';
  if (bad === 0)
    return open !== undefined && hosts.length === 0 ? end.trimStart() : `${wellWords(result)}${end}`;
  return `${bad} of ${count(hosts.length, 'host')} ${bad === 1 ? 'is' : 'are'} not well: ${troubles.join('; ')}.${end}`;
}

function who(names: readonly string[]): string {
  const folded = foldHostNames(names);
  return folded.length > mostNames ? count(names.length, 'host') : escapeTerminal(folded);
}

function wellWords({ action, hosts }: RunResult): string {
  const all = hosts.length === 1 ? 'The one host' : `All ${hosts.length} hosts`;
  const is = hosts.length === 1 ? 'is' : 'are';
  const changed = hosts.filter(({ outcome }) => outcome === 'changed').length;
  switch (action) {
    case 'verify':
      return `${all} ${is} well: no drift, every check holds, and no host differs.`;
    case 'compare':
      return `${all} ${is} alike.`;
    case 'plan': {
      const would = hosts.filter(({ resources }) =>
        resources.some(({ status }) => status === 'change'),
      ).length;
      return would === 0
        ? `${all} ${is} as declared.`
        : `${would} of ${count(hosts.length, 'host')} would change.`;
    }
    case 'apply':
      return `${all} ${is} as declared${changed === 0 ? ', and nothing had to change' : `; ${changed} changed`}.`;
    case 'rollback':
      return `${all} ${is} back.`;
    case 'exec':
    case 'facts':
    case 'ping':
      return `${all} answered.`;
  }
}
