// Keys that the DNS vouches for (VerifyHostKeyDNS): what the real client takes, muster takes, and `trust --hosts` calls vouched for.
// The resolver of both is a server of this test: they run in a mount namespace whose resolv.conf names it.
// @module-tag long
import { execFileSync, spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Answer } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerTo, type DnsServer, startDnsServer } from '../probe/dns-server.ts';
import { ample } from '../../support/ample.ts';
import { startSystemSshd, type SystemSshd, whyNoSystemSshd } from './system-sshd.ts';

const source = join(import.meta.dirname, '../../../src');
const typescript = join(import.meta.dirname, '../../typescript.mjs');
/** The flag of an answer whose signatures the resolver checked. */
const authentic = 0x20;

const obstacle = (() => {
  const why = whyNoSystemSshd();
  if (why !== undefined) return why;
  if (userInfo().uid !== 0) return 'only root may have a resolv.conf of its own';
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
  } catch {
    return 'no mount namespace can be made here';
  }
  try {
    execFileSync('dig', ['-v'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'there is no dig on this machine';
  }
})();

/** A host by what DNS and known_hosts say of it. */
interface Case {
  readonly records: readonly (readonly [algorithm: number, hash: 1 | 2, of: 'its key' | 'another'])[];
  /** Without DNSSEC, by default. */
  readonly isSigned?: boolean;
  /** Lines for known_hosts; HOST is its name, KEY its key, OTHER another one. */
  readonly known?: string;
  /** The operator names the host by its address. */
  readonly byAddress?: boolean;
}

const good = [4, 2, 'its key'] as const;
const wrong = [4, 2, 'another'] as const;
const cases: Readonly<Record<string, Case>> = {
  'no record': { records: [], isSigned: true },
  'no record, and a known key': { records: [], isSigned: true, known: 'HOST KEY' },
  'a record': { records: [good], isSigned: true },
  'a record without DNSSEC': { records: [good] },
  'a record of another key': { records: [wrong], isSigned: true },
  'a record of another key, without DNSSEC': { records: [wrong] },
  'a record of another algorithm': { records: [[1, 2, 'its key']], isSigned: true },
  'a record of SHA-1': { records: [[4, 1, 'its key']], isSigned: true },
  'a record of another key by SHA-1': { records: [[4, 1, 'another'], good], isSigned: true },
  'a record of SHA-1, and another key by SHA-256': { records: [[4, 1, 'its key'], wrong], isSigned: true },
  'both digests': { records: [[4, 1, 'its key'], good], isSigned: true },
  'records of two keys': { records: [wrong, good], isSigned: true },
  'a record, and a known key': { records: [good], isSigned: true, known: 'HOST KEY' },
  'a record, and another key in known_hosts': { records: [good], isSigned: true, known: 'HOST OTHER' },
  'a record of another key, and a known key': { records: [wrong], isSigned: true, known: 'HOST KEY' },
  'a record, and another key revoked': { records: [good], isSigned: true, known: '@revoked * OTHER' },
  'a record, and its key revoked': { records: [good], isSigned: true, known: '@revoked * KEY' },
  'a record, and an address': { records: [good], isSigned: true, byAddress: true },
};
/** ssh asks the DNS before it looks for a revocation. muster never takes a revoked key. */
const stricter: ReadonlySet<string> = new Set(['a record, and its key revoked']);

/** What muster made of a host, and what `trust --hosts` would show. */
interface Verdict {
  readonly auto: string;
  readonly openssh: string;
  readonly dns: string;
}

const program = `
  import { readFile } from 'node:fs/promises';
  import { askOwnSsh } from '${source}/cli/own-ssh.ts';
  import { judgeBySshfp, sshfpOf } from '${source}/cli/sshfp.ts';
  import { sshTransport } from '${source}/transport/index.ts';
  const [config, home, key, ...names] = process.argv.slice(1);
  const settings = { port: 22, user: 'root', knownHosts: [], agent: false, become: 'none', ...${JSON.stringify(ample)} };
  const askSsh = askOwnSsh(config, () => undefined);
  const hosts = (way) => names.map((name) => ({ ...settings, name, address: name, legacyAlgorithms: false, transport: way }));
  const outcome = (session) => { session.close(); return 'accepted'; };
  const verdicts = names.map(() => ({}));
  for (const way of ['auto', 'openssh']) {
    const listed = (name) => {
      const connection = hosts(way).find((host) => host.name === name);
      return connection && { connection, said: new Set() };
    };
    const transport = sshTransport({
      startLimit: 4, homeDirectory: home, readFile: (path) => readFile(path), openssh: true,
      surroundings: { configFile: config, askSsh, listed },
    });
    for (const [index, host] of hosts(way).entries())
      verdicts[index][way] = await transport.connect(host, new AbortController().signal).then(outcome, (error) => error.code);
    transport.close();
  }
  for (const [index, name] of names.entries()) {
    const answer = await sshfpOf(name);
    const verdict = judgeBySshfp(Buffer.from(key, 'base64'), answer?.records ?? []);
    verdicts[index].dns = verdict + (answer?.isSecure ? '' : ' without DNSSEC');
  }
  console.log(JSON.stringify(verdicts));`;

describe.skipIf(obstacle !== undefined)(
  `a key that the DNS vouches for${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-sshfp-'));
    const at = (name: string): string => join(folder, name);
    let server: SystemSshd;
    let dns: DnsServer;
    let key = '';

    beforeAll(async () => {
      for (const name of ['host', 'other', 'user'])
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
      const pair = (name: string) => ({
        private: readFileSync(at(name), 'utf8'),
        public: lineOf(name),
      });
      server = await startSystemSshd({ host: pair('host'), user: pair('user') });
      key = lineOf('host').split(' ')[1] ?? '';
      dns = await startDnsServer(
        (asked) => {
          const number = Number(/^c(\d+)\./.exec(asked.name)?.[1]);
          const { records = [], isSigned = false } = Object.values(cases)[number] ?? {};
          const answers: Answer[] =
            asked.type === 'A'
              ? [{ name: asked.name, type: 'A', ttl: 1, data: '127.0.0.1' }]
              : asked.type === 'SSHFP'
                ? records.map(([algorithm, hash, of]) => ({
                    name: asked.name,
                    type: 'SSHFP',
                    ttl: 1,
                    data: { algorithm, hash, fingerprint: digestOf(of, hash) },
                  }))
                : [];
          return [answerTo(asked, answers, isSigned ? { flags: authentic } : {})];
        },
        { address: `127.${String(randomInt(1, 255))}.${String(randomInt(1, 255))}.53`, port: 53 },
      );
      writeFileSync(at('resolv.conf'), `nameserver ${dns.address}\noptions edns0 trust-ad\n`);
    });
    afterAll(async () => {
      await dns.stop();
      await server.stop();
      rmSync(folder, { recursive: true });
    });

    function lineOf(name: string): string {
      return readFileSync(at(`${name}.pub`), 'utf8')
        .split(' ')
        .slice(0, 2)
        .join(' ')
        .trim();
    }

    function digestOf(of: 'its key' | 'another', hash: 1 | 2): string {
      const blob = Buffer.from(lineOf(of === 'its key' ? 'host' : 'other').split(' ')[1] ?? '', 'base64');
      return createHash(hash === 1 ? 'sha1' : 'sha256')
        .update(blob)
        .digest('hex');
    }

    function nameOf(index: number): string {
      return `c${String(index)}.example.test`;
    }

    /** The operator's ssh_config, a block for each host. */
    function configuration(): string {
      const hosts = Object.values(cases).flatMap(({ known = '', byAddress }, index) => {
        const name = byAddress === true ? '127.0.0.1' : nameOf(index);
        const text = known
          .replace('HOST', `[${name}]:${String(server.host.port)}`)
          .replace('KEY', lineOf('host'))
          .replace('OTHER', lineOf('other'));
        writeFileSync(at(`known-${String(index)}`), `${text}\n`);
        return [
          `Host ${nameOf(index)}`,
          `UserKnownHostsFile ${at(`known-${String(index)}`)}`,
          ...(byAddress === true ? ['HostName 127.0.0.1'] : []),
        ];
      });
      const all = [
        ...['Host *', 'VerifyHostKeyDNS yes', 'GlobalKnownHostsFile /dev/null', 'ConnectTimeout 120'],
        ...[`Port ${String(server.host.port)}`, `User ${server.host.user}`, `IdentityFile ${at('user')}`],
      ];
      return `${[...hosts, ...all].join('\n')}\n`;
    }

    async function inside(
      words: readonly string[],
    ): Promise<{ code: number | null; out: string; said: string }> {
      const mount = `mount --bind '${at('resolv.conf')}' /etc/resolv.conf && exec "$@"`;
      const child = spawn('unshare', ['-m', '/bin/sh', '-c', mount, 'inside', ...words], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [out, said] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
      return { code, out, said };
    }

    async function acceptedBySsh(name: string): Promise<boolean> {
      const settings = [
        'BatchMode=yes',
        'StrictHostKeyChecking=yes',
        'UpdateHostKeys=no',
        'IdentityAgent=none',
      ];
      const words = settings.flatMap((setting) => ['-o', setting]);
      const { code, said } = await inside(['ssh', '-F', at('config'), ...words, name, 'true']);
      if (code !== 0 && !/Host key verification failed/.test(said)) throw new Error(said);
      return code === 0;
    }

    it('is taken where ssh takes it, and only there', async () => {
      writeFileSync(at('config'), configuration());
      const names = Object.keys(cases).map((_, index) => nameOf(index));
      const words = ['--import', typescript, '--input-type=module', '-e', program, at('config'), folder, key];
      const { out, said } = await inside([process.execPath, ...words, ...names]);
      expect(said).toBe('');
      const verdicts = JSON.parse(out) as readonly Verdict[];
      const judged: { what: string; ssh: boolean; auto: string; openssh: string; dns: string }[] = [];
      for (const [index, what] of Object.keys(cases).entries())
        judged.push({ what, ssh: await acceptedBySsh(nameOf(index)), ...verdicts[index]! });
      const isAccepted = (verdict: string): boolean => verdict === 'accepted';
      expect(
        judged.filter(({ what, ssh, auto, openssh }) => {
          const wanted = ssh && !stricter.has(what);
          return isAccepted(auto) !== wanted || isAccepted(openssh) !== wanted;
        }),
      ).toEqual([]);
      expect(judged.filter(({ ssh }) => ssh).map(({ what }) => what)).toEqual(
        expect.arrayContaining(['a record', 'a record of SHA-1', ...stricter]),
      );
      expect(judged.find(({ what }) => stricter.has(what))).toMatchObject({
        auto: 'SSH_HOST_KEY_REVOKED',
        openssh: 'SSH_HOST_KEY_REVOKED',
      });
      // What trust --hosts calls vouched for is what ssh takes for the word of the DNS alone.
      const byDns = judged.filter(
        ({ what }) => cases[what]?.known === undefined && cases[what]?.byAddress !== true,
      );
      expect(byDns.filter(({ ssh, dns: verdict }) => ssh !== (verdict === 'same'))).toEqual([]);
      expect(byDns.length).toBeGreaterThan(8);
    });
  },
);
