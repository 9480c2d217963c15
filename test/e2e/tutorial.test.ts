// docs/tutorial.md, typed line by line: each command does what the page says. MUSTER_TUTORIAL=write puts what the commands
// print into the page.
// @module-tag long
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEngine, labBackend } from './engine.ts';

const root = join(import.meta.dirname, '../..');
const page = join(root, 'docs/tutorial.md');

/** A command with its further lines, and what the page says that it prints. */
interface Typed {
  readonly lines: readonly string[];
  readonly printed: string;
}

function commandsIn(block: string): readonly Typed[] {
  return block
    .split(/^(?=\$ )/m)
    .filter((part) => part.startsWith('$ '))
    .map((part) => {
      const lines = part.replace(/\n$/, '').split('\n');
      const end = lines.findIndex((line, at) => at > 0 && !/^>(?: |$)/.test(line));
      const at = end < 0 ? lines.length : end;
      return { lines: lines.slice(0, at), printed: lines.slice(at).join('\n') };
    });
}

/** What differs from run to run, from machine to machine. */
function masked(text: string): string {
  return text
    .replace(/^(?:practice hosts by|building|ns\d serves:).*\n?/gm, '')
    .replace(/\b\d{8}-\d{6}-[0-9a-f]{4,32}\b/g, 'RUN')
    .replace(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?/g, 'TIME')
    .replace(/\b\d+(?:\.\d+)? ?s\b/g, 'SECONDS')
    .replace(/(?:\/[\w.-]+)*\/muster-(?:tutorial|test)-\w+/g, '/home/you')
    .replace(/\S+@\S+/g, 'OPERATOR')
    .replace(/ +/g, ' ')
    .replace(/ +$/gm, '')
    .trimEnd();
}

describeWithEngine('docs/tutorial.md', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-tutorial-'));
    mkdirSync(join(folder, 'bin'));
    const program = (name: string, text: string): void => {
      writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(folder, 'bin', name), 0o755);
    };
    const main = join(root, 'dist/cli/main.js');
    program(
      'muster',
      `case "$1 $2" in 'lab up' | test\\ *) set -- "$@" --backend ${labBackend()} ;; esac\nexec ${process.execPath} ${main} "$@"`,
    );
    writeFileSync(join(folder, 'where'), folder);
  });

  afterAll(() => {
    spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), 'lab', 'down'], {
      cwd: join(folder, 'dns'),
    });
    rmSync(folder, { recursive: true });
  });

  function type({ lines }: Typed): string {
    const command = lines.map((line) => line.replace(/^[$>] ?/, '')).join('\n');
    const where = join(folder, 'where');
    const script = `exec 2>&1\ncd "$(cat ${where})"\n${command}\npwd >${where}\n`;
    const { stdout } = spawnSync('bash', ['-c', script], {
      encoding: 'utf8',
      input: '',
      env: {
        ...process.env,
        NO_COLOR: '1',
        LC_ALL: 'C.UTF-8',
        PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
        XDG_STATE_HOME: join(folder, 'state'),
      },
    });
    return stdout;
  }

  it('says what each command prints', () => {
    const text = readFileSync(page, 'utf8');
    const wrong: { command: string; said: string; printed: string }[] = [];
    const written = text.replace(/^```console\n([^]*?)^```$/gm, (_, block: string) => {
      const typed = commandsIn(block).map((each) => {
        const said = type(each);
        if (masked(said) !== masked(each.printed))
          wrong.push({ command: each.lines.join('\n'), said: masked(said), printed: masked(each.printed) });
        const shown = said
          .replaceAll(join(folder, 'dns'), '/home/you/dns')
          .replaceAll(/\S+@\S+/g, 'you@here')
          .replace(/ +$/gm, '');
        return `${each.lines.join('\n')}\n${shown}`;
      });
      return `\`\`\`console\n${typed.join('')}\`\`\``;
    });
    if (process.env['MUSTER_TUTORIAL'] === 'write') writeFileSync(page, written);
    else
      expect(wrong.map(({ command, said }) => ({ command, said }))).toEqual(
        wrong.map(({ command, printed }) => ({ command, said: printed })),
      );
  });
});
