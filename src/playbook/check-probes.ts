// The probes of playbook.yaml: what they mean, and what contradicts itself in them or the vars.
import { didYouMean } from '../model/index.ts';
import { type Locator } from '../document/index.ts';
import type { Issue } from '../model/index.ts';
import { duplicateIds } from './check-steps.ts';
import { checkVarValue } from './check-var-value.ts';
import type { Probe, VarDeclaration } from './model.ts';
import type { WrittenPlaybook } from './schema.ts';

type WrittenProbe = NonNullable<WrittenPlaybook['probes']>[number];
type Vars = ReadonlyMap<string, VarDeclaration>;

const itemPlace = '{item}';
/** A secondary needs a moment after the notify of a new serial. */
const defaultConvergeMs = 10_000;

/** The name to ask for, with the entry of `for_each` in its place. */
export function nameFor(name: string, item: string): string {
  return name.replaceAll(itemPlace, item);
}

/** True for a name that a DNS message can carry: labels of 1 to 63 letters, digits, `_`, `-` or `/`; or the root. */
export function isDnsName(name: string): boolean {
  if (name === '.') return true;
  const plain = name.replace(/\.$/, '');
  return plain.length <= 253 && plain.split('.').every((label) => /^[A-Za-z0-9_/*-]{1,63}$/.test(label));
}

/** A probe with everything decided. */
export function toProbe(written: WrittenProbe, at: number, locator: Locator): Probe {
  const { id, dns, for_each: forEach, when = {}, converge, within } = written;
  const { recursion_desired: recursionDesired, rcode, authoritative, expect, ...rest } = dns;
  return {
    id,
    dns: {
      ...rest,
      recursionDesired,
      rcodes: [rcode].flat(),
      ...(authoritative === undefined ? {} : { authoritative }),
      ...(expect === undefined ? {} : { expect }),
    },
    ...(forEach === undefined ? {} : { forEach }),
    when: new Map(Object.entries(when).map(([name, value]) => [name, [value].flat()])),
    ...(converge === undefined ? {} : { converge }),
    withinMs: within ?? (converge === undefined ? 0 : defaultConvergeMs),
    from: locator.locate(['probes', at]),
  };
}

/** What is wrong with the probes. */
export function checkProbes(probes: readonly WrittenProbe[], vars: Vars, locator: Locator): Issue[] {
  const ids = probes.map(({ id }) => id);
  return [
    ...duplicateIds(ids, 'probe', (at) => locator.locate(['probes', at, 'id'])),
    ...probes.flatMap((probe, at) => [
      ...checkName(probe, at, locator),
      ...checkForEach(probe, at, vars, locator),
      ...checkWhen(probe, at, vars, locator),
      ...checkConverge(probe, at, locator),
    ]),
  ];
}

function checkName({ id, dns, for_each: forEach }: WrittenProbe, at: number, locator: Locator): Issue[] {
  const location = locator.locate(['probes', at, 'dns', 'name']);
  const code = 'PLAYBOOK_PROBE_NAME';
  const hasItem = dns.name.includes(itemPlace);
  if (hasItem && forEach === undefined) {
    const hint = 'add for_each: VAR, with a list var';
    return [{ code, message: `probe "${id}" has {item} in its name and no for_each`, location, hint }];
  }
  if (!hasItem && forEach !== undefined) {
    const hint = "name: '{item}' asks for each entry";
    return [{ code, message: `probe "${id}" has for_each and no {item} in its name`, location, hint }];
  }
  if (isDnsName(nameFor(dns.name, 'item'))) return [];
  const message = `probe "${id}" cannot ask for ${JSON.stringify(dns.name)}: not a name in the DNS`;
  return [{ code, message, location }];
}

function checkForEach(
  { id, for_each: forEach }: WrittenProbe,
  at: number,
  vars: Vars,
  locator: Locator,
): Issue[] {
  if (forEach === undefined) return [];
  const location = locator.locate(['probes', at, 'for_each']);
  const declared = vars.get(forEach);
  if (declared === undefined) return [unknownVar(id, forEach, vars, location)];
  if (declared.type === 'list') return [];
  const message = `probe "${id}": var "${forEach}" is of type ${declared.type}, but for_each needs a list`;
  return [{ code: 'PLAYBOOK_PROBE_VAR', message, location }];
}

function checkWhen({ id, when = {} }: WrittenProbe, at: number, vars: Vars, locator: Locator): Issue[] {
  return Object.entries(when).flatMap(([name, values]): Issue[] => {
    const location = locator.locateKey(['probes', at, 'when', name]);
    const declared = vars.get(name);
    if (declared === undefined) return [unknownVar(id, name, vars, location)];
    if (declared.secret || declared.type === 'list' || declared.type === 'files') {
      const message = `probe "${id}": when cannot look at var "${name}", which is ${declared.secret ? 'secret' : `of type ${declared.type}`}`;
      return [{ code: 'PLAYBOOK_PROBE_VAR', message, location }];
    }
    // A value that the var can never have would switch the probe off, silently.
    return [values].flat().flatMap((value): Issue[] => {
      const problem = checkVarValue(declared, value);
      if (problem === undefined) return [];
      const message = `probe "${id}": when ${name}: ${problem.message}`;
      return [{ code: 'PLAYBOOK_PROBE_WHEN', ...problem, message, location }];
    });
  });
}

function checkConverge({ id, dns, converge }: WrittenProbe, at: number, locator: Locator): Issue[] {
  if (converge === undefined) return [];
  if (dns.type === 'SOA' && dns.class === 'IN' && [dns.rcode].flat().every((rcode) => rcode === 'NOERROR'))
    return [];
  const location = locator.locateKey(['probes', at, 'converge']);
  const hint = 'the serial is in the SOA record of the zone: type SOA, class IN, rcode NOERROR';
  const message = `probe "${id}": converge: serial needs a question for an SOA record`;
  return [{ code: 'PLAYBOOK_PROBE_CONVERGE', message, location, hint }];
}

function unknownVar(id: string, name: string, vars: Vars, location: Issue['location']): Issue {
  const message = `probe "${id}" names var "${name}", which the playbook does not declare`;
  const hint = didYouMean(name, vars.keys());
  return { code: 'PLAYBOOK_PROBE_VAR', message, location, ...(hint === undefined ? {} : { hint }) };
}
