// Outputs that cannot be written: a run goes on, and what became of its result is one line and an exit code of its own.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Controller } from './controller.ts';
import { controller, main } from './controller.ts';

let hosts: Controller;

beforeAll(async () => {
  hosts = await controller(100);
});

afterAll(async () => {
  await hosts.stop();
});

const full = '/dev/full';
const inventory = ['-i', 'inventory.yaml'];
const lost = 'muster: standard output cannot be written: no space left on device\n';

describe('standard output that is full', () => {
  it.each([
    ['the result of a run', ['ping', ...inventory, '-l', 'ns1']],
    ['events and result as JSON', ['ping', ...inventory, '-l', 'ns1', '--json']],
    ['a list', ['inventory', ...inventory]],
    ['a schema', ['schema', 'config']],
    ['help', ['--help']],
    ['a failed host', ['exec', ...inventory, '-l', 'ns1', 'false']],
  ])('gives one line and exit 74: %s', async (_, args) => {
    const { code, stderr } = await hosts.muster(args, { stdout: full });
    expect(code).toBe(74);
    expect(stderr.match(/^muster: .*$/gm)).toEqual([lost.trimEnd()]);
    expect(stderr).not.toMatch(/^ {4}at |Node\.js/m);
  });

  it('stops no host', async () => {
    const file = join(hosts.folder, 'done');
    await hosts.muster(['exec', ...inventory, '-l', 'ns1', 'touch', file], { stdout: full });
    expect(existsSync(file)).toBe(true);
  });

  it('does not hide a mistake on the command line', async () => {
    const { code } = await hosts.muster(['ping', '-i', 'none.yaml'], { stdout: full });
    expect(code).toBe(2);
  });

  it.skipIf(process.getuid?.() !== 0)('gives the same if the disk fills up in the middle', () => {
    const disk = join(hosts.folder, 'disk');
    mkdirSync(disk);
    const line = `mount -t tmpfs -o size=4k tmpfs '${disk}' && '${process.execPath}' '${main}' inventory -i inventory.yaml --json >'${disk}/out'`;
    const { status, stderr } = spawnSync('unshare', ['-m', '/bin/sh', '-c', line], { cwd: hosts.folder });
    expect(stderr.toString()).toBe(lost);
    expect(status).toBe(74);
  });
});

describe('an output that is closed', () => {
  it.each(['>&-', '2>&-', '>&- 2>&-'])('does not stop a run: %s', async (closed) => {
    const line = `'${process.execPath}' '${main}' exec -i inventory.yaml -l ns1 true ${closed}`;
    const child = spawn('/bin/sh', ['-c', line], { cwd: hosts.folder });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    expect(code, said).toBe(0);
    expect(said).not.toMatch(/^ {4}at /m);
  });

  it('is no mistake if its reader has ended', async () => {
    const { code, stderr } = await hosts.muster(['exec', ...inventory, '-l', 'ns1', 'true'], {
      stderr: full,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
