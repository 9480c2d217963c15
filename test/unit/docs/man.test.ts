// The manual pages: npm installs each of them, and a formatter has nothing to say against them.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../../src/cli/program.ts';

const root = join(import.meta.dirname, '../../..');
const pages = readdirSync(join(root, 'docs/man')).toSorted();
const hasMandoc = spawnSync('mandoc', ['-T', 'lint', '/dev/null']).error === undefined;

describe('docs/man', () => {
  it('has a page for muster and for each command', () => {
    const commands = buildProgram('', () => undefined).createHelp();
    const program = buildProgram('', () => undefined);
    const names = commands.visibleCommands(program).map((command) => command.name());
    const wanted = names.filter((name) => name !== 'help').map((name) => `muster-${name}.1`);
    expect(pages).toEqual([...wanted, 'muster.1'].toSorted());
  });

  it('shows an example of each command', () => {
    const without = pages.filter(
      (page) =>
        page !== 'muster.1' &&
        !/^\.Sh EXAMPLES\n\.Bd -literal\n +\S/m.test(readFileSync(join(root, 'docs/man', page), 'utf8')),
    );
    expect(without).toEqual([]);
  });

  it('is complete in the field `man` of package.json', () => {
    const { man } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { man: string[] };
    expect(man).toEqual(pages.map((page) => `docs/man/${page}`));
  });

  it.skipIf(!hasMandoc).each(pages)('%s is mdoc as mandoc wants it', (page) => {
    const { stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning', join(root, 'docs/man', page)], {
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  });
});
