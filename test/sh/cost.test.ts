// What a run costs a host before any resource is looked at: processes, counted exactly. Each run has a namespace of process numbers
// of its own, in which the last number is the count, and a /tmp of its own. Naps are not counted: a slow machine has more of them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundlePacker } from '../../src/compile/index.ts';
import { readRuntime } from '../../src/host/index.ts';
import type { HostJob, RunSettings } from '../../src/model/index.ts';
import { runHost } from '../../src/run/index.ts';
import type { Session, Transport } from '../../src/transport/index.ts';
import { localTransport } from '../../src/transport/index.ts';
import { testJob, testTools } from '../support/job.ts';
import { ample, ampleStepSeconds } from '../support/ample.ts';
import { loneConnection } from '../support/lone-host.ts';
import { recordHost } from '../support/recorded.ts';
import { swapFirst } from '../support/swapped.ts';

const namespace = 'unshare -rpfm --mount-proc /bin/sh -c';
/** The first process of the namespace, the one that mounts, and the one that counts. */
const notOfRun = 3;

const canCount = ((): boolean => {
  try {
    execFileSync('/bin/sh', ['-c', `${namespace} 'cat /proc/sys/kernel/ns_last_pid'`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Given {
  readonly command?: string;
  readonly steps?: number;
  readonly body?: string;
}

/** How many processes a run starts on the host, naps apart. */
async function costOf(action: RunSettings['action'], given: Given = {}): Promise<number> {
  const base = mkdtempSync('/var/tmp/cost.');
  onTestFinished(() => {
    rmSync(base, { recursive: true });
  });
  const [naps, count] = [join(base, 'naps'), join(base, 'count')];
  const job = jobOf(action, join(base, 'state'), given);
  const { bytes } = await bundlePacker(withNapsCounted(naps))(job);
  const record = recordHost(job.host, action, job.settings.outputCap);
  await runHost(
    job,
    testTools(counting(count), () => Promise.resolve(bytes), record.take),
  );
  expect(record.result(), record.result().reason).toMatchObject({ outcome: 'ok' });
  const numberOfNaps = existsSync(naps) ? readFileSync(naps).length : 0;
  return Number(readFileSync(count, 'utf8')) - notOfRun - numberOfNaps;
}

function jobOf(action: RunSettings['action'], stateDirectory: string, given: Given): HostJob {
  const { command, steps = 0, body = 'state() { :; }\n' } = given;
  const ids = Array.from({ length: steps }, (_, at) => `s${String(at)}`);
  return {
    ...testJob({ ...loneConnection, ...ample }, { action, stateDirectory }),
    steps: ids.map((id) => ({ id, script: `steps/${id}.sh`, timeoutSeconds: ampleStepSeconds, retries: 0 })),
    files: new Map(ids.map((id) => [`steps/${id}.sh`, new TextEncoder().encode(body)])),
    ...(command === undefined ? {} : { command }),
  };
}

/** The follower's naps leave a letter each, and however slow the machine is, a ticker is one process. */
function withNapsCounted(file: string): ReadonlyMap<string, Uint8Array> {
  const text = new TextDecoder().decode(readRuntime().get('follow.sh'));
  const counted = swapFirst(text, '  sleep "$m__nap" >', `  printf x >>'${file}'\n  sleep "$m__nap" >`);
  const follower = swapFirst(counted, '"$m__rounds" -lt 4', '"$m__rounds" -lt 4000');
  return new Map([
    ...readRuntime(),
    ['follow.sh', new TextEncoder().encode(follower)],
    ['ticker.sh', new TextEncoder().encode('exec sleep 600\n')],
  ]);
}

function counting(count: string): Transport {
  const inner = localTransport();
  const before = 'mount -t tmpfs -o mode=1777 tmpfs /tmp';
  return {
    async connect(host, signal): Promise<Session> {
      const session = await inner.connect(host, signal);
      return {
        exec: (command) =>
          session.exec(
            `exec ${namespace} '${before}; (${command}); cat /proc/sys/kernel/ns_last_pid >${count}'`,
          ),
        close: () => {
          session.close();
        },
      };
    },
  };
}

describe.skipIf(!canCount)('a run that looks at no resource', () => {
  it('starts seven processes for a command, and its nap', async () => {
    // What mounts, the shell of the channel, mktemp, tar and what it unpacks with, the driver, the command.
    expect(await costOf('exec', { command: 'true' })).toBeLessThanOrEqual(7);
  });

  it('costs little more if the command prints something', async () => {
    expect(await costOf('exec', { command: 'echo out; echo err >&2' })).toBeLessThanOrEqual(11);
  });

  it('gathers facts with few processes', async () => {
    expect(await costOf('facts')).toBeLessThanOrEqual(16);
  });

  it('starts one process for a step with nothing to do, whatever the step defines', async () => {
    const none = await costOf('verify');
    expect(none).toBeLessThanOrEqual(16);
    expect((await costOf('verify', { steps: 10 })) - none).toBe(10);
    const body = 'state() { :; }\nverify() { observe a b; }\nundo() { :; }\n';
    expect((await costOf('verify', { steps: 10, body })) - none).toBe(10);
    expect((await costOf('verify', { steps: 10, body: `${body}applies() { :; }\n` })) - none).toBe(10);
  });
});
