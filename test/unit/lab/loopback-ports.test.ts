// Ports for hosts: free, and not where a kernel looks for ports of outgoing connections.
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { findLoopbackPorts } from '../../../src/lab/loopback-ports.ts';

describe('findLoopbackPorts', () => {
  it('gives a port that can be listened on', async () => {
    const [port] = await findLoopbackPorts(1);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThan(32_000);
  });

  it('gives different ones', async () => {
    expect(new Set(await findLoopbackPorts(40)).size).toBe(40);
  });
});
