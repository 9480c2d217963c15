// The runtime without a run: its functions, sourced as the driver does it, for tests that ask them directly.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { partsFor, readRuntime } from '../../src/host/index.ts';

/** Every sh that the runtime is tried in, as far as it is there; bash stands for a /bin/sh of other systems. */
export const allShells = ['/bin/dash', '/bin/busybox sh', '/bin/mksh', '/bin/bash'];

export interface BareRuntime {
  readonly work: string;
  /** Runs sh text after the runtime; what it printed on both outputs. */
  run(text: string | Buffer, options?: { shell?: string; path?: string; around?: readonly string[] }): string;
}

/** A private directory with a runtime in it, changed on the way if that is asked for. */
export function bareRuntime(mode: 'plan' | 'apply', change = (text: string): string => text): BareRuntime {
  const base = mkdtempSync(join(tmpdir(), 'muster-bare.'));
  onTestFinished(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const work = join(base, 'work');
  const runtime = join(work, 'runtime');
  mkdirSync(join(work, 'log'), { recursive: true });
  mkdirSync(join(base, 'state'));
  for (const [name, bytes] of partsFor('apply', readRuntime())) {
    mkdirSync(dirname(join(runtime, name)), { recursive: true });
    writeFileSync(
      join(runtime, name),
      name.endsWith('.sh') ? change(new TextDecoder().decode(bytes)) : bytes,
    );
  }
  return {
    work,
    run(text, { shell = '/bin/dash', path, around = [] } = {}) {
      writeFileSync(
        join(base, 'script'),
        Buffer.concat([Buffer.from(prelude(base, mode)), Buffer.from(text)]),
      );
      const [program, ...args] = [...around, ...shell.split(' '), join(base, 'script')];
      const env = { PATH: path ?? process.env['PATH'] };
      const ended = spawnSync(program, args, { env });
      return `${ended.stdout.toString('latin1')}${ended.stderr.toString('latin1')}`;
    },
  };
}

/** The first lines of driver.sh, as far as functions need them. */
function prelude(base: string, mode: string): string {
  return `LC_ALL=C; export LC_ALL; umask 022
m_work=${base}/work m__state_dir=${base}/state m__mode_run=${mode} m__action=${mode} m__playbook=bare m__run_id=bare
. "$m_work/runtime/parts.sh"
m__events=$m_work/log/000.ev m__seq=0 m__staged=0 m__group= m__kept_times= m__known_switches= m__looks=0 m_step=one m__receipt= m__hook=
m_self_uid=$(id -u) m_self_gid=$(id -g)
: >"$m_work/planned"; : >"$m_work/installs"; : >"$m_work/changed"; : >"$m__events"
m__find_digest
`;
}

/** A word that sh reads back as these bytes. */
export function quotedBytes(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replaceAll("'", String.raw`'\''`);
  return Buffer.from(`'${text}'`, 'latin1');
}
