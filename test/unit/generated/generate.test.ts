// The generator of configurations: the same seed gives the same host, every feature comes up soon, and what it says of a
// host holds together.
import { expect, it } from 'vitest';
import { features, generate } from '../../e2e/generated/generate.ts';
import type { GeneratedHost } from '../../e2e/generated/model.ts';

const around = { own: '10.53.0.2', peer: '10.53.0.3' };
const seeds = Array.from({ length: 300 }, (_, index) => index + 1);
const hosts = seeds.map((seed) => generate(seed, around));

function confOf({ flags, entries }: GeneratedHost): string {
  const path = /-c (\S+)/.exec(flags)?.[1] ?? '/etc/named.conf';
  return entries.find((entry) => entry.path === path)?.content ?? '';
}

it('gives the same host for the same seed, and different ones for different seeds', () => {
  for (const seed of [1, 2, 57]) expect(generate(seed, around)).toEqual(generate(seed, around));
  expect(new Set(hosts.map((host) => JSON.stringify({ ...host, seed: 0 }))).size).toBe(hosts.length);
});

it('does not change other features if one is left out', () => {
  for (const seed of seeds.slice(0, 40)) {
    const whole = generate(seed, around);
    const less = generate(seed, around, new Set(['logging']));
    expect(whole.features.filter((feature) => !feature.startsWith('logs to'))).toEqual(less.features);
  }
});

it('makes every feature, and every one without the other rare ones', () => {
  const never = features
    .map(({ name }) => name)
    .filter((name) =>
      seeds.every((seed) => {
        const [whole, less] = [generate(seed, around), generate(seed, around, new Set([name]))];
        return JSON.stringify(whole) === JSON.stringify(less);
      }),
    );
  expect(never).toEqual([]);
});

const kinds = [
  /^package auto$/,
  /^package chroot8$/,
  /^base chrootdir$/,
  /^base chroot8$/,
  /^named as its own user$/,
  /^named\.conf by -c$/,
  /^named\.conf by -c, not told$/,
  /^directory below namedb$/,
  /^directory outside of namedb$/,
  /^no directory statement$/,
  /^includes: apart, absolute$/,
  /^includes: pattern, relative$/,
  /^includes: pattern, absolute$/,
  /^includes: nested, outside$/,
  /^listens on the loopback$/,
  /^listens on two addresses, not on the loopback$/,
  /^listens on a second port, too$/,
  /^listens on another port$/,
  /^another port by -p$/,
  /^-4, not told$/,
  /^views by address$/,
  /^views by key$/,
  /^views by destination$/,
  /^in-view$/,
  /^zone Example\.ORG$/,
  /^zone 0\/25\./,
  /^\$INCLUDE relative$/,
  /^\$INCLUDE outside$/,
  /^zone file 600$/,
  /^closed directory of zones$/,
  /^closed zone$/,
  /^hint zone$/,
  /^300 zones$/,
  /^a zone that does not load$/,
  /^updated zone by address$/,
  /^updated zone by key$/,
  /^updated zone by session key$/,
  /^signed zone$/,
  /^secondary of another host$/,
  /^secondary of another view$/,
  /^secondary without a file$/,
  /^secondary whose primary is gone$/,
  /^catalog zone$/,
  /^logs to log\/named\.log$/,
  /^logs to \/var\/log\/named\/named\.log$/,
  /^logs to \/srv\/dns\/log/,
  /^dump-file /,
  /^statistics-file /,
  /^pid-file elsewhere$/,
  /^session-keyfile elsewhere$/,
  /^managed-keys-directory \/var/,
  /^rndc\.key$/,
  /^control channel with a key and port of its own$/,
  /^no control channel$/,
  /^a zone added by rndc$/,
  /^forwarded zone$/,
  /^response policy zone$/,
  /^rate limit$/,
  /^empty zones$/,
  /^acl in \/etc\/bind/,
  /^tls$/,
  /^comments that look like statements$/,
  /^all on one line$/,
];

it.each(kinds)('has %s among its first 300 seeds', (kind) => {
  expect(hosts.some(({ features: found }) => found.some((feature) => kind.test(feature)))).toBe(true);
});

it('says that many must be moved, and for the others what a refusal may name', () => {
  const common = hosts.filter(({ mayRefuse }) => mayRefuse.length === 0);
  expect(common.length).toBeGreaterThan(hosts.length * 0.3);
  expect(common.length).toBeLessThan(hosts.length * 0.8);
});

it('asks for a zone at every address of named, and for no zone outside of the configuration', () => {
  for (const host of hosts) {
    expect(host.questions.length, host.name).toBeGreaterThan(0);
    const texts = host.entries.map(({ content }) => content).join('\n');
    for (const { zone } of host.questions) {
      if (!['member.example', 'added.example'].includes(zone)) expect(texts).toContain(`zone "${zone}"`);
    }
  }
});

it('has every file that its configuration names by a full path, except those that named makes itself', () => {
  // What a fresh host has, or what is made there before named starts.
  const given =
    /^\/etc\/namedb\/(127|localhost|root\.cache|keys|tls\/.*)$|^\/etc\/namedb$|^\/etc\/ssl\/dns\/|\*/;
  for (const host of hosts) {
    const paths = new Set(host.entries.map(({ path }) => path));
    const text = host.entries
      .filter(
        ({ kind, content }) =>
          kind === 'file' && /^(options|zone|view|include|acl|key|primaries) /m.test(content),
      )
      .map(({ content }) => content.replaceAll(/^(#|\/\/).*$|\/\*[^]*?\*\//gm, ''))
      .join('\n');
    for (const [, path = ''] of text.matchAll(/(?:file|include|directory) "(\/[^"]*)"/g)) {
      const isMade = host.written.some((pattern) => pattern.test(path)) || given.test(path);
      expect(isMade || paths.has(path), `seed ${host.seed}: ${path}`).toBe(true);
    }
  }
});

it('keeps what is on one line free of comments that would swallow the rest', () => {
  const dense = hosts.filter(({ features: found }) => found.includes('all on one line'));
  expect(dense.length).toBeGreaterThan(0);
  for (const host of dense) expect(confOf(host).trim().split('\n')).toHaveLength(1);
});
