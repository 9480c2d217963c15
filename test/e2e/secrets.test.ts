// A host's own keys: what muster shows, writes and keeps of a run never has them, and that one changed is seen.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { leaksOf } from '../support/key-texts.ts';
import { describeWithEngine, labImage } from './engine.ts';
import { inside, muster, playbook } from './muster.ts';

// One a file and time, so that a leak says where it is from.
const keys = {
  config: 'RGlzIGlzIHRoZSBvbGQgdG9wIHNlY3JldCBudW1iZXIgMQ==',
  transfer: 'QW5vdGhlciBrZXkgaW4gYSBmaWxlIG9mIGl0cyBvd24gMg==',
  bare: 'VGhpcmRrZXl3aXRob3V0cXVvdGVzb3JibGFua3Njcw',
  later: 'TmV3IGFuZCBkaWZmZXJlbnQgdG9wIHNlY3JldCBvbmUgNA==',
  laterTransfer: 'TmV3IGFuZCBkaWZmZXJlbnQgdHJhbnNmZXIga2V5IGZpdmUgIQ==',
  byHand: 'U29tZWJvZHkgcHV0IHRoaXMgaW4gYmV0d2VlbiBzaXggNg==',
};
const secrets = Object.values(keys);

describeWithEngine('secrets in the files of a host', () => {
  let lab: Lab;
  let inventory: string[];
  /** All that muster wrote, by what it was asked. */
  const told = new Map<string, string>();

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-secrets-'));
    lab = await startLab({ hosts: [{ name: 'ns1' }], image: labImage(), directory });
    inventory = ['-i', join(lab.directory, 'inventory.yaml')];
    await inside(
      lab,
      'ns1',
      `mkdir -p /etc/namedb/private
      echo 'key "xfer-key" { algorithm hmac-sha256; secret "${keys.transfer}"; };' >/etc/namedb/private/xfer.key
      {
        echo 'include "/etc/namedb/private/xfer.key";'
        printf 'key "ddns" {\\n\\talgorithm hmac-sha256;\\n\\tsecret\\n\\t\\t"%s";\\n};\\n' '${keys.config}'
        printf 'key bare { algorithm hmac-sha256; SECRET /* the secret */ %s; };\\n' '${keys.bare}AA'
        sed 's/allow-transfer .*//' /etc/named.conf
      } >/tmp/named.conf
      cat /tmp/named.conf >/etc/named.conf; rm /tmp/named.conf
      named-checkconf /etc/named.conf && sh /etc/rc.d/named restart`,
    );
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  /** Runs muster, keeps all that it wrote, and proves that no key is in it. */
  async function ask(
    name: string,
    args: readonly string[],
    reports: readonly string[] = [],
  ): Promise<string> {
    const files = reports.map((ending) => join(lab.directory, `${name}.${ending}`));
    const [verb = '', ...rest] = args;
    const reportTo = files.flatMap((file) => ['--report', file]);
    const run = await muster([verb, ...inventory, ...reportTo, ...rest]);
    const all = [run.stdout, run.stderr, ...files.map((file) => readFileSync(file, 'utf8'))].join('\n');
    told.set(name, all);
    expect(leaksOf(all, secrets), `${name}: ${all}`).toEqual([]);
    return all;
  }

  it('are in no plan and no report of a first run', async () => {
    expect(await ask('plan', ['plan', playbook])).toContain('content');
    await ask('plan-json', ['plan', playbook, '--json']);
    expect(await ask('apply', ['apply', playbook, '--yes', '--json'])).toContain('"changed"');
    const verified = await ask('verify', ['verify', playbook, '--json'], ['xml', 'md']);
    // What is compared across the fleet is the whole text, but for the values.
    expect(verified).toContain('[secret]');
  });

  it('show only that they changed', async () => {
    await inside(
      lab,
      'ns1',
      `for file in /etc/named.conf /etc/namedb/private/xfer.key; do
        sed -e 's|${keys.config}|${keys.later}|' -e 's|${keys.transfer}|${keys.laterTransfer}|' "$file" >/tmp/new
        cat /tmp/new >"$file"
      done; rm /tmp/new`,
    );
    const planned = await ask('plan of a change', ['plan', playbook]);
    expect(planned).toMatch(/-\s+"\[secret 1\]";\n\s*\+\s+"\[secret 3\]";/);
    expect(planned).toContain('private/xfer.key: content');
    await ask('plan of a change-json', ['plan', playbook, '--json']);
    const verified = await ask('verify of a change', ['verify', playbook], ['xml', 'md']);
    expect(verified.split('[secret 3]').length).toBeGreaterThan(2);
    await ask('second apply', ['apply', playbook, '--yes']);
  });

  it('are in no rollback, neither in its preview nor if somebody changed one since', async () => {
    await inside(
      lab,
      'ns1',
      `sed 's|${keys.later}|${keys.byHand}|' /home/named/etc/named.conf >/tmp/new
      cat /tmp/new >/home/named/etc/named.conf; rm /tmp/new`,
    );
    await ask('preview', ['rollback']);
    const conflict = await ask('rollback', ['rollback', '--yes']);
    expect(conflict).toMatch(/somebody changed it since/);
    expect(conflict).toMatch(/\+\s+"\[secret \d\]";/);
  });

  it('are in no output of a command that prints them', async () => {
    const printed = await ask('exec', ['exec', 'cat /etc/named.conf /etc/namedb/private/xfer.key']);
    expect(printed.split('"[secret]";')).toHaveLength(3);
    expect(printed).toContain('algorithm hmac-sha256;');
  });

  it('are in no text of a receipt, but only in its saved files', async () => {
    const events = await inside(lab, 'ns1', 'cat /var/db/muster/runs/*/events /var/db/muster/runs/*/journal');
    expect(events).toContain('[secret 1]');
    expect(leaksOf(events, secrets)).toEqual([]);
    const modes = await inside(lab, 'ns1', 'ls -ldn /var/db/muster/runs/*/saved | cut -c1-10 | sort -u');
    expect(modes).toBe('drwx------\n');
  });

  it('are not shown by an undo at the console either', async () => {
    const out = await inside(lab, 'ns1', 'sh "$(ls -d /var/db/muster/runs/* | tail -n 1)/undo.sh" 2>&1 || :');
    expect(out).toMatch(/somebody changed it since/);
    expect(out).toContain('[secret 1]');
    expect(leaksOf(out, secrets)).toEqual([]);
  });
});
