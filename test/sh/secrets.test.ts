// A planted secret is nowhere but in the variable and in the file that it was put into.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deathAtEntry, workDirectoriesOf } from './crash.ts';
import { scratchHost } from './scratch.ts';

const secret = 'tr0ub4dor&3-is/planted';
const forms = [secret, Buffer.from(secret).toString('base64').replace(/=+$/, ''), encodeURIComponent(secret)];

/** Files below a directory that hold the secret in any form. */
function filesWithSecret(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(directory, name)).isFile())
    .filter((name) => forms.some((form) => readFileSync(join(directory, name), 'latin1').includes(form)));
}

const steps = {
  keep: `state() {
  echo "$m_work" >"$root/work"
  file "$root/key" --content "secret \\"$token\\";" --mode 0600
  line "$root/conf" --line "key $token"
  printf '%s\\n' "$token" >&2
  printf '%s' "$token" | head -c 9
  sleep 1.2
  printf '%s\\n' "$token" | tail -c +10
  printf '%s' "$token" | base64
  ps -axww -o command >"$root/ps"
  ps eww -o command >"$root/env"
}
verify() {
  expect_equal "the key $token" x "$token"
  observe key "$token"
}`,
};

describe('a secret', () => {
  it('is masked in all output, in plain, base64 and split over pieces', async () => {
    const host = scratchHost();
    const run = { steps, secrets: { token: secret } };
    const planned = await host.run('plan', run);
    const applied = await host.run('apply', run);
    const verified = await host.run('verify', run);
    for (const { result, events } of [planned, applied, verified]) {
      const all = JSON.stringify([result, [...result.observations], events]);
      for (const form of forms) expect(all).not.toContain(form);
      expect(all).toContain('[secret]');
    }
    expect(applied.result.steps[0]?.stdout).toContain('[secret]');
    expect(host.read('key')).toBe(`secret "${secret}";\n`);
  });

  it('is neither in arguments nor in environments that ps shows', async () => {
    const host = scratchHost();
    await host.run('apply', { steps, secrets: { token: secret } });
    expect(host.read('ps')).not.toContain(secret);
    expect(host.read('env')).not.toContain(secret);
  });

  it('stays on the host only in the files that it was put into, and in their originals', async () => {
    const host = scratchHost();
    await host.run('apply', { steps, secrets: { token: secret } });
    expect(filesWithSecret(host.root).toSorted()).toEqual(['conf', 'key']);
    expect(filesWithSecret(host.state)).toEqual([]);
    expect(existsSync(host.read('work').trim())).toBe(false);
    await host.run('rollback');
    expect(filesWithSecret(host.state)).toEqual([]);
  });
});

describe('secrets of an awkward kind', () => {
  it.each(['changed', 'file', 'both\nlines of it', 'back\\slash|bar', "quote'd $x `y`", 'aaaa'])(
    'are not shown, and do not break the stream: %j',
    async (awkward) => {
      const host = scratchHost();
      const { result } = await host.run('apply', {
        secrets: { token: awkward },
        steps: {
          one: `state() {
  file "$root/key" --content "$token"
  as_one whole "$root/whole"
  command "run $token" --run ': >"'"$root"'/done"' --unless 'test -f "'"$root"'/done"' --undo "rm '$root/done'"
  as_one_end
  notice "so $token"
}
verify() { expect_equal "the $token" "$token" x; }`,
        },
      });
      expect(result.resources.map(({ resource, status }) => `${resource} ${status}`)).toEqual([
        'file changed',
        'whole changed',
      ]);
      expect(result.outcome).toBe('failed');
      expect(host.read('key')).toBe(`${awkward}\n`);
      const events = host
        .receipt('events')
        .split('\n')
        .filter((line) => /^(d|check|notice)\|/.test(line));
      expect(
        events.filter((line) => line.startsWith('check|bad|') || line.startsWith('notice|so ')),
      ).toHaveLength(2);
      for (const line of awkward.split('\n'))
        expect(events.join('\n').slice(events[0]?.length)).not.toContain(line);
    },
  );

  it('are in no title, target or key, nor in a rollback, which does not know them', async () => {
    const host = scratchHost();
    const run = {
      secrets: { token: secret },
      steps: {
        one: `state() {
  command "run $token" --run ': >"'"$root"'/done"' --unless 'test -f "'"$root"'/done"' --undo "rm '$root/done'"
  as_one whole "of $token"
  as_one_later "later $token"
  as_one_end
}
verify() { observe "key of $token" 1; expect "that $token" true; }`,
      },
    };
    const applied = await host.run('apply', run);
    const previewed = await host.run('rollback', { settings: { preview: true } });
    const undone = await host.run('rollback');
    for (const { result, events } of [applied, previewed, undone])
      expect(JSON.stringify([result, [...result.observations], events])).not.toContain(secret);
    expect([...applied.result.observations.keys()]).toEqual(['key of [secret]']);
    for (const { result } of [previewed, undone])
      expect(result.resources.map(({ target }) => target)).toContain('run [secret]');
    expect(filesWithSecret(host.state)).toEqual([]);
  });

  it('are removed by the next run if a driver died with them', async () => {
    const host = scratchHost();
    const run = {
      steps: { one: 'state() { file "$root/f" --content "$token"; }' },
      secrets: { token: secret },
    };
    const { result } = await host.run('apply', { ...run, runtime: deathAtEntry(2) });
    expect(result.outcome).toBe('unknown');
    // What it leaves in /tmp is there until the next apply on this machine, maybe that of another test.
    await host.run('rollback');
    expect(workDirectoriesOf(host.state)).toEqual([]);
  });
});
