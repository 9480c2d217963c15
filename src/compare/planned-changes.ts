// What the hosts say an apply would change, held against what they said when the plan was saved.
import { foldHostNames, type HostResult, type ResourceResult } from '../model/index.ts';

/** A change, where a host keeps it: several may have one name, as with two lines in one file. */
type Changes = ReadonlyMap<string, readonly ResourceResult[]>;

/**
 * One sentence for each change that is another one now, those of many hosts said once; empty when every host is as it was.
 * Reasons are for people and do not count, but where there is no diff that would tell one change from another.
 */
export function changesSince(
  saved: readonly { readonly host: string; readonly resources: readonly ResourceResult[] }[],
  now: readonly Pick<HostResult, 'host' | 'resources'>[],
): readonly string[] {
  const savedByHost = new Map(saved.map(({ host, resources }) => [host, resources]));
  const hostsByText = new Map<string, string[]>();
  for (const { host, resources } of now) {
    for (const text of differencesOf(savedByHost.get(host) ?? [], resources)) {
      hostsByText.set(text, [...(hostsByText.get(text) ?? []), host]);
    }
  }
  return [...hostsByText].map(([text, hosts]) => `${foldHostNames(hosts)}: ${text}`);
}

function differencesOf(saved: readonly ResourceResult[], now: readonly ResourceResult[]): readonly string[] {
  const [before, after] = [changesIn(saved), changesIn(now)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [old, fresh] = [before.get(name), after.get(name)];
    if (old === undefined) return [`${name} would change now, but is not in the plan`];
    if (fresh === undefined) return [`${name} is in the plan, but would not change now`];
    return JSON.stringify(old.map(contentOf)) === JSON.stringify(fresh.map(contentOf))
      ? []
      : [`${name} would not change as in the plan`];
  });
}

function changesIn(resources: readonly ResourceResult[]): Changes {
  const changes = new Map<string, ResourceResult[]>();
  for (const each of resources) {
    if (each.status === 'ok') continue;
    const name = `step ${each.step}: ${each.resource} ${each.target}`;
    changes.set(name, [...(changes.get(name) ?? []), each]);
  }
  return changes;
}

function contentOf({ status, reason, diff, irreversible, after = '' }: ResourceResult): unknown {
  return [status, diff, irreversible, after, diff.length === 0 ? reason : ''];
}
