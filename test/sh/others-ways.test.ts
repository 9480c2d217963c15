// Directories that another account may write: the same rules hold if root follows its own link, returns, or finds much.
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { swapAll, swapFirst } from '../support/swapped.ts';
import { deathBeforeTool, undoAtConsole } from './crash.ts';
import { canaryOf, hisDirectory, hostWithOthers, leaksOf, other } from './others.ts';
import type { ScratchHost } from './scratch.ts';
import { complaintsOf, keptOf } from './scratch.ts';

const ownerOf = (host: ScratchHost, name: string): string => {
  const { uid, gid, mode } = lstatSync(host.path(name));
  return `${String(uid)}:${String(gid)} ${(mode & 0o7777).toString(8)}`;
};

const his = `${String(other)}:${String(other)} 755`;

/** As a host whose /home is a link of root's: `home` leads to `usr/home`, and `usr/home/him` is the other account's. */
function hostWithLink(): ScratchHost {
  const host = hostWithOthers();
  mkdirSync(host.path('usr/home'), { recursive: true });
  symlinkSync('usr/home', host.path('home'));
  hisDirectory(host, 'usr/home/him');
  return host;
}

describe.skipIf(process.getuid?.() !== 0)('a path through a link of root', () => {
  it('never leads an undo to a file with other names', async () => {
    const host = hostWithLink();
    for (const name of ['given', 'replaced']) {
      host.write(`usr/home/him/${name}`, 'first\n', 0o600);
      execFileSync('chown', [String(other), host.path(`usr/home/him/${name}`)]);
    }
    const steps = {
      one: `state() {
  mode_owner "$root/home/him/given" --owner 0 --group 0
  file "$root/home/him/replaced" --content second --owner 0
}`,
    };
    const { result } = await host.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    for (const name of ['given', 'replaced']) {
      rmSync(host.path(`usr/home/him/${name}`));
      linkSync(host.path('canary/linked'), host.path(`usr/home/him/${name}`));
    }
    const before = canaryOf(host);
    const undone = await host.run('rollback');
    const forced = await host.run('rollback', { settings: { force: true } });
    expect(canaryOf(host)).toEqual(before);
    expect(leaksOf(host, undone, forced)).toEqual([]);
    expect(ownerOf(host, 'usr/home/him')).toBe(his);
  });

  it('allows a tree to be removed and restored with the owners of its directories', async () => {
    const host = hostWithLink();
    hisDirectory(host, 'usr/home/him/tree/in');
    execFileSync('chown', [String(other), host.path('usr/home/him/tree')]);
    host.write('usr/home/him/tree/in/file', 'first\n');
    const steps = { one: 'state() { absent "$root/home/him/tree" --recursive; }' };
    const { result } = await host.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(existsSync(host.path('usr/home/him/tree'))).toBe(false);
    const undone = await host.run('rollback');
    expect(undone.result.outcome, complaintsOf(undone.result)).toBe('rolled-back');
    expect(ownerOf(host, 'usr/home/him/tree/in')).toBe(his);
    expect(ownerOf(host, 'usr/home/him')).toBe(his);
    expect(host.read('usr/home/him/tree/in/file')).toBe('first\n');
  });

  it('is remembered if it was found safe before', async () => {
    const host = hostWithLink();
    const steps = {
      one: `state() {
  m_walk "$root/home"
  m_walk "$root/home"
  printf '%s' "$m_real" >"$root/led"
}`,
    };
    const { result } = await host.run('plan', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('ok');
    expect(host.read('led')).toBe(host.path('usr/home'));
  });
});

describe.skipIf(process.getuid?.() !== 0)('a tree that is removed', () => {
  it.each(['', '.gone'])('is not moved into a planted place (%s)', async (suffix) => {
    const host = hostWithOthers();
    hisDirectory(host, 'his/tree');
    const before = (): readonly string[] => {
      symlinkSync(host.path('canary'), host.path(`his/.muster-known-2${suffix}`));
      return canaryOf(host);
    };
    const canary = before();
    const steps = { one: 'state() { absent "$root/his/tree" --recursive; }' };
    const { result } = await host.run('apply', { steps, settings: { runId: 'known' } });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect(readdirSync(host.path('his'))).toEqual([]);
    expect(canaryOf(host)).toEqual(canary);
  });

  it('is restored only from the directory that was unpacked', async () => {
    const host = hostWithOthers();
    hisDirectory(host, 'his/in');
    const steps = { one: 'state() { absent "$root/his/in" --recursive; }' };
    await host.run('apply', { steps, settings: { runId: 'known' } });
    const before = canaryOf(host);
    const temp = `${host.path('his')}/.muster-known-2.new`;
    // What its owner can do in the moment in which the place is its own again.
    const swap = `mv ${temp} ${temp}.away; ln -s ${host.path('canary')} ${temp}`;
    const again = '    m_let_go\n    m_hold "$m_path"';
    const runtime = (path: string, text: string): string =>
      path === 'undo-tree.sh' ? swapFirst(text, again, again.replace('\n', `\n    ${swap}\n`)) : text;
    const undone = await host.run('rollback', { runtime });
    expect(undone.result.outcome).toBe('failed');
    expect(complaintsOf(undone.result)).toContain('changed');
    expect(canaryOf(host)).toEqual(before);
    const second = await host.run('rollback');
    expect(second.result.outcome, complaintsOf(second.result)).toBe('rolled-back');
    expect(ownerOf(host, 'his/in')).toBe(his);
  });
});

describe.skipIf(process.getuid?.() !== 0)('an undo', () => {
  it('borrows a directory that a command of the run gives away again', async () => {
    const host = hostWithOthers();
    mkdirSync(host.path('his/in'));
    const owned = `test "$(ls -dn ${host.path('his')} | awk '{ print $3 }')" = 0`;
    const steps = {
      one: `state() {
  file "$root/his/in/one" --content x
  command take --run 'chown 0 ${host.path('his')}' --unless '${owned.replaceAll("'", `'\\''`)}' --undo 'chown ${String(other)} ${host.path('his')}'
  file "$root/his/in/two" --content x
}`,
    };
    const { result } = await host.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    const log = `${host.root}.owners`;
    const runtime = (path: string, text: string): string =>
      path === 'undo.sh'
        ? swapFirst(text, 'm__restore() {', `m__restore() {\n  ls -ldn ${host.path('his')} >>${log}`)
        : text;
    const undone = await host.run('rollback', { runtime });
    expect(undone.result.outcome, complaintsOf(undone.result)).toBe('rolled-back');
    const owners = readFileSync(log, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ +/)[2]);
    expect(owners).toEqual(['0', '0']);
    expect(ownerOf(host, 'his')).toBe(his);
  });

  it('removes copies from a cage at the console, too', async () => {
    const host = hostWithOthers();
    host.write('zones/one', 'zone\n');
    mkdirSync(host.path('cage'));
    const steps = {
      one: 'state() { m_record_moved "$root/zones" "$root/cage/zones"; file "$root/f" --content x; }',
    };
    const { result } = await host.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    execFileSync('cp', ['-Rp', host.path('zones'), host.path('cage/zones')]);
    const undo = undoAtConsole(`${host.state}/runs/${host.receipts()[0] ?? ''}`);
    expect(undo.said).not.toContain('not found');
    expect(undo.status, undo.said).toBe(0);
    expect(existsSync(host.path('cage/zones/one'))).toBe(false);
    expect(host.read('zones/one')).toBe('zone\n');
  });

  it('proves a large zone', async () => {
    const host = hostWithOthers();
    host.write('source', Buffer.alloc(17 * 1024 * 1024, 'a'));
    host.write('his/zone', Buffer.alloc(18 * 1024 * 1024, 'b'));
    const steps = { one: 'state() { copy "$root/his/zone" --from "$root/source"; }' };
    const { result } = await host.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    expect((await host.run('apply', { steps })).result.outcome).toBe('ok');
    const undone = await host.run('rollback');
    expect(undone.result.outcome, complaintsOf(undone.result)).toBe('rolled-back');
  });

  it('finds every temporary name that a run may have used', async () => {
    const host = hostWithOthers();
    for (const more of ['', 'x', 'xx', 'xxx', 'xxxx', 'xxxxx'])
      mkdirSync(host.path(`his/.muster-known-2${more}`));
    const steps = { one: 'state() { file "$root/his/f" --content x; }' };
    const runtime = (path: string, text: string): string =>
      path === 'paths.sh' ? swapAll(text, 'mv -f "$m__temp" "$2"; then', 'kill -s KILL 0; then') : text;
    await host.run('apply', { steps, runtime, settings: { runId: 'known' } });
    expect(existsSync(host.path('his/.muster-known-2xxxxxx'))).toBe(true);
    const undone = await host.run('rollback');
    expect(undone.result.outcome, complaintsOf(undone.result)).toBe('rolled-back');
    expect(existsSync(host.path('his/.muster-known-2xxxxxx'))).toBe(false);
  });
});

describe.skipIf(process.getuid?.() !== 0)('a sparse file', () => {
  const hollow = (host: ScratchHost, name: string): void => {
    host.write(name, '');
    truncateSync(host.path(name), 900 * 2 ** 30);
    chownSync(host.path(name), other, other);
  };

  it.each(['file', 'copy', 'line', 'mode_owner'])('is refused by name (%s)', async (resource) => {
    const host = hostWithOthers();
    host.write('f', 'x');
    host.write('g', 'x');
    hollow(host, 'f');
    const words: Readonly<Record<string, string>> = {
      file: 'file "$root/f" --content x',
      copy: 'copy "$root/g" --from "$root/f"',
      line: 'line "$root/f" --line x',
      mode_owner: 'mode_owner "$root/f" --owner 0',
    };
    const { result } = await host.run('apply', { steps: { one: `state() { ${words[resource] ?? ''}; }` } });
    expect(complaintsOf(result)).toMatch(/and sparse; move it away/);
  });

  it('does not block an undo', async () => {
    const host = hostWithOthers();
    await host.run('apply', { steps: { one: 'state() { file "$root/f" --content x --owner 4711; }' } });
    hollow(host, 'f');
    const { result } = await host.run('rollback');
    expect(complaintsOf(result)).toContain('somebody changed it since');
    const forced = await host.run('rollback', { settings: { force: true } });
    expect(forced.result.outcome, complaintsOf(forced.result)).toBe('rolled-back');
    expect(lstatSync(`${keptOf(host)}${host.path('f')}`).size).toBe(900 * 1024 ** 3);
  });
});

describe.skipIf(process.getuid?.() !== 0)('many directories that are borrowed', () => {
  it('are given back once each, whatever happens in between', async () => {
    const host = hostWithOthers();
    for (let n = 0; n < 12; n++) hisDirectory(host, `his/tree/a${String(n)}/b`);
    execFileSync('chown', ['-R', String(other), host.path('his/tree')]);
    const steps = { one: 'state() { absent "$root/his/tree" --recursive; }' };
    const { result } = await host.run('apply', { steps });
    expect(result.outcome, complaintsOf(result)).toBe('changed');
    // In the first rollback the driver dies while it gives back.
    let cut = 0;
    const runtime = (path: string, text: string): string =>
      path === 'held.sh'
        ? swapFirst(
            text,
            '          printf . >>',
            `          case $m__line in *'|${host.path('his')}|'*) kill -s KILL 0 ;; esac\n          printf . >>`,
          )
        : text;
    await host.run('rollback', { runtime });
    if (ownerOf(host, 'his') === his) cut++;
    await host.run('rollback', { runtime: deathBeforeTool(40, `${host.root}.calls`) });
    const undone = await host.run('rollback');
    expect(undone.result.outcome, complaintsOf(undone.result)).toBe('rolled-back');
    expect(cut).toBe(1);
    for (let n = 0; n < 12; n++) expect(ownerOf(host, `his/tree/a${String(n)}/b`)).toMatch(/^4711:/);
    expect(ownerOf(host, 'his')).toBe(his);
    expect(existsSync(`${host.state}/runs/${host.receipts()[0] ?? ''}/given`)).toBe(false);
  });
});
