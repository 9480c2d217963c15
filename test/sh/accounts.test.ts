// The password databases in the cage, in a real sh with a pwd_mkdb of the test's own: what they know beyond named is found
// and mended, also where pwd_mkdb never writes the same bytes twice.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LocalRun } from '../support/run-local.ts';
import type { ScratchHost } from './scratch.ts';
import { changesOf, complaintsOf, scratchHost, shells } from './scratch.ts';

const folder = join(import.meta.dirname, '../../playbooks/caged-bind');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

/** Writes an entry as the real one does: its fields, with NULs between them; then JUNK. */
const mkdb = (junk: string): string => `#!/bin/sh
while getopts pd: option; do [ "$option" != d ] || dir=$OPTARG; done
shift $((OPTIND - 1))
awk -F: -v OFS=: '{ print $1, $2, $3, $4, $8, $9, $10 }' "$1" >"$dir/etc/passwd"
for base in pwd.db spwd.db; do
  { awk '{ print "\\001" $0 }' "$1" | tr ':\\n' '\\000\\000'; ${junk}; } >"$dir/etc/$base"
done
`;

describe.skipIf(process.getuid?.() !== 0).each(shells)('accounts of the cage in %s', (shell) => {
  function accounts(host: ScratchHost): Partial<LocalRun> {
    const [passwords, hosts] = [host.path('master.passwd'), host.path('passwd')];
    const moved = (text: string): string =>
      text.replaceAll(' /etc/master.passwd', ` ${passwords}`).replaceAll('"/etc/passwd"', `"${hosts}"`);
    return {
      steps: {
        passwords: `state() { PATH=$root/bin:$PATH; caged_accounts named; }
verify() { prove_accounts; }`,
      },
      files: Object.fromEntries(
        ['lib/reading.sh', 'lib/cage.sh', 'lib/cage-proof.sh'].map((name) => [
          name,
          Buffer.from(moved(read(name))),
        ]),
      ),
      vars: { cage: host.path('cage'), run_user: 'named' },
    };
  }

  it.each([
    ['that always writes the same', ':'],
    ['that fills up with junk', 'dd if=/dev/urandom bs=64 count=1 2>/dev/null'],
  ])('finds and corrects other accounts in the databases, with a pwd_mkdb %s', async (_, junk) => {
    const host = scratchHost({ shell });
    const named = 'named:$1$secret:14:14::0:0:& pseudo-user:/var/chroot/named:/sbin/nologin\n';
    host.write(
      'master.passwd',
      `root:$1$hash:0:0::0:0:Charlie &:/root:/bin/sh\nbind:*:5:5::0:0:x:/:/bin/sh\n${named}`,
    );
    host.write(
      'passwd',
      'root:*:0:0:Charlie &:/root:/bin/sh\nbind:*:5:5:x:/:/bin/sh\nnamed:*:14:14::/:/sbin/nologin\n',
    );
    host.write('bin/pwd_mkdb', mkdb(junk), 0o755);
    host.write('cage/etc/keep', '');
    const run = accounts(host);
    const applied = await host.run('apply', run);
    expect(applied.result.outcome, complaintsOf(applied.result)).toBe('changed');
    expect((await host.run('apply', run)).result.outcome).toBe('ok');
    expect((await host.run('verify', run)).result.outcome).toBe('ok');

    host.write('cage/etc/spwd.db', '\u0001root\0$1$hash\u0000bind\0\u0001named\0*');
    const found = await host.run('verify', run);
    expect(changesOf(found.result)).toEqual([`passwords caged_accounts ${host.path('cage/etc')}`]);
    const bad = found.result.checks.filter(({ holds }) => !holds);
    expect(bad.map(({ message }) => message)).toEqual(['it knows root, bind in spwd.db']);
    expect((await host.run('apply', run)).result.outcome).toBe('changed');
    expect(host.read('cage/etc/spwd.db')).not.toContain('\u0001root');
    expect((await host.run('verify', run)).result.outcome).toBe('ok');
  });
});
