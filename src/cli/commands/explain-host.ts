// inventory --explain: each setting and var of one host, with the place that says it and those that it overrode.
import { didYouMean, exitCodes, UsageError } from '../../model/index.ts';
import { escapeTerminal, stringifyJson } from '../../report/index.ts';
import { type EffectiveSetting, effectiveOf, type Explanation } from '../effective-settings.ts';
import type { FleetOptions } from '../options.ts';
import { writeOut } from '../outputs.ts';
import { openFleet } from '../session.ts';

/** `muster inventory --explain HOST`. Nobody is contacted; ssh is asked what its own configuration says. */
export async function explainHostCommand(name: string, options: FleetOptions): Promise<number> {
  const session = await openFleet(options);
  const host = session.inventory.hosts.get(name);
  if (host === undefined)
    throw new UsageError('EXPLAIN_HOST', `no host "${name}" in ${session.inventory.file}`, {
      hint: didYouMean(name, session.inventory.hosts.keys()) ?? 'muster inventory shows which there are',
    });
  const explained = await effectiveOf(host, session);
  if (session.json) writeOut(`${stringifyJson({ host: name, ...explained })}\n`);
  else writeOut(escapeTerminal(textOf(name, explained), 'tab-newline'));
  return exitCodes.good;
}

function textOf(name: string, { places, groups, connection, vars }: Explanation): string {
  const lines = [
    `${name}  (${places.join(', ')})`,
    `groups: ${groups.length === 0 ? 'none' : groups.map((group) => `${group.name} (${group.from})`).join(', ')}`,
    'connection, each setting from its strongest source:',
    ...rows(connection),
    ...(vars.length === 0 ? ['no vars'] : ['vars:', ...rows(vars)]),
  ];
  return `${lines.join('\n')}\n`;
}

function rows(settings: readonly EffectiveSetting[]): string[] {
  const [names, values] = [
    Math.max(...settings.map(({ name }) => name.length)),
    Math.min(Math.max(...settings.map(({ value }) => value.length)), 40),
  ];
  return settings.flatMap(({ name, value, from, over }) => [
    `  ${name.padEnd(names)}  ${value.padEnd(values)}  ${from}`,
    ...over.map((each) => `  ${''.padEnd(names)}    over ${each.value}  ${each.from}`),
  ]);
}
