// An ssh agent that takes every question and answers none: muster says so, and its process is over with its run, well
// before anybody would give the agent up.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { main } from './controller.ts';

let folder = '';
const asked = new Set<Socket>();
const agent = createServer((socket) => {
  asked.add(socket);
  socket.on('error', () => undefined);
  socket.resume();
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'muster-agent-'));
  await new Promise<void>((resolve) => agent.listen(join(folder, 'agent'), resolve));
});

afterAll(async () => {
  for (const socket of asked) socket.destroy();
  await new Promise((resolve) => agent.close(resolve));
  rmSync(folder, { recursive: true });
});

it('a stalled agent keeps neither the run nor the process waiting', async () => {
  writeFileSync(
    join(folder, 'inventory.yaml'),
    `connection: { agent: true, known_hosts: none, connect_timeout: 1s }
hosts: { ns1: { address: 127.0.0.1, connection: { port: 1 } } }
`,
  );
  const child = spawn(
    process.execPath,
    ['--unhandled-rejections=strict', main, 'ping', '-i', 'inventory.yaml'],
    {
      cwd: folder,
      env: { ...process.env, SSH_AUTH_SOCK: join(folder, 'agent') },
    },
  );
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  expect(code, said).toBe(4);
  expect(said).toContain('the ssh agent gives no keys: it did not answer within 0.5 s');
  expect(asked.size).toBe(1);
});
