// Libraries of playbooks as an operator meets them: at the first command, in lint, and where nobody named the files.
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clone, type Clone, command, inventoryWith } from './cloned.ts';

const manifest = `name: demo
uses: [net]
vars: { tsig: { type: string, secret: true }, zones: { type: files } }
steps: [{ id: a, script: steps/a.sh }]
`;
const found = { 'muster.config.yaml': 'inventory: i.yaml\nplaybook_path: playbooks\n' };

/** A repository whose playbook `demo` uses the library `net`. */
function library(text: string, tsig = 'word', more: Readonly<Record<string, string>> = {}): Clone {
  return clone({
    'i.yaml': inventoryWith(tsig),
    'playbooks/demo/playbook.yaml': manifest,
    'playbooks/demo/steps/a.sh': 'state() { dial; observe x "$tsig$zones"; }\nverify() { :; }\n',
    'playbooks/lib/net/net.sh': text,
    ...more,
  });
}

async function plan(repository: Clone, playbook = 'playbooks/demo', cwd = ''): Promise<string> {
  const inventory = join(repository.folder, 'i.yaml');
  const { code, stdout, stderr } = await repository.muster(['plan', '-i', inventory, playbook], { cwd });
  return `${String(code)} ${stderr}${stdout}`;
}

describe('a library', () => {
  it('is found beside the playbook, from every directory and through links', async () => {
    const repository = library('dial() { :; }\n');
    symlinkSync('../playbooks/demo', join(repository.folder, 'below/link'));
    expect(await plan(repository)).toMatch(/^4 /);
    expect(await plan(repository, '.', 'playbooks/demo')).toMatch(/^4 /);
    expect(await plan(repository, 'link', 'below')).toMatch(/^4 /);
    rmSync(join(repository.folder, 'playbooks/lib'), { recursive: true });
    repository.write('below/lib/net/net.sh', 'dial() { :; }\n');
    expect(await plan(repository, 'link', 'below')).toMatch(
      /^2 .*link\/playbook\.yaml:2:8: error\[PLAYBOOK_LIBRARY_MISSING\]/s,
    );
  });

  it('that shadows the runtime is refused before any host is contacted', async () => {
    const said = await plan(library('dial() { :; }\nfile() { rm -rf /; }\n'));
    expect(said).toMatch(/^2 .*playbooks\/lib\/net\/net\.sh:2:1: error\[LIBRARY_SHADOWS\]/s);
  });

  it('is linted with the playbooks that use it, and each finding is reported once', async () => {
    const repository = library('dial() { [[ -n "$1" ]]; }\n', 'word', {
      'playbooks/more/playbook.yaml': manifest.replace('demo', 'more'),
      'playbooks/more/steps/a.sh': 'state() { dial; observe x "$tsig$zones"; }\nverify() { :; }\n',
    });
    const { code, stdout } = await repository.muster(['lint', 'playbooks']);
    expect(code).toBe(2);
    expect(stdout.match(/^playbooks\/lib\/net\/net\.sh:1:10: error\[SH_BASHISM\]/gm)).toHaveLength(1);
    expect(stdout).toMatch(/ in 5 files\n$/);
    const inside = await repository.muster(['lint', '.'], { cwd: 'playbooks/demo' });
    expect(inside.stdout).toMatch(/^\.\.\/lib\/net\/net\.sh:1:10: error/m);
  });
});

describe('a library of a playbook that nobody named', () => {
  it('needs no trust if it came with the configuration', async () => {
    const repository = library('dial() { :; }\n', 'word', found);
    expect((await repository.muster(['plan', 'demo'])).code).toBe(4);
  });

  it('is a part of what is trusted: if it changes, trust ends', async () => {
    const repository = library('dial() { :; }\n', command, found);
    await repository.muster(['trust', 'demo', '--yes']);
    expect((await repository.muster(['trust', '--list'])).stdout).toContain('playbooks/lib/net/net.sh');
    expect((await repository.muster(['plan', 'demo'])).code).toBe(4);
    repository.write('playbooks/lib/net/net.sh', 'dial() { true; }\n');
    const { code, stderr } = await repository.muster(['plan', 'demo']);
    expect(code).toBe(2);
    expect(stderr).toContain('what you trusted of it has changed since then');
  });

  it('needs trust if it is outside of the found directory', async () => {
    const repository = library('', 'word', {
      'muster.config.yaml': 'inventory: i.yaml\nplaybook_path: ..\n',
      'playbook.yaml': manifest,
      'steps/a.sh': 'state() { dial; }\n',
      '../lib/net/key.sh': 'dial() { :; }\n',
    });
    const refusal = await repository.muster(['plan', 'repository']);
    expect(refusal.code).toBe(2);
    const place = join(repository.folder, 'playbook.yaml:2:8');
    expect(refusal.stderr).toContain(
      `would make this machine send the library ${join(repository.folder, '../lib/net')} (${place})`,
    );
    await repository.muster(['trust', 'repository', '--yes']);
    expect((await repository.muster(['plan', 'repository'])).code).toBe(4);
  });
});
