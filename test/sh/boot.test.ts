// The scripts before the driver, on a host whose /tmp is of no use: they say why in the system's words, and begin nothing.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readRuntime } from '../../src/host/index.ts';
import { bootText } from '../../src/run/host-scripts.ts';

const shells = ['/bin/dash', '/bin/mksh'];
const text = (path: string): string => new TextDecoder().decode(readRuntime().get(path));

interface Boot {
  readonly frames: readonly string[];
  readonly status: number | null;
  /** Names that are left where the private directory was. */
  readonly left: readonly string[];
}

/**
 * Boots below another directory than /tmp, over which a file system was mounted in a namespace of its own; with no other tools than
 * these, if they are given.
 */
async function boot(shell: string, mount: string | undefined, tools?: readonly string[]): Promise<Boot> {
  const base = mkdtempSync(join(tmpdir(), 'boot-'));
  onTestFinished(() => {
    rmSync(base, { recursive: true });
  });
  const place = join(base, 'tmp');
  if (mount !== undefined) mkdirSync(place);
  mkdirSync(join(base, 'bundle/runtime'), { recursive: true });
  writeFileSync(join(base, 'bundle/run'), "m__nonce='N'\n");
  // A driver that would be seen if it began, and the real start.sh below the other directory.
  writeFileSync(join(base, 'bundle/runtime/start.sh'), text('start.sh').replaceAll('/tmp', place));
  writeFileSync(join(base, 'bundle/runtime/driver.sh'), `: >${join(base, 'begun')}\n`);
  writeFileSync(join(base, 'bundle/runtime/follow.sh'), 'printf "@N done\\n"\n');
  writeFileSync(join(base, 'bundle/big'), 'x'.repeat(20_000));
  // In this order, so that what finds no room on a small disk is the same file everywhere.
  const tar = execFileSync('tar', ['-C', join(base, 'bundle'), '-czf', '-', 'run', 'runtime', 'big']);
  const prepare = mount === undefined ? ':' : `mount -t tmpfs -o ${mount} tmpfs '${place}'`;
  const child = spawn('unshare', [
    '-rm',
    'sh',
    '-c',
    `${prepare} && ${shell} -s; s=$?; ls -A '${place}' >&2; exit $s`,
  ]);
  child.stdin.on('error', () => undefined);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => {
    const wasReady = stdout.includes('@N ready');
    stdout += bytes.toString();
    if (!wasReady && stdout.includes('@N ready')) child.stdin.end(tar);
  });
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  const path = tools === undefined ? '$&' : `PATH=${only(tools, base)}`;
  const script = bootText('N').replaceAll('/tmp', place);
  child.stdin.write(script.replace(/PATH=.*/, path));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  expect(existsSync(join(base, 'begun'))).toBe(false);
  const frames = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(place, '/tmp'));
  return {
    frames,
    status,
    left: mount === undefined ? [] : stderr.split('\n').filter((name) => name !== ''),
  };
}

/** A directory with these tools of this machine. */
function only(tools: readonly string[], base: string): string {
  const bin = join(base, 'bin');
  mkdirSync(bin);
  for (const tool of tools) {
    const path = execFileSync('which', [tool]).toString().trim();
    symlinkSync(path, join(bin, tool));
  }
  return bin;
}

describe.each(shells)('boot in %s', (shell) => {
  it('reports a full disk while the bundle unpacks, and leaves nothing', async () => {
    const { frames, status, left } = await boot(shell, 'size=8k');
    expect(frames).toEqual([
      expect.stringMatching(/^@N ready \/tmp\/muster\.\w{6}$/),
      expect.stringMatching(/^@N fail the bundle did not unpack below \/tmp: .*No space left on device$/),
    ]);
    expect({ status, left }).toEqual({ status: 74, left: [] });
  });

  it('reports that there is no inode for the private directory', async () => {
    const { frames, status } = await boot(shell, 'nr_inodes=1');
    expect(frames).toEqual(['@N fail cannot make a private directory below /tmp: No space left on device']);
    expect(status).toBe(73);
  });

  it('reports that there is no inode for the bundle', async () => {
    const { frames, status, left } = await boot(shell, 'nr_inodes=3');
    expect(frames.at(-1)).toMatch(
      /^@N fail the bundle did not unpack below \/tmp: .*No space left on device$/,
    );
    expect({ status, left }).toEqual({ status: 74, left: [] });
  });

  it('reports that there is no gzip, and leaves nothing', async () => {
    const { frames, status, left } = await boot(shell, 'size=1m', [
      'printf',
      'mktemp',
      'ls',
      'tar',
      'rm',
      'rmdir',
    ]);
    expect(frames.at(-1)).toMatch(/^@N fail the bundle did not unpack below \/tmp: .*gzip: .*No such file/);
    expect({ status, left }).toEqual({ status: 74, left: [] });
  });

  it('reports that /tmp is read-only', async () => {
    const { frames, status } = await boot(shell, 'ro');
    expect(frames).toEqual(['@N fail cannot make a private directory below /tmp: Read-only file system']);
    expect(status).toBe(73);
  });

  it('reports that there is no /tmp', async () => {
    const { frames, status } = await boot(shell, undefined);
    expect(frames).toEqual(['@N fail cannot make a private directory below /tmp: No such file or directory']);
    expect(status).toBe(73);
  });
});
