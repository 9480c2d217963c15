// Host patterns of the command line: sets in the manner of ClusterShell, worked out from left to right.
//   a,b or a b  either      a&b  both      a!b  a without b      !a  all without a
//   @auth  a group      ns[1-3]  a range      ns*  any name like it (? is one letter)
import { didYouMean, expandHostNames, foldHostNames, isMusterError, UsageError } from '../model/index.ts';
import type { Inventory } from './model.ts';

type Operator = 'or' | 'and' | 'without';

interface Term {
  readonly operator: Operator;
  readonly operand: string;
}

/** As much of an inventory as patterns ask for. */
type Selectable<H> = Pick<Inventory, 'file' | 'groups'> & { readonly hosts: ReadonlyMap<string, H> };

/**
 * The hosts that a pattern means, in inventory order. No operator binds closer than another: `a,b&c` is (a or b) and c.
 * Throws UsageError for a name or group that is not there, a malformed pattern, and when no host is left.
 */
export function selectHosts<H extends { readonly name: string }>(
  inventory: Selectable<H>,
  pattern: string,
): readonly H[] {
  const terms = readTerms(pattern);
  let selected = new Set<string>(terms[0]?.operator === 'without' ? inventory.hosts.keys() : []);
  for (const { operator, operand } of terms) {
    selected = combine(selected, operator, hostsOf(inventory, operand));
  }
  if (selected.size === 0) {
    throw new UsageError('INVENTORY_EMPTY_SELECTION', `no host is left by "${pattern}"`, {
      hint: `the inventory ${inventory.file} has ${foldHostNames([...inventory.hosts.keys()])}`,
    });
  }
  return [...inventory.hosts.values()].filter(({ name }) => selected.has(name));
}

function combine(left: ReadonlySet<string>, operator: Operator, right: ReadonlySet<string>): Set<string> {
  if (operator === 'or') return new Set([...left, ...right]);
  return new Set([...left].filter((name) => right.has(name) === (operator === 'and')));
}

/** Splits at operators, but not inside brackets. A comma or space beside `&` or `!` adds nothing: `@auth, !ns1`. */
function readTerms(pattern: string): Term[] {
  const tokens = pattern.match(/[&!]|[\s,]+|(?:\[[^\]]*\]?|[^\s,&![])+/g) ?? [];
  const terms: Term[] = [];
  let operator: Operator | undefined;
  for (const token of tokens) {
    if (/^[\s,]/.test(token)) continue;
    if (token === '&' || token === '!') {
      const leading = terms.length === 0 && operator === undefined;
      if (operator !== undefined || (leading && token === '&')) throw misplaced(pattern, token);
      operator = token === '&' ? 'and' : 'without';
      continue;
    }
    terms.push({ operator: operator ?? 'or', operand: token });
    operator = undefined;
  }
  if (operator !== undefined) throw misplaced(pattern, operator === 'and' ? '&' : '!');
  if (terms.length === 0)
    throw new UsageError('INVENTORY_PATTERN', 'the host pattern is empty', { hint: 'use @all' });
  return terms;
}

function misplaced(pattern: string, operator: string): UsageError {
  return new UsageError(
    'INVENTORY_PATTERN',
    `"${pattern}": "${operator}" is written in place of a host or group`,
    {
      hint: 'patterns look like @auth!ns1, ns[1-3]&@secondary or !ns9',
    },
  );
}

function hostsOf(inventory: Selectable<unknown>, operand: string): ReadonlySet<string> {
  if (operand.startsWith('@')) return groupOf(inventory, operand.slice(1));
  const found = new Set<string>();
  const unknown: string[] = [];
  for (const name of expand(operand)) {
    const matching = /[*?]/.test(name) ? matchGlob(inventory, name) : inventory.hosts.has(name) ? [name] : [];
    if (matching.length === 0) unknown.push(name);
    for (const match of matching) found.add(match);
  }
  if (unknown[0] !== undefined) throw unknownHost(inventory, unknown, unknown[0]);
  return found;
}

function groupOf(inventory: Selectable<unknown>, name: string): ReadonlySet<string> {
  const members = inventory.groups.get(name);
  if (members !== undefined) return new Set(members);
  const groups = [...inventory.groups.keys()];
  const hint = didYouMean(
    `@${name}`,
    groups.map((group) => `@${group}`),
  );
  throw new UsageError('INVENTORY_UNKNOWN_GROUP', `${inventory.file} has no group "${name}"`, {
    hint: hint ?? `groups: ${groups.map((group) => `@${group}`).join(', ')}`,
  });
}

function expand(operand: string): string[] {
  try {
    return expandHostNames(operand);
  } catch (error) {
    if (!isMusterError(error)) throw error;
    const hint = error.hint === undefined ? {} : { hint: error.hint };
    throw new UsageError('INVENTORY_PATTERN', error.message, { cause: error, ...hint });
  }
}

function matchGlob(inventory: Selectable<unknown>, glob: string): string[] {
  const source = glob
    .replace(/[.+^${}()|\\\]]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`);
  return [...inventory.hosts.keys()].filter((name) => expression.test(name));
}

function unknownHost(inventory: Selectable<unknown>, unknown: readonly string[], first: string): UsageError {
  const names = [...inventory.hosts.keys()];
  const longer = names.find((name) => name.startsWith(`${first}.`));
  const hint = inventory.groups.has(first)
    ? `did you mean the group "@${first}"?`
    : longer === undefined
      ? didYouMean(first, names)
      : `did you mean "${longer}"?`;
  const message = `${inventory.file} has no host ${foldHostNames(unknown)}`;
  return new UsageError('INVENTORY_UNKNOWN_HOST', message, hint === undefined ? {} : { hint });
}
