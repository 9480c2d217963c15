// The one place through which all text of a host passes: no kind of event, no stretch of output, no diff gets around it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostLine } from '../../../src/protocol/index.ts';
import { recordHost } from '../../support/recorded.ts';
import { HostCollector } from '../../../src/run/collect.ts';
import { secretForms, sharedForms } from '../../../src/run/mask.ts';
import { RemoteMask } from '../../../src/run/remote-mask.ts';

const own = 'own/secret+value';
const key = 'TmV3IGFuZCBkaWZmZXJlbnQgdG9wIHNlY3JldCBvbmUgNA==';
const text = `x ${own} key k { secret "${key}"; };`;
const pem = `-----BEGIN PRIVATE KEY-----\n${key}\n${key}\n-----END PRIVATE KEY-----`;
const mask = (): RemoteMask => new RemoteMask(secretForms([own]));

/** Every kind of event that has texts, with a secret in each of them. */
const lines: readonly HostLine[] = [
  { kind: 'fact', key: text, value: text },
  { kind: 'step', id: text, index: 1 },
  {
    kind: 'res',
    status: 'changed',
    resource: text,
    target: text,
    reason: text,
    irreversible: false,
    step: text,
    after: text,
  },
  { kind: 'd', text: `+${text}` },
  { kind: 'check', holds: false, name: text, message: text },
  { kind: 'obs', key: text, value: pem, mask: '' },
  { kind: 'notice', text },
  { kind: 'end', id: text, outcome: 'failed', seconds: 1, reason: text },
  { kind: 'receipt', runId: text, playbook: text, operator: text, started: text, entries: 1 },
  {
    kind: 'other',
    state: 'died',
    runId: text,
    action: text,
    playbook: text,
    operator: text,
    since: text,
  },
  { kind: 'fin', outcome: 'failed', reason: text },
];

describe('everything that a host says', () => {
  it('is masked in every field of every event, and in how its run ended', async () => {
    const events: unknown[] = [];
    const record = recordHost('h', 'rollback', 65536, (event) => events.push(event));
    const collector = new HostCollector('h', 'rollback', secretForms([own]), record.take);
    for (const line of lines) await collector.line(line);
    collector.output('001.err', Buffer.from(`${text}\n${pem}\n`));
    await collector.finish({ outcome: 'failed', reason: text }, { connections: 1, execs: 1 });
    const result = record.result();
    const all = JSON.stringify([events, result, [...result.facts], [...result.observations]]);
    expect(all).not.toContain(key.slice(0, 8));
    // The protocol's own words, such as ids, are masked by their looks only: a secret may be such a word.
    for (const field of ['target', 'reason', 'name', 'message', 'key', 'value', 'operator', 'playbook'])
      expect(all).not.toMatch(new RegExp(`"${field}":"[^"]*own/secret`));
    expect(result.steps[0]?.stderr).toBe(
      'x [secret] key k { secret "[secret]"; };\n-----BEGIN PRIVATE KEY-----\n[secret]\n[secret]\n-----END PRIVATE KEY-----\n',
    );
  });

  it('is masked if the link reports how it ended', async () => {
    const record = recordHost('h', 'exec', 65536);
    const collector = new HostCollector('h', 'exec', secretForms([own]), record.take);
    await collector.finish({ outcome: 'failed', reason: text }, { connections: 1, execs: 1 });
    expect(record.result().reason).toBe('x [secret] key k { secret "[secret]"; };');
  });
});

describe('output', () => {
  it('is the same in any pieces', () => {
    const whole = `${text}\nprompt> ${pem}\nroot:$2a$10$abcdefghijklmnopqrstuv:0:0\nkey of it: x\nend`;
    const all = mask().stream();
    const wanted = all.push(whole) + all.flush();
    expect(wanted).not.toContain(key.slice(0, 8));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
        const stream = mask().stream();
        let [out, at] = ['', 0];
        for (let index = 0; at < whole.length; index++) {
          const size = sizes[index % sizes.length] ?? 1;
          out += stream.push(whole.slice(at, at + size));
          at += size;
        }
        expect(out + stream.flush()).toBe(wanted);
      }),
    );
  });

  it('is shown at once as far as it cannot become a secret', () => {
    const stream = mask().stream();
    expect(stream.push('login ok, go on? [y/n] ')).toBe('login ok, go on? [y/n] ');
    expect(stream.push('the sec')).toBe('');
    expect(stream.push('tion\nno secret ')).toBe('the section\n');
    expect(stream.push('here')).toBe('');
    expect(stream.flush()).toBe('no secret here');
  });
});

describe('a diff', () => {
  const diff = (path: string, ...texts: string[]): readonly string[] => mask().diff(texts, path);

  it('keeps the numbers of the host, and masks what the host did not mask', () => {
    expect(
      diff('/etc/x', '@@ -1 +1 @@', '-secret "[secret 1]";', '+secret "[secret 2]";', ' secret "pw";'),
    ).toEqual(['@@ -1 +1 @@', '-secret "[secret 1]";', '+secret "[secret 2]";', ' secret "[secret]";']);
  });

  it('recognises a value on both sides by a keyword that is there once', () => {
    expect(diff('/etc/x', '@@ -1,2 +1,2 @@', ' \tsecret', '-\t"pw";', '+\t"pw2";', ' };')).toEqual([
      '@@ -1,2 +1,2 @@',
      ' \tsecret',
      '-\t"[secret]";',
      '+\t"[secret]";',
      ' };',
    ]);
  });

  it('recognises a value without its keyword, in files that have keys', () => {
    const hunk = ['@@ -9 +9 @@', `-\t"${key}";`, `+${key};`];
    const masked = ['@@ -9 +9 @@', '-\t"[secret]";', '+[secret];'];
    expect(diff('/etc/named.conf', ...hunk)).toEqual(masked);
    expect(diff('/etc/namedb/rndc.key', ...hunk)).toEqual(masked);
    expect(diff('/root/id_rsa', '@@ -9 +9 @@', `-${key}`)).toEqual(['@@ -9 +9 @@', '-[secret]']);
    expect(diff('/a/Kx.private', '@@ -9 +9 @@', `-Prime1: ${key}`)).toEqual([
      '@@ -9 +9 @@',
      '-Prime1: [secret]',
    ]);
  });

  it('does not change zones, file names and lists', () => {
    const lists = [
      '@@ -1,3 +1,3 @@',
      ' \t"secondary/example";',
      '-\tsomeinternalnetwork;',
      `+\t\t\t${key}`,
      ` \t\t\t${key} ) ; KSK`,
      '\\ No newline at end of file',
      '... 7 more lines',
    ];
    expect(diff('/etc/named.conf', ...lists)).toEqual(lists);
    expect(diff('/etc/namedb/example.net', ...lists)).toEqual(lists);
  });

  it('is masked by value over its lines, and stays as many lines', () => {
    expect(diff('/etc/x', '+a own/sec', '+ret+value b', ' c')).toEqual(['+a [secret]', '+[secret] b', ' c']);
  });
});

describe('the mask of a secret that all hosts have', () => {
  it('is made once, because a long one takes long', () => {
    const formsOf = sharedForms();
    const [one, other] = [formsOf(['secret one', 'two']), formsOf(new Set(['two', 'secret one']))];
    expect(other).toBe(one);
    expect(formsOf(['secret one'])).not.toBe(one);
    let looks = 0;
    const counted = new Proxy(one, {
      get: (list, name, self) => {
        looks += 1;
        return Reflect.get(list, name, self) as unknown;
      },
    });
    const first = new RemoteMask(counted);
    const after = looks;
    expect(after).toBeGreaterThan(0);
    expect([first, new RemoteMask(counted)].map((each) => each.text('a secret one b'))).toEqual(
      Array(2).fill('a [secret] b'),
    );
    expect(looks).toBe(after);
  });
});
