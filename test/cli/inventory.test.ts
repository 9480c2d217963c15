// `muster inventory` as an operator runs it: nobody is asked, and the groups nest as the file says.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controller, type Controller } from './controller.ts';

let here: Controller;

beforeAll(async () => {
  here = await controller(0);
  writeFileSync(
    join(here.folder, 'nested.yaml'),
    `hosts: { 'ns[1-4]': , mx1: }
groups:
  dns: { hosts: [ns4], groups: [auth, cache] }
  auth: { hosts: ['ns[1-2]'] }
  cache: { hosts: [ns3] }
`,
  );
});

afterAll(async () => {
  await here.stop();
});

describe('muster inventory', () => {
  it('--tree shows groups inside the groups that list them, and each host in the groups that list it', async () => {
    const { code, stdout } = await here.muster(['inventory', '--tree', '-i', 'nested.yaml']);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(2)).toEqual([
      '@dns',
      '  ns4',
      '  @auth',
      '    ns[1-2] (2 hosts)',
      '  @cache',
      '    ns3',
      '(no group)',
      '  mx1',
      '5 hosts',
      '',
    ]);
  });

  it('--json has all hosts of a group, the hosts that it lists itself, and its groups', async () => {
    const { stdout } = await here.muster(['inventory', '--json', '--limit', '!ns1', '-i', 'nested.yaml']);
    const { groups } = JSON.parse(stdout) as { groups: unknown[] };
    expect(groups.slice(1)).toEqual([
      { name: 'dns', hosts: ['ns2', 'ns3', 'ns4'], listed: ['ns4'], children: ['auth', 'cache'] },
      { name: 'auth', hosts: ['ns2'], listed: ['ns2'], children: [] },
      { name: 'cache', hosts: ['ns3'], listed: ['ns3'], children: [] },
    ]);
  });
});
