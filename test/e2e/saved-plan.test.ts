// A plan that is saved, refused when the host drifted in between, and applied when all is as it was; and an apply that
// applies what it has shown, though the sources changed while it asked.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Lab, startLab } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { inside, muster, writeInventory } from './muster.ts';

const main = join(import.meta.dirname, '../../dist/cli/main.js');

describeWithEngine('a saved plan', () => {
  let lab: Lab;
  let directory = '';
  let inventory = '';
  const at = (name: string): string => join(directory, name);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'muster-saved-'));
    vi.stubEnv('XDG_STATE_HOME', at('state'));
    lab = await startLab({ hosts: 1, image: labImage(), directory });
    inventory = writeInventory(lab, 'i.yaml', '');
    mkdirSync(at('p/steps'), { recursive: true });
    mkdirSync(at('p/templates'), { recursive: true });
    writePlaybook('caged');
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await lab.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** A playbook whose var, step, template, secret and inventory all say this word. */
  function writePlaybook(word: string): void {
    writeFileSync(
      at('p/playbook.yaml'),
      `name: p
vars: { word: { type: string, default: ${word} }, key: { type: string, secret: true } }
steps: [{ id: one, script: steps/one.sh }]
`,
    );
    writeFileSync(at('p/templates/said'), `${word} <%= it.word %> <%= it.key %>\n`);
    writeFileSync(
      at('p/steps/one.sh'),
      `state() { template /etc/said --source said --mode 0600; } # ${word}\n`,
    );
    writeFileSync(at('key'), `key-${word}\n`);
    const text = readFileSync(inventory, 'utf8').replace(
      /^vars: .*$/m,
      `vars: { key: { from_file: ${at('key')} } } # ${word}`,
    );
    writeFileSync(inventory, text);
  }

  const said = (): Promise<string> => inside(lab, 'ns1', 'cat /etc/said 2>/dev/null || :');

  it('is refused, by name, if the host drifted; is applied if all is unchanged; and not twice', async () => {
    const file = at('x.plan');
    const planned = await muster(['plan', at('p'), '-i', inventory, '--out', file]);
    expect(planned.code, planned.stderr).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain('key-caged');
    await inside(lab, 'ns1', 'echo theirs >/etc/said');
    const drifted = await muster(['apply', file, '--yes']);
    expect(drifted.code, drifted.stderr).toBe(3);
    expect(drifted.stderr).toContain('ns1: step one: template /etc/said would not change as in the plan');
    expect(await said()).toBe('theirs\n');
    await inside(lab, 'ns1', 'rm /etc/said');
    const applied = await muster(['apply', file, '--yes', '--json']);
    expect(applied.code, applied.stdout.slice(-3000) + applied.stderr).toBe(0);
    expect(await said()).toBe('caged caged key-caged\n');
    const again = await muster(['apply', file, '--yes']);
    expect(again.code).toBe(3);
    expect(again.stderr).toContain('template /etc/said is in the plan, but would not change now');
  });

  it('need not be saved: an apply does what it has shown, whatever changes while it asks', async () => {
    await inside(lab, 'ns1', 'rm -f /etc/said');
    const words = [process.execPath, main, 'apply', at('p'), '-i', inventory].map((word) => `'${word}'`);
    // util-linux's script gives a terminal to what it runs.
    const [program, ...args] = ['script', '-qefc', words.join(' '), '/dev/null'];
    const child = spawn(program, args);
    let output = '';
    let isAsked = false;
    child.stdout.on('data', (bytes: Buffer) => {
      output += bytes.toString();
      if (isAsked || !output.includes('Apply this?')) return;
      isAsked = true;
      writePlaybook('free');
      child.stdin.end('yes\r');
    });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    expect(code, output).toBe(0);
    expect(await said()).toBe('caged caged key-caged\n');
  });
});
