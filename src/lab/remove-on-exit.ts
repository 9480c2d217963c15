// Takes a lab away when the process that started it ends: normally, by an uncaught error, or by a signal.
import { spawnSync } from 'node:child_process';
import { labLabel } from './labels.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Arms the removal of a lab; the function it gives disarms it. */
export function removeOnExit(lab: string): () => void {
  const onExit = (): void => {
    removeNow(lab);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    removeNow(lab);
    disarm();
    // Another listener decides how the process ends; if there is none, it ends as if we had not listened.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const disarm = (): void => {
    process.off('exit', onExit);
    for (const signal of signals) process.off(signal, onSignal);
  };
  process.on('exit', onExit);
  for (const signal of signals) process.on(signal, onSignal);
  return disarm;
}

/** Synchronous, because nothing else runs while a process exits. */
function removeNow(lab: string): void {
  const options = { encoding: 'utf8', timeout: 60_000 } as const;
  const list = ['ps', '--all', '--quiet', '--filter', `label=${labLabel}=${lab}`];
  const ids = spawnSync('docker', list, options)
    .stdout.split('\n')
    .filter((id) => id !== '');
  if (ids.length > 0) spawnSync('docker', ['rm', '--force', '--volumes', ...ids], options);
}
