// The library: the example that docs/library.md shows is run, with typed events, on this machine.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localTransport } from '../../src/index.ts';
import { dependencies, rollOut } from './example.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'muster-library-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** A playbook that writes a file, and expects it to hold `wanted`. */
function writePlaybook(wanted: string): { playbook: string; inventory: string; motd: string } {
  const [playbook, inventory, motd] = ['playbook', 'inventory.yaml', 'motd'].map((name) =>
    join(directory, name),
  );
  mkdirSync(join(directory, 'playbook/steps'), { recursive: true });
  writeFileSync(
    join(directory, 'playbook/playbook.yaml'),
    `name: motd
description: A file
vars:
  path: { type: path, required: true, description: Where it goes }
steps:
  - { id: motd, script: steps/motd.sh }
`,
  );
  writeFileSync(
    join(directory, 'playbook/steps/motd.sh'),
    `state() {
  file "$path" --content caged
}

verify() {
  expect_equal 'what it says' ${wanted} "$(in_plan && cat "$path" || echo ${wanted})"
  observe motd "$(cat "$path")"
}
`,
  );
  writeFileSync(join(directory, 'inventory.yaml'), `hosts: { here: { vars: { path: ${String(motd)} } } }\n`);
  return { playbook: String(playbook), inventory: String(inventory), motd: String(motd) };
}

async function run(wanted: string) {
  const { playbook, inventory, motd } = writePlaybook(wanted);
  const seen: string[] = [];
  const deps = dependencies(localTransport(), (event) => {
    if (event.type === 'resource') seen.push(`${event.host} ${event.result.status} ${event.result.resource}`);
  });
  const stateDirectory = join(directory, 'state');
  const result = await rollOut(playbook, inventory, { ...deps, stateDirectory, durable: false });
  return { result, seen, motd };
}

describe('the library', () => {
  it('applies and verifies, and emits typed events', async () => {
    const { result, seen, motd } = await run('caged');
    expect(result.hosts[0]).toMatchObject({ host: 'here', outcome: 'ok', connections: 1, execs: 1 });
    expect(result.hosts[0]?.observations.get('motd')).toBe('caged');
    expect(readFileSync(motd, 'utf8')).toBe('caged\n');
    expect(seen).toEqual(['here changed file', 'here ok file']);
  });

  it('rolls back if a check does not hold', async () => {
    const { result, seen, motd } = await run('free');
    expect(result.hosts[0]?.outcome).toBe('failed');
    expect(existsSync(motd)).toBe(false);
    expect(seen).toEqual(['here changed file', 'here ok file', 'here undone path']);
  });

  it('is documented by the text of this example', () => {
    const example = readFileSync(join(import.meta.dirname, 'example.ts'), 'utf8').replaceAll(
      '../../src/index.ts',
      'muster-fleet',
    );
    const page = readFileSync(join(import.meta.dirname, '../../docs/library.md'), 'utf8');
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``);
  });
});
