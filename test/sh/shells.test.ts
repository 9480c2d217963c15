// The runtime in every sh at hand, and with no more tools than the floor that docs/steps.md states.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { scratchHost } from './scratch.ts';
import type { ScratchHost } from './scratch.ts';

const steps = {
  one: `state() {
  directory "$root/a b/c" --mode 0750
  file "$root/a b/c/it's \\$x" --content 'hello | world \\ back' --mode 0640
  symlink "$root/link" --to 'a b/c'
  line "$root/conf" --match '^x=' --line 'x=\\1&'
  block "$root/conf" --id test --content 'in the
block'
  rc_conf named no --path "$root/rc.conf"
  rc_conf syslogd_flags '-s -p $named_chroot/log' --path "$root/rc.conf" --after named
}
verify() {
  expect_file "$root/conf" 0644
  observe value "$(rc_conf_value syslogd_flags "$root/rc.conf")"
}`,
  two: `state() {
  copy "$root/copy" --from "$root/conf" --mode 0600
  mode_owner "$root/gift" --mode 0600
  absent "$root/gone" --recursive
  command 'touch it' --run "touch '$root/t'" --unless "test -f '$root/t'" --undo "rm -f '$root/t'"
}`,
};

/** Plan, apply, again, verify, rollback: each as it should be, and the tree as before (tar keeps whole seconds). */
async function live(host: ScratchHost): Promise<void> {
  host.write('conf', 'x=1\ny=2');
  host.write('gone/deep/file', 'x');
  host.write('gift', 'x');
  const before = fingerprint(host.root, 'second');
  const planned = await host.run('plan', { steps });
  expect(planned.result.reason).toBe('');
  expect(fingerprint(host.root, 'second')).toEqual(before);
  const applied = await host.run('apply', { steps });
  expect(applied.result).toMatchObject({ outcome: 'changed', reason: '' });
  const said = (status: string, run: typeof planned): string[] =>
    run.result.resources
      .filter((entry) => entry.status === status)
      .map(({ resource, target }) => `${resource} ${target}`);
  expect(said('changed', applied)).toEqual(said('change', planned));
  expect(host.read('conf')).toBe('x=\\1&\ny=2\n# muster: begin test\nin the\nblock\n# muster: end test\n');
  expect((await host.run('apply', { steps })).result.outcome).toBe('ok');
  const verified = await host.run('verify', { steps });
  expect(verified.result.outcome).toBe('ok');
  expect(verified.result.observations.get('value')).toBe('-s -p $named_chroot/log');
  const undone = await host.run('rollback');
  expect(undone.result.outcome).toBe('rolled-back');
  expect(fingerprint(host.root, 'second')).toEqual(before);
}

const shells = ['/bin/dash', '/bin/busybox sh', '/bin/mksh'];
const floor =
  `awk cat chmod chown cksum cmp cp cut date df diff dirname find grep gzip head hostname id ln ls mkdir mktemp mv
  od pax ps rm rmdir sed sh sleep sort sync tail tar tee touch tr true uname wc`.split(/\s+/);

describe('the runtime', () => {
  for (const shell of shells) {
    const missing = !existsSync(shell.split(' ')[0] ?? '');
    it.skipIf(missing)(`runs in ${shell}${missing ? ' (which is not installed here)' : ''}`, async () => {
      await live(scratchHost({ shell }));
    });
  }

  /** Nothing but the floor: no readlink, for one, which 1.5 had not. */
  function searchPathOfFloor(): string {
    const bin = join(scratchHost().root, '../bin');
    mkdirSync(bin);
    for (const tool of floor) {
      const path = execFileSync('/bin/sh', ['-c', `command -v ${tool} || :`])
        .toString()
        .trim();
      if (path.startsWith('/')) symlinkSync(path, join(bin, tool));
    }
    return bin;
  }

  it('needs no other tools than the minimum', async () => {
    await live(scratchHost({ settings: { searchPath: searchPathOfFloor() } }));
  });

  // mksh has no printf of its own, and that of the floor is the shell's.
  it.each(shells.filter((shell) => shell !== '/bin/mksh' && existsSync(shell.split(' ')[0] ?? '')))(
    'reads and restores every link without readlink, in %s',
    async (shell) => {
      const host = scratchHost({ shell, settings: { searchPath: searchPathOfFloor() } });
      const texts = [
        'plain',
        '/abs/a b',
        ' blanks ',
        'a -> b',
        ' -> ',
        `${host.path('0')} -> x`,
        'two\nlines',
        'ends\n',
        'dot.',
        '.',
        '*[a]\\?',
        "it's",
      ];
      mkdirSync(host.root, { recursive: true });
      const names = texts.map((text, index) => {
        const name = index % 2 === 0 ? String(index) : `${String(index)} -> odd`;
        symlinkSync(text, host.path(name));
        return name;
      });
      const before = fingerprint(host.root, 'second');
      const body = names.map((name) => `symlink "$root/${name}" --to 'new -> one'`).join('\n');
      const links = { steps: { one: `state() {\n${body}\n}` } };
      const planned = await host.run('plan', links);
      const reasons = planned.result.resources.map(({ reason }) => reason);
      expect(reasons).toEqual(texts.map((text) => `to new -> one (was ${text})`));
      expect((await host.run('apply', links)).result.outcome).toBe('changed');
      expect((await host.run('apply', links)).result.outcome).toBe('ok');
      expect((await host.run('rollback')).result.outcome).toBe('rolled-back');
      expect(fingerprint(host.root, 'second')).toEqual(before);
    },
  );
});
