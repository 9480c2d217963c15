// A cloned repository with a playbook, and muster in it as an operator runs it, with a home and a state of its own.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Ended, main } from './controller.ts';

export interface Clone {
  /** The repository. */
  readonly folder: string;
  readonly home: string;
  /** Below the home: what is trusted. */
  readonly store: string;
  /** Writes a file of the repository. */
  write(name: string, text: string, mode?: number): void;
  /** True once a command of the repository ran; begins anew. */
  ran(): boolean;
  muster(args: readonly string[], more?: RunOptions): Promise<Ended>;
}

interface RunOptions {
  /** Below the repository. */
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Runs on a terminal, where this is typed. */
  readonly typed?: string;
}

/** What makes `ran()` true, as the value of a var. */
export const command = '{ from_command: [touch, ran] }';

/** An inventory with one host that is not there, and this value, in YAML, for a var that the playbook takes. */
export function inventoryWith(tsig: string): string {
  return `connection: { known_hosts: /dev/null, agent: false, connect_timeout: 2s }
hosts: { ns1: { address: 127.0.0.1, connection: { port: 9 } } }
vars:
  tsig: ${tsig}
`;
}

const playbook = `name: demo
vars: { tsig: { type: string, secret: true }, zones: { type: files } }
steps: [{ id: a, script: steps/a.sh }]
`;

/** A repository with these files beside `playbooks/demo`; it goes away with the test. */
export function clone(files: Readonly<Record<string, string>>): Clone {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'muster-clone-')));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  const folder = join(root, 'repository');
  const home = join(root, 'home');
  const write = (name: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode });
  };
  const all = {
    'playbooks/demo/playbook.yaml': playbook,
    'playbooks/demo/steps/a.sh': 'state() { :; }\n',
    'below/x': '',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) write(name, text);
  mkdirSync(home);
  return {
    folder,
    home,
    store: join(home, '.local/state/muster/trust'),
    write,
    ran: () => {
      const places = ['ran', 'below/ran'].map((name) => join(folder, name));
      const found = places.some((place) => existsSync(place));
      for (const place of places) rmSync(place, { force: true });
      return found;
    },
    muster: (args, more = {}) => run(folder, home, args, more),
  };
}

async function run(
  folder: string,
  home: string,
  args: readonly string[],
  { cwd = '', environment = {}, typed }: RunOptions,
): Promise<Ended> {
  const env = {
    ...process.env,
    HOME: home,
    XDG_STATE_HOME: undefined,
    XDG_CONFIG_HOME: undefined,
    ...environment,
  };
  const words = [process.execPath, main, ...args];
  // util-linux's script gives a terminal to what it runs.
  const [program = '', ...rest] =
    typed === undefined
      ? words
      : ['script', '-qefc', words.map((word) => `'${word}'`).join(' '), '/dev/null'];
  const child = spawn(program, rest, { cwd: join(folder, cwd), env });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes: Buffer) => {
    said.stdout += bytes.toString();
    if (typed !== undefined && /\?\s*(\x1b\[[0-9;]*[A-Za-z]\s*)*$/.test(said.stdout)) child.stdin.end(typed);
  });
  child.stderr.on('data', (bytes: Buffer) => (said.stderr += bytes.toString()));
  if (typed === undefined) child.stdin.end();
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...said };
}
