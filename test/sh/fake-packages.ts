// Package tools below a scratch tree, with small packages to install: scripts that say and do what the programs of the stand-in host
// do (test/e2e/package-tools.test.ts), so that a run can be killed before each of the programs that they start.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { paxTool } from './fake-host.ts';
import type { ScratchHost } from './scratch.ts';

/** What is in a binary package. */
export interface PackageContent {
  /** Full name, with its version. */
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Modes of files that are not 0644. */
  readonly modes?: Readonly<Record<string, number>>;
  /** Link to its text. */
  readonly links?: Readonly<Record<string, string>>;
  /** Patterns of what it needs. */
  readonly needs?: readonly string[];
  /** File name of the archive, where it is not the package's. */
  readonly archive?: string;
}

/** The tools and the place where packages lie. */
export interface FakePackages {
  /** PATH with the tools in front. */
  readonly path: string;
  /** The directory of the archives. */
  readonly shelf: string;
  make(content: PackageContent): void;
  /** Runs a command with the tools, as somebody at the host would. */
  run(...command: readonly string[]): string;
  /** The process group dies before the Nth call of a program that pkg_add and pkg_delete run in what follows. */
  dieAt(call: number | undefined): void;
  /** How many such calls there were since dieAt. */
  calls(): number;
}

const scripts = join(import.meta.dirname, 'package-tools');
const makeTool = `case $1 in
  show-var) echo "$(sed -n 's/^NAME=//p' Makefile)" ;;
  install | replace) echo "$1" >>targets; exec pkg_add -u "$(sed -n 's/^FROM=//p' Makefile)" ;;
  *) echo "$1" >>targets ;;
esac`;
const pkginTool = `[ "$1 $2 $3" = '-y -f install' ] || { echo "pkgin: $*" >&2; exit 1; }
for needed in SHELF/upgrade-*; do [ ! -f "$needed" ] || PKG_PATH=SHELF pkg_add -u "$(cat "$needed")"; done
PKG_PATH=\${PKG_REPOS:-SHELF} exec pkg_add -u "$4"`;

/** Puts the tools beside the tree. */
export function fakePackages(host: ScratchHost): FakePackages {
  const place = `${host.root}.packages`;
  // A directory whose name looks like a package's, as those of releases do.
  const shelf = join(place, 'shelf-11.0');
  const [counter, limit] = [join(place, 'calls'), join(place, 'limit')];
  for (const folder of ['bin', 'hidden', 'shelf-11.0']) mkdirSync(join(place, folder), { recursive: true });
  mkdirSync(host.path('var/db'), { recursive: true });
  const put = (name: string, text: string): void => {
    writeFileSync(join(place, name), text);
    chmodSync(join(place, name), 0o755);
  };
  const moved = (name: string): string =>
    readFileSync(join(scripts, name), 'utf8')
      .replaceAll('/libexec/.linux/pkg.sh', join(place, 'pkg.sh'))
      .replaceAll('/libexec/.linux/bin', join(place, 'hidden'))
      .replaceAll('/var/db/pkg', host.path('var/db/pkg'))
      .replaceAll('/var/tmp/', `${place}/`);
  put('pkg.sh', moved('pkg.sh'));
  for (const name of ['pkg_add', 'pkg_admin', 'pkg_delete', 'pkg_info']) {
    put(`bin/${name}`, moved(name));
  }
  put('bin/pax', `#!/bin/sh\n${paxTool}\n`);
  put('bin/make', `#!/bin/sh\n${makeTool}\n`);
  put('bin/pkgin', `#!/bin/sh\n${pkginTool.replaceAll('SHELF', shelf)}\n`);
  put('hidden/mktemp', '#!/bin/sh\nexec mktemp "$@"\n');
  const doomed = (program: string): string => `#!/bin/sh
if [ -f ${limit} ]; then
  printf x >>${counter}
  [ "$(($(wc -c <${counter})))" -lt "$(cat ${limit})" ] || kill -s KILL 0
fi
exec ${program} "$@"
`;
  put('hidden/cp', doomed('cp'));
  for (const name of ['rm', 'mkdir', 'mv', 'rmdir', 'cp']) put(`hidden/doomed-${name}`, doomed(name));
  return {
    path: `${place}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    shelf,
    make: (content) => {
      pack(content, shelf, host.path('usr/pkg'));
    },
    run: (...command) =>
      execFileSync(command[0] ?? '', command.slice(1), {
        env: { PATH: `${place}/bin:${process.env['PATH'] ?? ''}`, PKG_PATH: shelf },
        stdio: ['ignore', 'pipe', 'pipe'],
      }).toString(),
    dieAt: (call) => {
      rmSync(counter, { force: true });
      if (call === undefined) rmSync(limit, { force: true });
      else writeFileSync(limit, String(call));
    },
    calls: () => readFileSync(counter, 'utf8').length,
  };
}

function pack(content: PackageContent, shelf: string, prefix: string): void {
  const tree = mkdtempSync(join(tmpdir(), 'muster-package-'));
  const put = (name: string, text: string, mode = 0o644): void => {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
    chmodSync(join(tree, name), mode);
  };
  const list = [`@name ${content.name}`, `@cwd ${prefix}`];
  list.push(...(content.needs ?? []).map((pattern) => `@pkgdep ${pattern}`));
  for (const [name, text] of Object.entries(content.files)) {
    put(name, text, content.modes?.[name]);
    list.push(name, `@comment MD5:${createHash('md5').update(text).digest('hex')}`);
  }
  for (const [name, text] of Object.entries(content.links ?? {})) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    symlinkSync(text, join(tree, name));
    list.push(name);
  }
  put('+CONTENTS', `${list.join('\n')}\n`, 0o444);
  put('+COMMENT', `${content.name}\n`, 0o444);
  put('+BUILD_INFO', 'OPSYS=NetBSD\n', 0o444);
  execFileSync(
    'sh',
    ['-c', 'tar czf "$1" +* [!+]*', 'sh', join(shelf, `${content.archive ?? content.name}.tgz`)],
    {
      cwd: tree,
    },
  );
  rmSync(tree, { recursive: true });
}
