// The stand-in host's pkg_add, pkg_admin, pkg_delete and pkg_info, which are one program, against the scripts that stand for them in
// the tests of the runtime: the same words, exit codes and files. What both say of real packages is in stand-in/*/packages.txt.
// @module-tag long
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLab, type Lab } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';

const scripts = join(import.meta.dirname, '../sh/package-tools');
const names = ['pkg_add', 'pkg_admin', 'pkg_delete', 'pkg_info'];

/** Small packages in /tmp/shelf, and later revisions of them in /tmp/shelf/next. */
const packing = `set -e
pack() { # FOLDER NAME LINES FILE...: LINES go into its list
  folder=$1 name=$2 lines=$3
  shift 3
  rm -rf /tmp/tree && mkdir -p /tmp/tree && cd /tmp/tree
  printf '@name %s\\n@cwd /tmp/prefix\\n%s' "$name" "$lines" >+CONTENTS
  for file; do mkdir -p "\${file%/*}" && echo "$name" >"$file" && printf '%s\\n@comment MD5:0\\n' "$file" >>+CONTENTS; done
  echo "words of $name" >+COMMENT && printf 'one\\n\\ntwo\\n' >+DESC && echo 12288 >+SIZE_PKG
  printf 'OPSYS=NetBSD\\nPKGPATH=test/%s\\n' "$name" >+BUILD_INFO
  [ "$name" != cat-2.0 ] || echo 'read me' >+DISPLAY
  chmod 444 +*
  mkdir -p "$folder" && tar czf "$folder/$name.tgz" *
}
pack /tmp/shelf ant-1.0 '' bin/ant share/ant/one share/examples/rc.d/anttest
pack /tmp/shelf bee-1.9 '@pkgdep ant>=1
' bin/bee
pack /tmp/shelf cat-2.0 '@pkgcfl dog-[0-9]*
@pkgdep {bee,wasp}-[0-9]*
' bin/cat lib/cat/a
pack /tmp/shelf dog-3.0rc1 '' bin/dog
pack /tmp/shelf/next ant-1.0nb2 '' bin/ant share/ant/two
pack /tmp/shelf/next ant-1.0nb10 '' bin/ant share/ant/two
pack /tmp/shelf/next ant-0.9 '' bin/ant
pack /tmp/shelf/next dog-3.0 '' bin/dog
printf broken >/tmp/shelf/x-1.0.tgz`;

/** What is asked of the tools, in this order. */
const story = [
  'pkg_info',
  'pkg_info -V; pkg_add -V; pkg_delete -V; pkg_admin -V',
  'pkg_delete ant',
  'pkg_add',
  'pkg_add -Z ant',
  'pkg_add -K',
  'pkg_add nosuch',
  'pkg_add /tmp/shelf/nosuch-1.0.tgz /tmp/shelf/nosuch',
  'pkg_add /tmp/shelf/x-1.0.tgz',
  'PKG_PATH="/nosuch;/tmp/shelf/" pkg_add -n bee',
  'PKG_PATH="/nosuch;/tmp/shelf/" PKG_RCD_SCRIPTS=yes pkg_add cat',
  'pkg_info',
  'pkg_info -a -q; pkg_info -u -I; pkg_info -a -Q PKGPATH',
  'pkg_info cat',
  'pkg_info -q cat bee nosuch ant.tgz',
  'pkg_info -cdDBbfSsLRnNpmr cat; pkg_info -qRn ant; pkg_info -X bee; pkg_info -I bee',
  "pkg_info -e ant; pkg_info -e 'ant>=1.0'; pkg_info -e 'ant>1.0'; pkg_info -qe bee; pkg_info -E 'bee<2'; pkg_info -E 'b*'",
  'pkg_info -e',
  'pkg_info -j',
  'pkg_info -Fe /tmp/prefix/bin/bee; pkg_info -qFe /tmp/prefix/bin/bee; pkg_info -Fe /nosuch; pkg_info -F /tmp/prefix/lib/cat/a',
  'pkg_add /tmp/shelf/dog-3.0rc1',
  'pkg_add cat ant; pkg_add /tmp/shelf/ant',
  'pkg_add /tmp/shelf/next/ant-1.0nb2',
  'pkg_add -u /tmp/shelf/next/ant-0.9.tgz',
  'cd /tmp/shelf/next && pkg_add -u ant-1.0nb2.tgz',
  'PKG_PATH=/tmp/shelf/next pkg_add -U ant',
  'pkg_add -f /tmp/shelf/next/ant-1.0nb10.tgz',
  'rm /tmp/prefix/bin/cat; pkg_admin check; pkg_admin rebuild',
  'pkg_admin lsall /tmp/shelf/next/ant; pkg_admin lsbest "/tmp/shelf/next/ant>=1"; cd /tmp/shelf && pkg_admin lsall "d*" next/dog',
  ...[
    ['ant>=1', 'ant-1.0'],
    ['ant>=1<2', 'ant-2'],
    ['ant>=1.0nb3', 'ant-1.0nb10'],
    ['ant<1.0', 'ant-1.0rc2'],
    ['ant<=1.0.0', 'ant-1.0'],
    ['ant>1.0alpha', 'ant-1.0beta'],
    ['ant>1.0a', 'ant-1.0b'],
    ['ant-[0-9]*', 'ant-1.0'],
    ['{ant,b{ee,at}}-1*', 'bat-1.0'],
    ['{ant,b{ee,at}}-1*', 'cat-1.0'],
    ['a?t*', 'ant-1.0'],
    ['an', 'ant-1.0'],
    ['ant-1.0', 'ant-1.0'],
  ].map(([pattern, name]) => `pkg_admin pmatch '${String(pattern)}' '${String(name)}'`),
  'pkg_admin pmatch one; pkg_admin nosuch; pkg_admin; pkg_admin audit',
  'PKG_PATH=/x pkg_admin config-var PKG_PATH; pkg_admin config-var PKG_DBDIR; pkg_admin config-var CHECK_VULNERABILITIES; pkg_admin config-var',
  'pkg_delete; pkg_delete -Z; pkg_delete nosuch; pkg_delete -n cat; pkg_delete ant',
  'PKG_PATH=/tmp/shelf pkg_add -p /tmp/other dog; ls -R /tmp/other; pkg_delete dog',
  'touch /tmp/prefix/lib/cat/mine; pkg_delete cat; pkg_delete -f ant; pkg_info',
  'pkg_delete bee; pkg_info -e bee',
  'pkg_add /tmp/shelf/dog-3.0rc1; PKG_PATH=/tmp/shelf pkg_add cat',
];

/** The files that there are now, with owner, mode and text; the parts of the database, too. */
const picture = `for place in "$PKG_DBDIR" /tmp/prefix; do
  [ ! -d $place ] || (cd $place && find . | sort | while read -r path; do
    ls -ldn $path | awk '{ print $1, $3, $4, $NF }'; [ ! -f $path ] || cat $path; done)
done; ls -l /etc/rc.d/anttest 2>/dev/null | awk '{ print $1, $3, $4, $NF }'; ls /var/tmp`;

describeWithEngine('the package tools of the stand-in host', () => {
  let directory: string;
  let lab: Lab;
  const sh = async (script: string): Promise<string> => {
    const end = await lab.exec('ns1', ['/bin/sh', '-c', script]);
    return `${end.stdout}--- stderr\n${end.stderr}--- ${String(end.exitCode)}\n`;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'muster-package-tools-'));
    lab = await startLab({ hosts: [{ name: 'ns1', named: false }], image: labImage(), directory });
    expect(await sh(packing)).toMatch(/--- 0\n$/);
    await sh('mkdir /tmp/scripts');
    for (const name of ['pkg.sh', ...names]) {
      const text = (await readFile(join(scripts, name), 'utf8')).replaceAll(
        '/libexec/.linux/pkg.sh',
        '/tmp/scripts/pkg.sh',
      );
      const put = `cat >/tmp/scripts/${name} <<'END OF FILE'\n${text}END OF FILE\nchmod 755 /tmp/scripts/${name}`;
      expect(await sh(put)).toMatch(/--- 0\n$/);
    }
  });

  afterAll(async () => {
    await lab.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('are a program, and say, do and end as the scripts of the same names', async () => {
    expect(
      await sh(
        "head -c 4 /usr/sbin/pkg_add | tail -c 3; ls -i /usr/sbin/pkg_* | awk '{ print $1 }' | sort -u | wc -l",
      ),
    ).toMatch(/^ELF +1\n/);
    const told = async (path: string): Promise<string[]> => {
      await sh('rm -rf /tmp/db /tmp/prefix /tmp/other /etc/rc.d/anttest');
      const steps: string[] = [];
      for (const command of story) {
        const environment = `PATH=${path}/sbin:/usr/sbin:/bin:/usr/bin PKG_DBDIR=/tmp/db; export PATH PKG_DBDIR; cd /tmp; `;
        steps.push(`$ ${command}\n${await sh(`${environment}(${command}\n); echo "exit $?"; ${picture}`)}`);
      }
      return steps;
    };
    const [program, script] = [await told(''), await told('/tmp/scripts:')];
    for (const [index, step] of script.entries()) expect(program[index]).toBe(step);
    // The story is one in which something happens.
    for (const words of ['conflicts with', 'still required by', 'read me', 'anttest', 'fulfilled by'])
      expect(program.join('')).toContain(words);
  });
});
