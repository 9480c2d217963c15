// The sh runtime as values. The scripts lie beside this file, in the sources and in the build alike.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
export { partsFor, staysOnHost } from './parts.ts';

/** Every script of the runtime, relative path to content; read once per process. */
export function readRuntime(): ReadonlyMap<string, Uint8Array> {
  cached ??= new Map(
    readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(sh|awk)$/.test(path))
      .toSorted()
      .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(import.meta.dirname, path))]),
  );
  return cached;
}

let cached: ReadonlyMap<string, Uint8Array> | undefined;
