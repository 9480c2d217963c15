// Names, options and help of `inventory` and of what it imports.
import type { Command } from 'commander';
import type { ImportOptions } from './commands/import.ts';
import { type FleetOptions, withFleetOptions } from './options.ts';

type InventoryOptions = FleetOptions & { readonly tree?: boolean; readonly explain?: string };

/** Adds `inventory`; `done` gets the exit code of the command that ran. */
export function addInventoryCommand(program: Command, done: (code: number) => void): void {
  const inventory = withFleetOptions(program.command('inventory').description('show hosts and groups'))
    .option('--tree', 'as a tree of groups')
    .option('--explain <host>', 'each setting and var of a host, its source, and what it overrides')
    .action(async (_: InventoryOptions, command: Command) => {
      const options = command.optsWithGlobals<InventoryOptions>();
      const { explain } = options;
      if (explain === undefined) done(await (await import('./commands/ask.ts')).inventoryCommand(options));
      else done(await (await import('./commands/explain-host.ts')).explainHostCommand(explain, options));
    });
  const imports = inventory
    .command('import')
    .description(
      'make an inventory from that of another program: YAML on standard output, with comments about what is lost',
    );
  const kinds = [
    ['ansible <path>', 'INI, YAML, what --list prints, or a directory, with group_vars and host_vars'],
    [
      'ssh-config [file]',
      'the hosts that Host lines name (default: ~/.ssh/config), as ssh itself would reach them',
    ],
    ['known-hosts [file]', 'the hosts that are listed there without hashing (default: ~/.ssh/known_hosts)'],
    ['nodeset <path>', 'groups of ClusterShell: a file of groups.d, or the directory'],
  ] as const;
  for (const [words, description] of kinds) {
    imports
      .command(words)
      .description(description)
      .option('--out <file>', 'write it to a new file')
      .option('--overwrite', 'also if the file exists')
      .action(async (path: string | undefined, _: ImportOptions, command: Command) => {
        const { importCommand } = await import('./commands/import.ts');
        done(await importCommand(command.name(), path, command.optsWithGlobals()));
      });
  }
}
