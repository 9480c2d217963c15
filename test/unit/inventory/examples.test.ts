// Every inventory of the repository is an example and a test input.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseInventory, selectHosts } from '../../../src/inventory/index.ts';

const folder = join(import.meta.dirname, '../../../inventories');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

function read(name: string): ReturnType<typeof parseInventory> {
  return parseInventory({ file: name, text: readFileSync(join(folder, name), 'utf8') });
}

describe('inventories', () => {
  it.each(files)('%s can be parsed', (name) => {
    expect(read(name).hosts.size).toBeGreaterThan(0);
  });

  it('dns.yaml has nine hosts, seven with authority', () => {
    const dns = read('dns.yaml');
    expect(dns.hosts.size).toBe(9);
    expect(selectHosts(dns, '@auth')).toHaveLength(7);
    expect(selectHosts(dns, '@secondary')).toHaveLength(2);
    expect(dns.hosts.get('ns9')?.connection).toMatchObject({
      address: '198.51.100.19',
      connectTimeoutMs: 20_000,
    });
    expect(dns.hosts.get('ns7')?.connection.legacyAlgorithms).toBe(true);
  });
});
