// Packs bundles for a run: gzip members of a tar, one behind the other. What many hosts have alike is compressed once, and a host's
// own part comes behind it; gunzip(1) gives them as one.
import { gzip } from 'node:zlib';
import { readRuntime } from '../host/index.ts';
import type { HostJob } from '../model/index.ts';
import { bundleEntries } from './bundle.ts';
import { ustarEnd, ustarOf } from './ustar.ts';

/** What a host is sent, and a digest over everything in it that is not this run's own (id, nonce, secrets). */
export interface Bundle {
  readonly bytes: Uint8Array;
  readonly digest: string;
}

/**
 * Gives the function that packs the jobs of one run with the sh runtime. That one rejects with a MusterError for what cannot travel: a
 * value with a NUL, a var that is no shell name, a path that is too long.
 */
export function bundlePacker(
  runtime: ReadonlyMap<string, Uint8Array> = readRuntime(),
): (job: HostJob) => Promise<Bundle> {
  const [packShared, packGiven] = [packerOfAlike(), packerOfAlike()];
  return async (job) => {
    const { shared, given, own, digest } = bundleEntries(job, runtime);
    const pieces = [
      packShared(shared),
      packGiven(given),
      compressed(Buffer.concat([ustarOf(own), ustarEnd])),
    ];
    return { bytes: Buffer.concat(await Promise.all(pieces)), digest };
  };
}

/** Packs entries that are as a rule those of the call before, and then need not be packed again. */
function packerOfAlike(): (entries: ReadonlyMap<string, Uint8Array>) => Promise<Uint8Array> {
  let last:
    { readonly entries: ReadonlyMap<string, Uint8Array>; readonly packed: Promise<Uint8Array> } | undefined;
  return (entries) => {
    if (entries.size === 0) return Promise.resolve(new Uint8Array());
    if (last === undefined || !areAlike(last.entries, entries))
      last = { entries, packed: compressed(ustarOf(entries)) };
    return last.packed;
  };
}

/** Contents are mostly the very same arrays, so this takes no time. */
function areAlike(a: ReadonlyMap<string, Uint8Array>, b: ReadonlyMap<string, Uint8Array>): boolean {
  const others = [...b];
  return (
    a.size === others.length &&
    [...a].every(([path, bytes], at) => {
      const [otherPath, other] = others[at] ?? [];
      return (
        path === otherPath && (bytes === other || Buffer.compare(bytes, other ?? new Uint8Array()) === 0)
      );
    })
  );
}

function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gzip(bytes, { level: 9 }, (error, packed) => {
      if (error === null) resolve(packed);
      else reject(error);
    });
  });
}
