// Places that another account may write, what it plants there, and a canary of root's that shows whether root went where that
// account led it: every change of owner, mode, content or links changes a change time.
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, linkSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ScratchHost } from './scratch.ts';
import { scratchHost } from './scratch.ts';

/** The account that is not root: it owns `his`, and may write in `ours` by its group and in `all` like everybody. */
export const other = 4711;

/** What stands in the canary's secret, and must never be read out of there. */
export const secretText = 'canary-5d41402abc4b2a76';

/** A host with the places, and a canary beside them. */
export function hostWithOthers(): ScratchHost {
  const host = scratchHost();
  execFileSync('chmod', ['0755', join(host.root, '..'), host.root]);
  host.write('canary/secret', `root:${secretText}:0:0::/root:/bin/sh\n`, 0o600);
  host.write('canary/linked', `${secretText}\n`, 0o600);
  host.write('canary/program', 'echo from root\n', 0o755);
  host.write('canary/in/t', `${secretText}\n`, 0o600);
  mkdirSync(host.path('his'));
  chownSync(host.path('his'), other, other);
  mkdirSync(host.path('ours'));
  chownSync(host.path('ours'), 0, other);
  mkdirSync(host.path('all'));
  execFileSync('chmod', ['0775', host.path('ours')]);
  execFileSync('chmod', ['1777', host.path('all')]);
  return host;
}

/** A directory of the other account's. */
export function hisDirectory(host: ScratchHost, name: string): string {
  const path = host.path(name);
  mkdirSync(path, { recursive: true });
  chownSync(path, other, other);
  return path;
}

/** What can lie in wait at a path. */
export const plants: Readonly<Record<string, (host: ScratchHost, path: string) => void>> = {
  'link to a file': (host, path) => {
    symlinkSync(host.path('canary/linked'), path);
  },
  'link to a directory': (host, path) => {
    symlinkSync(host.path('canary'), path);
  },
  'link to nothing': (host, path) => {
    symlinkSync(host.path('canary/not-there'), path);
  },
  'hard link': (host, path) => {
    linkSync(host.path('canary/linked'), path);
  },
  pipe: (_host, path) => {
    execFileSync('mkfifo', [path]);
  },
  device: (_host, path) => {
    symlinkSync('/dev/zero', path);
  },
  directory: (_host, path) => {
    mkdirSync(path);
  },
};

/** Plants it as the other account's own. */
export function plant(host: ScratchHost, kind: string, name: string): void {
  plants[kind]?.(host, host.path(name));
  if (kind !== 'hard link') execFileSync('chown', ['-h', String(other), host.path(name)]);
}

/**
 * The canary as it is: every name with all that a change of it changes. Of `linked`, which the other account has under a name
 * of its own, not what changes when that name goes.
 */
export function canaryOf(host: ScratchHost): readonly string[] {
  const lines: string[] = [];
  const walk = (name: string): void => {
    const { mode, uid, gid, nlink, size, ctimeNs, ino } = lstatSync(host.path(name), { bigint: true });
    const changes = name === 'canary/linked' ? [] : [nlink, ctimeNs];
    lines.push(`${name} ${mode.toString(8)} ${String([uid, gid, size, ino, ...changes])}`);
    if ((mode & 0o170000n) === 0o040000n)
      for (const entry of readdirSync(host.path(name)).toSorted()) walk(`${name}/${entry}`);
  };
  walk('canary');
  return lines;
}

/** Files in which the secret stands, among receipts and what a run said. */
export function leaksOf(host: ScratchHost, ...said: readonly unknown[]): readonly string[] {
  const leaks = said.filter((one) => JSON.stringify(one).includes(secretText)).map(() => 'what was said');
  const grep = `grep -rl --devices=skip ${secretText} ${host.state}/runs ${host.state}/pending.* 2>/dev/null || :`;
  const found = execFileSync('sh', ['-c', grep]).toString();
  return [...leaks, ...found.split('\n').filter((line) => line !== '')];
}

/** Starts a program of the other account's that works on names below the tree until `stop`, and says how many rounds it made. */
export function racer(host: ScratchHost, folder: string, body: string): { stop: () => Promise<number> } {
  const script = join(host.root, '..', `racer-${String(Math.random()).slice(2)}.cjs`);
  writeFileSync(
    script,
    `const fs = require('node:fs');
const root = process.argv[2];
const tries = (...works) => { for (const work of works) try { work(); } catch {} };
let rounds = 0;
let run = true;
process.on('SIGTERM', () => { run = false; });
const loop = () => {
  for (let turn = 0; turn < 50; turn++) { ${body}; rounds++; }
  if (run) setImmediate(loop);
  else { process.stdout.write(String(rounds)); process.exit(0); }
};
loop();
`,
  );
  const child: ChildProcess = spawn(process.execPath, [script, host.root], {
    uid: other,
    gid: other,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<number>((resolve) => {
    child.on('close', () => {
      resolve(Number(said));
    });
  });
  const stop = async (): Promise<number> => {
    child.kill();
    return ended;
  };
  onTestFinished(async () => {
    await stop();
  });
  return { stop };
}

/** Words for a step: `try RESOURCE...` goes on when it is refused, and says why in the step's output. */
export const tryWords = `try() {
  set +e
  rm -f "$m_work/fail.reason"
  ( set -e; "$@" )
  m__tried=$?
  set -e
  m__holds=0 m__lent=''
  [ -z "$m__receipt" ] || m__seq=$(($(wc -l <"$m__receipt/journal")))
  printf 'tried %s: %s\\n' "$m__tried" "$*"
  [ ! -f "$m_work/fail.reason" ] || cat "$m_work/fail.reason"
  [ ! -f "\${m__receipt:-/none}/borrowed" ] || { echo 'STILL BORROWED'; cat "$m__receipt/borrowed"; m__give_back; }
  rm -f "$m_work/fail.reason"
}
`;
