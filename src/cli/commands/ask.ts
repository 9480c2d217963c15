// exec, facts, ping and inventory: questions that need no playbook.
import { exec, facts, ping } from '../../actions/index.ts';
import type { InventoryView } from '../../report/index.ts';
import { renderInventory, renderInventoryTree, stringifyJson } from '../../report/index.ts';
import { exitCodes } from '../../model/index.ts';
import { refuseUnknownMasks } from '../mask-list.ts';
import type { FleetOptions } from '../options.ts';
import { writeOut } from '../outputs.ts';
import { openFleet } from '../session.ts';

export interface ExecOptions extends FleetOptions {
  readonly all?: boolean;
  readonly mask?: string;
}

/** `muster exec COMMAND...`: the words are joined with blanks and run by sh on every host. */
export async function execCommand(words: readonly string[], options: ExecOptions): Promise<number> {
  const { mask } = options;
  if (mask !== undefined) refuseUnknownMasks(mask);
  const session = await openFleet(options);
  const { result } = await session.follow((deps) =>
    exec(session.hosts, words.join(' '), deps, mask === undefined ? {} : { mask }),
  );
  return await session.print(result, { all: options.all === true });
}

/** `muster facts`. */
export async function factsCommand(options: FleetOptions): Promise<number> {
  const session = await openFleet(options);
  const { result } = await session.follow((deps) => facts(session.hosts, deps));
  return await session.print(result);
}

/** `muster ping`: a host answers when it can be logged in to and can run muster. */
export async function pingCommand(options: FleetOptions): Promise<number> {
  const session = await openFleet(options);
  const { result } = await session.follow((deps) => ping(session.hosts, deps));
  return await session.print(result);
}

/** `muster inventory`: what the file says, nobody is asked. */
export async function inventoryCommand(options: FleetOptions & { readonly tree?: boolean }): Promise<number> {
  const { inventory, hosts, style, json, sources } = await openFleet(options);
  const selected = new Set(hosts.map(({ name }) => name));
  const view: InventoryView = {
    hosts: hosts.map(({ name, connection, groups }) => ({
      name,
      address:
        connection.port === 22 ? connection.address : `${connection.address}:${String(connection.port)}`,
      groups,
    })),
    groups: [...inventory.groups].map(([name, members]) => {
      const { hosts: listed, groups: children } = inventory.listed.get(name) ?? {
        hosts: members,
        groups: [],
      };
      const [all, own] = [members, listed].map((names) => names.filter((member) => selected.has(member)));
      return { name, hosts: all ?? [], listed: own ?? [], children };
    }),
  };
  if (json) writeOut(`${stringifyJson({ ...view, sources })}\n`);
  else writeOut(options.tree === true ? renderInventoryTree(view, style) : renderInventory(view, style));
  return exitCodes.good;
}
