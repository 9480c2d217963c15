// Commands that give values to variables whose names are their arguments.
import type { Command, Word } from './model.ts';
import type { Scanner } from './scanner.ts';
import { noteAssignment } from './scanner.ts';

/** Notes the variables that `read`, `local`, `export`, `readonly` and `getopts` set. */
export function noteNames(scanner: Scanner, { words }: Command): void {
  const [command, ...args] = words;
  const targets = command === undefined ? [] : targetsOf(command.value ?? '', args);
  for (const { prefix, start } of targets) {
    const name = /^[A-Za-z_]\w*/.exec(prefix)?.[0];
    if (name !== undefined) noteAssignment(scanner, name, start);
  }
}

function targetsOf(command: string, args: readonly Word[]): readonly Word[] {
  switch (command) {
    case 'read':
    case 'local':
    case 'readonly':
      return args;
    case 'export':
      return args.filter(({ prefix }) => prefix.includes('='));
    case 'getopts':
      return args.slice(1, 2);
    default:
      return [];
  }
}
