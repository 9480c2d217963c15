// Which host keys are good: for many known_hosts files and servers, muster accepts exactly what the real client accepts with
// strict checks and without questions.
// @module-tag long
import { execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HostConnection } from '../../../src/transport/index.ts';
import { parseEffective } from '../../../src/transport/index.ts';
import { operatorTransport } from './operator-transport.ts';
import { startSystemSshd, type SystemSshd, whyNoSystemSshd } from './system-sshd.ts';

const obstacle = whyNoSystemSshd();
const alias = 'fleet-7.example.net';

/** What the texts are made of: names of the server, its own key, another of its type, one of another type, authorities. */
interface Parts {
  readonly port: number;
  readonly key: string;
  readonly other: string;
  readonly strange: string;
  readonly ca: string;
  readonly otherCa: string;
}

interface Case {
  readonly files: readonly (string | undefined)[];
  readonly alias?: string;
}

function hashed(name: string): string {
  const salt = Buffer.alloc(20, 7);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

/** Texts by what is special about them. */
function casesOf({ port, key, other, strange, ca, otherCa }: Parts): Readonly<Record<string, Case>> {
  const own = `[127.0.0.1]:${String(port)}`;
  const bare = '127.0.0.1';
  const [type = '', base64 = ''] = key.split(' ');
  const one = (text: string): Case => ({ files: [text] });
  const named = (name: string): Case => one(`${name} ${key}\n`);
  return {
    'no line': one(''),
    'its name and port': named(own),
    'its bare name': named(bare),
    'another port': named('[127.0.0.1]:1'),
    'another host': named('192.0.2.1'),
    'a hash': named(hashed(own)),
    'a hash of the bare name': named(hashed(bare)),
    'a hash of another host': named(hashed('192.0.2.1')),
    'a hash among names': named(`a,${hashed(own)}`),
    'a list': named(`a,b,${own}`),
    'an empty name in a list': named(`,${own}`),
    'a star': named('*'),
    'a pattern': named(`[127.0.*]:${String(port)}`),
    'a question mark': named(`[127.?.0.1]:${String(port)}`),
    'brackets are no class': named(`[127.0.0.[1]]:${String(port)}`),
    'a pattern of bare names': named('127.0.0.*'),
    'a negated name': named(`*,!${own}`),
    'a negated name in front': named(`!${own},*`),
    'the negated bare name': named(`*,!${bare}`),
    'the negated name of another': named('!192.0.2.1,*'),
    'a negated hash': named(`*,!${hashed(own)}`),
    'another key': one(`${own} ${other}\n`),
    'another key, then its own': one(`${own} ${other}\n${own} ${key}\n`),
    'its own key, then another': one(`${own} ${key}\n${own} ${other}\n`),
    'a key of another type': one(`${own} ${strange}\n`),
    'a key of another type, then its own': one(`${own} ${strange}\n${own} ${key}\n`),
    'another under its name, its own under the bare one': one(`${own} ${other}\n${bare} ${key}\n`),
    'another under the bare name, its own under its name': one(`${bare} ${other}\n${own} ${key}\n`),
    'another type under its name, its own under the bare one': one(`${own} ${strange}\n${bare} ${key}\n`),
    revoked: one(`@revoked ${own} ${key}\n`),
    'revoked and good': one(`@revoked ${own} ${key}\n${own} ${key}\n`),
    'good and revoked': one(`${own} ${key}\n@revoked ${own} ${key}\n`),
    'revoked for all': one(`${own} ${key}\n@revoked * ${key}\n`),
    'revoked for the bare name': one(`${own} ${key}\n@revoked ${bare} ${key}\n`),
    'revoked by hash': one(`${own} ${key}\n@revoked ${hashed(own)} ${key}\n`),
    'revoked for another host': one(`${own} ${key}\n@revoked 192.0.2.1 ${key}\n`),
    'another key revoked': one(`${own} ${key}\n@revoked ${own} ${other}\n`),
    'good by bare name, revoked by name': one(`${bare} ${key}\n@revoked ${own} ${key}\n`),
    'good by bare name, revoked by bare name': one(`${bare} ${key}\n@revoked ${bare} ${key}\n`),
    'an authority': one(`@cert-authority ${own} ${ca}\n`),
    'an authority for all': one(`@cert-authority * ${ca}\n`),
    'an authority for the bare name': one(`@cert-authority ${bare} ${ca}\n`),
    'an authority by hash': one(`@cert-authority ${hashed(own)} ${ca}\n`),
    'an authority for another host': one(`@cert-authority 192.0.2.1 ${ca}\n`),
    'another authority': one(`@cert-authority * ${otherCa}\n`),
    'two authorities': one(`@cert-authority * ${otherCa}\n@cert-authority * ${ca}\n`),
    'an authority and its key': one(`@cert-authority * ${ca}\n${own} ${key}\n`),
    'an authority and another key': one(`@cert-authority * ${ca}\n${own} ${other}\n`),
    'another authority and its key': one(`@cert-authority * ${otherCa}\n${own} ${key}\n`),
    'a revoked authority': one(`@cert-authority * ${ca}\n@revoked * ${ca}\n`),
    'an authority, and its key revoked': one(`@cert-authority * ${ca}\n@revoked * ${key}\n`),
    'a revoked authority, and its key': one(`@revoked * ${ca}\n${own} ${key}\n`),
    'a revoked authority by hash, and its key': one(`@revoked ${hashed(own)} ${ca}\n${own} ${key}\n`),
    'an authority that is revoked for another host, and its key': one(
      `@revoked 192.0.2.1 ${ca}\n${own} ${key}\n`,
    ),
    'another authority revoked, and its key': one(`@revoked * ${otherCa}\n${own} ${key}\n`),
    'a revoked authority, and its key under the bare name': one(`@revoked ${own} ${ca}\n${bare} ${key}\n`),
    'an authority, and its key revoked under the bare name': one(
      `@cert-authority ${own} ${ca}\n@revoked ${bare} ${key}\n`,
    ),
    'an authority under the bare name, another key under its name': one(
      `@cert-authority ${bare} ${ca}\n${own} ${other}\n`,
    ),
    'an authority, and a key of another type': one(`@cert-authority * ${ca}\n${own} ${strange}\n`),
    'its own key as an authority': one(`@cert-authority ${own} ${key}\n`),
    'the key of the authority as a plain one': one(`${own} ${ca}\n`),
    comments: one(`# ${own} ${other}\n\n   # more\n${own} ${key} a comment of # words\n`),
    'a comment on its line': one(`#${own} ${key}\n`),
    'blanks and tabs': one(`  \t${own}  \t ${key.replace(' ', '\t ')}  \n`),
    'line ends of DOS': one(`${own} ${other.replace(other, key)}\r\n`),
    'no line end': one(`${own} ${key}`),
    'a mark behind blanks': one(`${own} ${key}\n  @revoked ${own} ${key}\n`),
    'a mark in capitals': one(`${own} ${key}\n@REVOKED ${own} ${key}\n`),
    'an unknown mark': one(`@trusted ${own} ${key}\n`),
    'an unknown mark, then its key': one(`@trusted ${own} ${key}\n${own} ${key}\n`),
    'two marks': one(`@cert-authority @revoked ${own} ${key}\n${own} ${key}\n`),
    'a line without a key': one(`${own}\n`),
    'a line without a key, then its key': one(`${own} ${type}\n${own} ${key}\n`),
    'a key that is cut off': one(`${own} ${type} ${base64.slice(0, 20)}\n`),
    'a key that is cut off, then its key': one(`${own} ${type} ${base64.slice(0, 20)}\n${own} ${key}\n`),
    'no base64': one(`${own} ${type} !!!!\n${own} ${key}\n`),
    'a type that is another': one(`${own} ssh-dss ${base64}\n`),
    'a type that nobody knows, then its key': one(`${own} ssh-moon AAAAC3Nz\n${own} ${key}\n`),
    'a key for SSH 1, then its key': one(`${own} 1024 35 1234567\n${own} ${key}\n`),
    'two files, the second has it': { files: ['', `${own} ${key}\n`] },
    'two files, the first has it': { files: [`${own} ${key}\n`, ''] },
    'two files, one is not there': { files: [undefined, `${own} ${key}\n`] },
    'two files, another key in the first': { files: [`${own} ${other}\n`, `${own} ${key}\n`] },
    'two files, revoked in the second': { files: [`${own} ${key}\n`, `@revoked ${own} ${key}\n`] },
    'two files, authority in the second': { files: [`${own} ${other}\n`, `@cert-authority * ${ca}\n`] },
    'two files, none is there': { files: [undefined, undefined] },
    'an alias': { files: [`${alias} ${key}\n`], alias },
    'an alias, and a line of the address': { files: [`${own} ${key}\n`], alias },
    'an alias with a port': { files: [`[${alias}]:${String(port)} ${key}\n`], alias },
    'an alias in capitals': { files: [`${alias.toUpperCase()} ${key}\n`], alias },
    'capitals for an alias': { files: [`${alias} ${key}\n`], alias: alias.toUpperCase() },
    'a hashed alias': { files: [`${hashed(alias)} ${key}\n`], alias },
    'a pattern for an alias': { files: [`*.example.net ${key}\n`], alias },
    'an authority for an alias': { files: [`@cert-authority ${alias} ${ca}\n`], alias },
    'an authority for an alias that the certificate lacks': {
      files: [`@cert-authority * ${ca}\n`],
      alias: 'other.example.net',
    },
  };
}

type KeyType = 'ed25519' | 'rsa' | 'ecdsa';

/** A server by its host keys. */
interface Kind {
  readonly name: string;
  /** The key that the texts are about, and others that it has. */
  readonly keys: readonly [KeyType, ...KeyType[]];
  /** Which key has a certificate, for which names, and until when. */
  readonly certificate?: { readonly of: KeyType; readonly names?: string; readonly validity?: string };
  /** Names and forms of lines are read alike whatever the key: one server has them all. */
  readonly hasAllCases?: boolean;
}

const kinds: readonly Kind[] = [
  { name: 'ed25519', keys: ['ed25519'], hasAllCases: true },
  { name: 'rsa', keys: ['rsa'] },
  { name: 'ecdsa', keys: ['ecdsa'] },
  { name: 'two keys', keys: ['rsa', 'ed25519'] },
  { name: 'a certificate', keys: ['ed25519'], certificate: { of: 'ed25519' }, hasAllCases: true },
  { name: 'a certificate of rsa', keys: ['rsa'], certificate: { of: 'rsa' } },
  { name: 'two keys, a certificate of the other', keys: ['rsa', 'ed25519'], certificate: { of: 'ed25519' } },
  {
    name: 'a certificate of another name',
    keys: ['rsa'],
    certificate: { of: 'rsa', names: 'ns9.example.net' },
  },
  {
    name: 'an expired certificate',
    keys: ['ecdsa'],
    certificate: { of: 'ecdsa', validity: '20200101:20210101' },
  },
];

/** Cases in which keys and their types matter, and not only how a line is written. */
const aboutKeys = /^no line$|^its |^a hash|another (key|type)|under|author|^revoked$/;

describe.skipIf(obstacle !== undefined)(
  `host keys compared with ssh${obstacle === undefined ? '' : ` (${obstacle})`}`,
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'muster-host-keys-'));
    const at = (name: string): string => join(folder, name);
    const started: SystemSshd[] = [];

    beforeAll(() => {
      for (const type of ['ed25519', 'rsa', 'ecdsa'])
        for (const role of ['host', 'other']) keygen('-t', type, '-N', '', '-f', at(`${role}-${type}`));
      for (const name of ['ca', 'other-ca', 'user']) keygen('-t', 'ed25519', '-N', '', '-f', at(name));
    });
    afterEach(async () => {
      for (const sshd of started.splice(0)) await sshd.stop();
    });
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    function keygen(...words: readonly string[]): void {
      execFileSync('ssh-keygen', ['-q', ...words]);
    }

    function publicKey(name: string): string {
      return readFileSync(at(`${name}.pub`), 'utf8')
        .split(' ')
        .slice(0, 2)
        .join(' ')
        .trim();
    }

    async function serverOf({ keys: [type, ...others], certificate }: Kind): Promise<SystemSshd> {
      const configuration = ['MaxStartups 100', ...others.map((each) => `HostKey ${at(`host-${each}`)}`)];
      if (certificate !== undefined) {
        const { of, names = `127.0.0.1,${alias}`, validity = '-1d:+1d' } = certificate;
        keygen('-s', at('ca'), '-I', 'host', '-h', '-n', names, '-V', validity, at(`host-${of}.pub`));
        configuration.push(`HostCertificate ${at(`host-${of}-cert.pub`)}`);
      }
      const pair = (name: string) => ({
        private: readFileSync(at(name), 'utf8'),
        public: publicKey(name),
      });
      const server = await startSystemSshd({ host: pair(`host-${type}`), user: pair('user'), configuration });
      started.push(server);
      return server;
    }

    function filesOf(index: number, { files }: Case): readonly string[] {
      return files.map((text, number) => {
        const path = at(`known-${String(index)}-${String(number)}`);
        rmSync(path, { force: true });
        if (text !== undefined) writeFileSync(path, text);
        return path;
      });
    }

    async function acceptedBySsh(
      { host }: SystemSshd,
      files: readonly string[],
      as: string | undefined,
    ): Promise<boolean> {
      const settings = [
        ...['BatchMode=yes', 'StrictHostKeyChecking=yes', 'UpdateHostKeys=no', 'IdentityAgent=none'],
        ...[
          `UserKnownHostsFile=${files.join(' ')}`,
          'GlobalKnownHostsFile=/dev/null',
          `IdentityFile=${at('user')}`,
        ],
        ...(as === undefined ? [] : [`HostKeyAlias=${as}`]),
      ].flatMap((setting) => ['-o', setting]);
      const words = ['-F', 'none', ...settings, '-p', String(host.port), `${host.user}@127.0.0.1`, 'true'];
      const child = spawn('ssh', words, { stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
      if (code !== 0 && !/Host key verification failed|host key is known/i.test(said)) throw new Error(said);
      return code === 0;
    }

    async function acceptedByMuster(
      { host }: SystemSshd,
      files: readonly string[],
      as: string | undefined,
    ): Promise<boolean> {
      const own = as === undefined ? '' : `hostkeyalias ${as}\n`;
      const known: HostConnection = {
        ...host,
        knownHosts: files,
        identityFile: at('user'),
      };
      const transport = operatorTransport(folder, {
        surroundings: {
          ...(as === undefined ? {} : { configFile: configFor(as) }),
          listed: () => ({
            connection: known,
            said: new Set(['user', 'port', 'address', 'known_hosts', 'identity_file', 'connect_timeout']),
          }),
          askSsh: () => Promise.resolve({ own: parseEffective(own), usual: new Map() }),
        },
      });
      try {
        (await transport.connect(known, new AbortController().signal)).close();
        return true;
      } catch (error) {
        expect(error).toMatchObject({
          code: expect.stringMatching(/^SSH_HOST_(KEY|CERTIFICATE)_|^SSH_KNOWN_HOSTS/) as string,
        });
        return false;
      } finally {
        transport.close?.();
      }
    }

    function configFor(name: string): string {
      const path = at(`config-${name}`);
      writeFileSync(path, `HostKeyAlias ${name}\n`);
      return path;
    }

    it.each(kinds)('are accepted and refused alike: a server with $name', async (kind) => {
      const server = await serverOf(kind);
      const [type, ...others] = kind.keys;
      const strange = (['ecdsa', 'rsa'] as const).find((each) => each !== type && !others.includes(each));
      const cases = casesOf({
        port: server.host.port,
        key: publicKey(`host-${type}`),
        other: publicKey(`other-${type}`),
        strange: publicKey(`other-${strange ?? 'ecdsa'}`),
        ca: publicKey('ca'),
        otherCa: publicKey('other-ca'),
      });
      const atOnce = pLimit(4);
      const judged = await Promise.all(
        Object.entries(cases)
          .filter(([what]) => kind.hasAllCases === true || aboutKeys.test(what))
          .map(([what, each], index) =>
            atOnce(async () => {
              const files = filesOf(index, each);
              const ssh = await acceptedBySsh(server, files, each.alias);
              return { what, ssh, muster: await acceptedByMuster(server, files, each.alias) };
            }),
          ),
      );
      expect(judged.filter(({ ssh, muster }) => ssh !== muster)).toEqual([]);
      // Each kind has enough of both, or it would say nothing.
      const least = kind.hasAllCases === true ? 20 : 10;
      expect(judged.filter(({ ssh }) => ssh).length).toBeGreaterThan(least);
      expect(judged.filter(({ ssh }) => !ssh).length).toBeGreaterThan(least);
      expect(server.log()).toContain(`Accepted publickey for ${userInfo().username}`);
    });
  },
);
