// The lives of resources that work on files and directories: what is declared, what it does, what counts as drift.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { expect } from 'vitest';
import type { Life } from './life.ts';
import type { ScratchHost } from './scratch.ts';

const bytes = Uint8Array.from({ length: 1024 }, (_, index) => (index * 7) % 256);

function modeOf(host: ScratchHost, name: string): string {
  return (lstatSync(host.path(name)).mode & 0o7777).toString(8);
}

/** An old time, so that a time stamp that is not put back shows. */
function age(host: ScratchHost, ...names: string[]): void {
  for (const name of names) utimesSync(host.path(name), 981_173_106.25, 981_173_106.25);
}

const directoryLives: readonly Life[] = [
  {
    resource: 'directory',
    title: 'makes a directory and its parents',
    state: 'directory "$root/a/b/c" --owner 12 --group 13 --mode 0750',
    after: (host) => {
      expect([modeOf(host, 'a/b/c'), modeOf(host, 'a/b'), modeOf(host, 'a')]).toEqual(['750', '755', '755']);
      expect(lstatSync(host.path('a/b/c'))).toMatchObject({ uid: 12, gid: 13 });
    },
    drift: (host) => {
      chmodSync(host.path('a/b/c'), 0o700);
    },
  },
  {
    resource: 'directory',
    title: 'changes owner and mode of one that is there, set-group-id bit included',
    before: (host) => {
      host.write('d/file', 'stays\n');
      age(host, 'd');
    },
    state: 'directory "$root/d" --owner 7 --mode 2770',
    after: (host) => {
      expect(modeOf(host, 'd')).toBe('2770');
    },
    drift: (host) => {
      chownSync(host.path('d'), 8, 0);
    },
  },
  {
    resource: 'directory',
    title: 'lets an undo remove what daemons leave behind',
    state: `directory "$root/run" --transient '*.pid' --transient log
command 'a daemon leaves things' --run 'echo 1 >"'"$root"'/run/x.pid"; mkdir "'"$root"'/run/log"' --unless 'test -f "'"$root"'/run/x.pid"' --undo :`,
    after: (host) => {
      expect(existsSync(host.path('run/log'))).toBe(true);
    },
    drift: (host) => {
      rmSync(host.path('run'), { recursive: true });
    },
  },
  {
    resource: 'mode_owner',
    title: 'changes owner, group and mode of what is there',
    before: (host) => {
      host.write('key', 'k\n', 0o644);
      mkdirSync(host.path('dir'));
      age(host, 'key', 'dir');
    },
    state: 'mode_owner "$root/key" --owner 1 --group 2 --mode 0600\nmode_owner "$root/dir" --mode 1777',
    after: (host) => {
      expect([modeOf(host, 'key'), modeOf(host, 'dir')]).toEqual(['600', '1777']);
    },
    drift: (host) => {
      chmodSync(host.path('key'), 0o640);
    },
  },
  {
    resource: 'absent',
    title: 'removes a file, a link and an empty directory',
    before: (host) => {
      host.write('f', 'old\n', 0o4711);
      symlinkSync('nowhere at all', host.path('l'));
      mkdirSync(host.path('d'));
      chownSync(host.path('d'), 3, 4);
      age(host, 'f', 'd', '.');
    },
    state: 'absent "$root/f"\nabsent "$root/l"\nabsent "$root/d"\nabsent "$root/never-there"',
    after: (host) => {
      expect(['f', 'l', 'd'].filter((name) => existsSync(host.path(name)))).toEqual([]);
    },
    drift: (host) => {
      mkdirSync(host.path('d'));
    },
  },
  {
    resource: 'absent',
    title: 'removes a directory that earlier resources have emptied',
    before: (host) => host.write('d/only', 'x\n'),
    state: 'absent "$root/d/only"\nabsent "$root/d"',
    after: (host) => {
      expect(existsSync(host.path('d'))).toBe(false);
    },
    drift: (host) => {
      mkdirSync(host.path('d'));
    },
  },
  {
    resource: 'absent',
    title: 'removes a whole tree, and gives back links, hard links, modes and owners',
    grain: 'second',
    before: (host) => {
      host.write('tree/a/one', 'one\n', 0o600);
      host.write('tree/b/bytes', bytes, 0o4755);
      host.write('tree/name with $blanks', '');
      linkSync(host.path('tree/a/one'), host.path('tree/b/same'));
      symlinkSync('../a/one', host.path('tree/b/link'));
      chownSync(host.path('tree/a'), 5, 6);
      age(host, 'tree/a/one', 'tree/b', 'tree', '.');
    },
    state: 'absent "$root/tree" --recursive',
    after: (host) => {
      expect(existsSync(host.path('tree'))).toBe(false);
    },
    drift: (host) => {
      mkdirSync(host.path('tree'));
    },
  },
  {
    resource: 'symlink',
    title: 'makes links, replaces wrong ones, also one that points to a directory',
    before: (host) => {
      mkdirSync(host.path('real'));
      symlinkSync('real', host.path('to-dir'));
      symlinkSync('gone', host.path('broken'));
      age(host, '.');
    },
    state: `symlink "$root/new" --to "a b'c\\\\d|e"
symlink "$root/to-dir" --to elsewhere
symlink "$root/broken" --to -dash
symlink "$root/nl" --to 'two
lines'`,
    after: (host) => {
      expect(['new', 'to-dir', 'broken', 'nl'].map((name) => readlinkSync(host.path(name)))).toEqual([
        "a b'c\\d|e",
        'elsewhere',
        '-dash',
        'two\nlines',
      ]);
    },
    drift: (host) => {
      rmSync(host.path('new'));
    },
  },
];

const contentLives: readonly Life[] = [
  {
    resource: 'file',
    title: 'writes content, adds a newline at the end, makes it private before it is full',
    state: `file "$root/f" --content 'a|b\\c	tab' --owner 3 --group 4 --mode 0600\nfile "$root/empty" --content ''`,
    after: (host) => {
      expect(host.read('f')).toBe('a|b\\c\ttab\n');
      expect(host.read('empty')).toBe('');
      expect(modeOf(host, 'f')).toBe('600');
    },
    drift: (host) => {
      appendFileSync(host.path('f'), 'more\n');
    },
  },
  {
    resource: 'file',
    title: 'replaces binary content by binary content',
    before: (host) => {
      host.write('f', Uint8Array.from([0, 1, 2, 255, 0]), 0o4750);
      age(host, 'f', '.');
    },
    files: { 'files/sub/data.bin': bytes },
    state: 'file "$root/f" --source sub/data.bin',
    after: (host) => {
      expect(Buffer.compare(readFileSync(host.path('f')), bytes)).toBe(0);
      expect(modeOf(host, 'f')).toBe('4750');
    },
    drift: (host) => {
      writeFileSync(host.path('f'), bytes.subarray(0, 1023));
    },
  },
  {
    resource: 'file',
    title: 'keeps line ends as they are, and joins hard links again at an undo',
    before: (host) => {
      host.write('dir/f', 'one\r\ntwo', 0o640);
      linkSync(host.path('dir/f'), host.path('dir/other'));
      linkSync(host.path('dir/f'), host.path('third'));
      age(host, 'dir/f', 'dir');
    },
    files: { 'files/crlf': new TextEncoder().encode('one\r\n\r\ntwo') },
    state: 'file "$root/dir/f" --source crlf',
    after: (host) => {
      expect(host.read('dir/f')).toBe('one\r\n\r\ntwo');
      expect(host.read('dir/other')).toBe('one\r\ntwo');
    },
    drift: (host) => {
      writeFileSync(host.path('dir/f'), 'one\n\ntwo');
    },
  },
  {
    resource: 'file',
    title: 'asks the validator about the new content before it goes live',
    before: (host) => host.write('f', 'old\n'),
    state: `file "$root/f" --content new --validate 'grep -q new %s'`,
    after: (host) => {
      expect(host.read('f')).toBe('new\n');
    },
    drift: (host) => {
      rmSync(host.path('f'));
    },
  },
  {
    resource: 'file',
    title: 'writes once, and leaves alone what is in it later',
    state: `file "$root/f" --content first --once\nfile "$root/g" --content x`,
    after: (host) => {
      expect(host.read('f')).toBe('first\n');
    },
    drift: (host) => {
      rmSync(host.path('f'));
    },
  },
  {
    resource: 'template',
    title: 'puts the rendered text in place',
    before: (host) => host.write('conf', 'old\n', 0o600),
    files: { 'templates/conf': new TextEncoder().encode('name = é $x `y`\n') },
    state: 'template "$root/conf" --source conf',
    after: (host) => {
      expect(host.read('conf')).toBe('name = é $x `y`\n');
      expect(modeOf(host, 'conf')).toBe('600');
    },
    drift: (host) => {
      appendFileSync(host.path('conf'), '#\n');
    },
  },
  {
    resource: 'copy',
    title:
      'copies content, owner and mode, follows links, and sees what earlier resources make of the source',
    before: (host) => {
      host.write('source', bytes, 0o751);
      chownSync(host.path('source'), 9, 10);
      symlinkSync('source', host.path('link'));
      host.write('text', 'a\n');
      host.write('text-copy', 'a\n');
    },
    state: `copy "$root/from-link" --from "$root/link"
line "$root/text" --line b
copy "$root/text-copy" --from "$root/text"
file "$root/made" --content here --mode 0611
copy "$root/made-copy" --from "$root/made"`,
    after: (host) => {
      expect(Buffer.compare(readFileSync(host.path('from-link')), bytes)).toBe(0);
      expect([modeOf(host, 'from-link'), modeOf(host, 'made-copy')]).toEqual(['751', '611']);
      expect(lstatSync(host.path('from-link'))).toMatchObject({ uid: 9, gid: 10 });
      expect(host.read('text-copy')).toBe('a\nb\n');
    },
    drift: (host) => {
      rmSync(host.path('text-copy'));
    },
  },
];

const editLives: readonly Life[] = [
  {
    resource: 'line',
    title: 'adds, replaces, places and removes lines, and keeps all others',
    before: (host) => {
      host.write('conf', '# head\n#Port 22\n[part]\nx=1\n\nlast without newline', 0o640);
      age(host, 'conf', '.');
    },
    state: `line "$root/conf" --match '^#*Port' --line 'Port 2222'
line "$root/conf" --line 'y=a\\b"c $d' --after '^.part'
line "$root/conf" --line 'x=1' --gone
line "$root/fresh" --line -dash`,
    after: (host) => {
      expect(host.read('conf')).toBe('# head\nPort 2222\n[part]\ny=a\\b"c $d\n\nlast without newline\n');
      expect(host.read('fresh')).toBe('-dash\n');
    },
    drift: (host) => {
      writeFileSync(host.path('conf'), 'Port 22\n');
    },
  },
  {
    resource: 'block',
    title: 'keeps a block between markers up to date and the rest as it is, and removes one',
    before: (host) => {
      host.write('rc', 'top\r\n# muster: begin one\nold\n# muster: end one\nbottom');
      host.write('gone', 'a\n; muster: begin x\nb\n; muster: end x\nc\n');
      age(host, 'rc', 'gone', '.');
    },
    state: `block "$root/rc" --id one --content 'new \\n line
  second $x'
block "$root/rc" --id two --content '' --comment '//'
block "$root/gone" --id x --comment ';' --gone`,
    after: (host) => {
      expect(host.read('rc')).toBe(
        'top\r\n# muster: begin one\nnew \\n line\n  second $x\n# muster: end one\nbottom\n' +
          '// muster: begin two\n// muster: end two\n',
      );
      expect(host.read('gone')).toBe('a\nc\n');
    },
    drift: (host) => {
      writeFileSync(host.path('rc'), 'top\n');
    },
  },
  {
    resource: 'rc_conf',
    title: 'sets variables where they are, in order, with the quotes they need',
    before: (host) => {
      host.write('rc.conf', '# mine\nsshd=YES # keep me\nnamed=NO\nflags="-a"\nlast=1\n', 0o600);
      age(host, 'rc.conf', '.');
    },
    state: `rc_conf sshd yes --path "$root/rc.conf"
rc_conf named YES --path "$root/rc.conf"
rc_conf flags '-s -p $chroot/log' --after last --path "$root/rc.conf"
rc_conf price 'a"b\\c $5' --literal --path "$root/rc.conf"
rc_conf fresh on --path "$root/rc.conf.d"`,
    after: (host) => {
      expect(host.read('rc.conf')).toBe(
        '# mine\nsshd=YES # keep me\nnamed=YES\nlast=1\nflags="-s -p $chroot/log"\nprice="a\\"b\\\\c \\$5"\n',
      );
      const said = execFileSync('sh', ['-c', '. "$1"; printf %s "$price"', 'sh', host.path('rc.conf')]);
      expect(said.toString()).toBe('a"b\\c $5');
    },
    drift: (host) => {
      writeFileSync(host.path('rc.conf'), host.read('rc.conf').replace('named=YES', 'named=no'));
    },
  },
  {
    resource: 'command',
    title: 'runs when its question says so, and takes it back by its undo',
    before: (host) => {
      host.write('stays', 'x\n');
      // Its undo gives the directory the time of this file, which was written a moment later.
      const { atime, mtime } = statSync(host.path('stays'));
      utimesSync(host.path('stays'), atime, mtime);
      utimesSync(host.root, atime, mtime);
    },
    state: `command 'make it' --run 'umask 027; echo "it is |done\\"" >"'"$root"'/made"' --unless 'test -f "'"$root"'/made"' --undo 'rm "'"$root"'/made"; touch -r "'"$root"'/stays" "'"$root"'"'`,
    after: (host) => {
      expect(host.read('made')).toBe('it is |done"\n');
    },
    drift: (host) => {
      rmSync(host.path('made'));
    },
  },
];

/** All of them, in the order of the documentation. */
export const fileLives: readonly Life[] = [...directoryLives, ...contentLives, ...editLives];
