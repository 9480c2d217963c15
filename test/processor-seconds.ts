// What a process has cost the processor.
import { existsSync, readFileSync } from 'node:fs';

/** Processor seconds of this process and of those that it, or whom it started, waited for; undefined where the kernel does not say. */
export function processorSeconds(): number | undefined {
  const path = '/proc/self/stat';
  if (!existsSync(path)) return undefined;
  const fields = readFileSync(path, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  // A hundredth of a second is the kernel's unit here.
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) / 100;
}
