// What the engine knows about containers right now.
import { z } from 'zod';
import { MusterError } from '../model/index.ts';
import { tryDocker } from './docker.ts';

const inspectionSchema = z.object({
  Id: z.string(),
  State: z.object({ Status: z.string(), Pid: z.number() }),
  NetworkSettings: z.object({ IPAddress: z.string() }),
});

/** `pid` is 0 and `ip` is empty while the container is down. */
export interface Inspection {
  readonly state: string;
  readonly pid: number;
  readonly ip: string;
}

/** Inspects containers by full id; those that are gone are missing from the answer. */
export async function inspectContainers(ids: readonly string[]): Promise<ReadonlyMap<string, Inspection>> {
  const end = await tryDocker(['inspect', '--type', 'container', ...ids]);
  // One missing container makes the command fail although it answers for the others; no answer at all is a failure.
  if (end.exitCode !== 0 && !end.stderr.toLowerCase().includes('no such container')) {
    throw new MusterError('LAB_ENGINE', `docker inspect: ${end.stderr.trim()}`);
  }
  const found = z.array(inspectionSchema).parse(JSON.parse(end.stdout));
  return new Map(
    found.map(({ Id, State, NetworkSettings }) => [
      Id,
      { state: State.Status, pid: State.Pid, ip: NetworkSettings.IPAddress },
    ]),
  );
}
