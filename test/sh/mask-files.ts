// The runtime's masking and diffs, many texts in one process of a real sh with the awk of one's choice.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unescapeField } from '../../src/protocol/host-lines.ts';

const runtime = join(import.meta.dirname, '../../src/host');

/** The awks at hand, by name: the one true awk is that of NetBSD. */
export const awks: readonly string[] = ['mawk', 'original-awk', 'gawk', 'busybox'].filter((name) =>
  existsSync(`/usr/bin/${name}`),
);

/** A file before and after a change. */
export interface Pair {
  readonly old: string;
  readonly new: string;
  /** Its path; by default a name without meaning. */
  readonly path?: string;
}

/** What came of each pair: the lines of its diff as the event log has them, and the new text as `masked` prints it. */
export interface Told {
  readonly diff: readonly string[];
  readonly masked: string;
}

const script = `
m_work=$1
m__events=$m_work/events
m__diff_cap=400
m__receipt=
for m__part in codec events paths ways held read; do . "$m_work/runtime/$m__part.sh"; done
for m__case in "$m_work"/case.*; do
  : >"$m__events"
  read -r m__case_path <"$m__case/path"
  m__emit_diff "$m__case/old" "$m__case/new" "$m__case_path"
  cat "$m__events" >"$m__case/diff"
  mkdir -p "$m__case/where\${m__case_path%/*}"
  cp "$m__case/new" "$m__case/where$m__case_path"
  masked "$m__case/where$m__case_path" >"$m__case/masked"
done
`;

/** Runs m__emit_diff and masked of the runtime over all pairs. */
export function maskOnHost(pairs: readonly Pair[], awk: string): readonly Told[] {
  const work = mkdtempSync(join(tmpdir(), 'muster-mask-'));
  try {
    mkdirSync(join(work, 'bin'));
    symlinkSync(`/usr/bin/${awk}`, join(work, 'bin/awk'));
    symlinkSync(runtime, join(work, 'runtime'));
    const cases = pairs.map((pair, index) => {
      const directory = join(work, `case.${String(index).padStart(5, '0')}`);
      mkdirSync(directory);
      writeFileSync(join(directory, 'old'), pair.old);
      writeFileSync(join(directory, 'new'), pair.new);
      writeFileSync(join(directory, 'path'), `${pair.path ?? '/etc/some.conf'}\n`);
      return directory;
    });
    execFileSync('/bin/sh', ['-c', script, 'sh', work], {
      env: { PATH: `${work}/bin:/usr/bin:/bin`, LC_ALL: 'C' },
    });
    return cases.map((directory) => ({
      diff: readFileSync(join(directory, 'diff'), 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => unescapeField(line.replace(/^d\|/, ''))),
      masked: readFileSync(join(directory, 'masked'), 'utf8'),
    }));
  } finally {
    rmSync(work, { recursive: true });
  }
}
