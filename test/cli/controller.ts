// muster as a process of its own, with a folder to work in; and hosts for it that an sshd inside the test plays.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyPair, startSshd } from '../contract/transport/in-process-sshd.ts';
import { ampleSettings } from '../support/ample.ts';

export const main = join(import.meta.dirname, '../../dist/cli/main.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Controller {
  readonly folder: string;
  /** Runs muster in the folder; a path for an output opens that instead of reading it. */
  muster(
    args: readonly string[],
    outputs?: { readonly stdout?: string; readonly stderr?: string },
  ): Promise<Ended>;
  stop(): Promise<void>;
}

/** A folder with `inventory.yaml` of so many hosts, all of them this machine, as the sshd inside the test lets in. */
export async function controller(hosts: number): Promise<Controller> {
  const sshd = await startSshd();
  const folder = mkdtempSync(join(tmpdir(), 'muster-cli-'));
  writeFileSync(join(folder, 'id'), keyPair('user').private, { mode: 0o600 });
  const known = sshd.hostPublicKeys.map((key) => `[127.0.0.1]:${String(sshd.port)} ${key}\n`);
  writeFileSync(join(folder, 'known_hosts'), known.join(''));
  const entries = Array.from(
    { length: hosts },
    (_, index) => `  ns${String(index + 1)}: { address: 127.0.0.1 }\n`,
  );
  writeFileSync(
    join(folder, 'inventory.yaml'),
    `connection: { port: ${String(sshd.port)}, user: ops, agent: false, ${ampleSettings},
  identity_file: ${join(folder, 'id')}, known_hosts: ${join(folder, 'known_hosts')} }
hosts:\n${entries.join('')}`,
  );
  return {
    folder,
    muster: (args, outputs = {}) => runMuster(folder, args, outputs),
    stop: async () => {
      await sshd.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Runs muster in a folder; a path for an output opens that instead of reading it. */
export async function runMuster(
  cwd: string,
  args: readonly string[],
  { stdout, stderr }: { readonly stdout?: string; readonly stderr?: string } = {},
): Promise<Ended> {
  const files = [stdout, stderr].map((path) => (path === undefined ? undefined : openSync(path, 'w')));
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    stdio: ['ignore', files[0] ?? 'pipe', files[1] ?? 'pipe'],
  });
  for (const file of files) if (file !== undefined) closeSync(file);
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (bytes: Buffer) => (said.stdout += bytes.toString()));
  child.stderr?.on('data', (bytes: Buffer) => (said.stderr += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, ...said };
}
