// The stand-in host against what was recorded on a real NetBSD 11.0_RC6 and 6.99.16: every command of stand-in/*/*.txt,
// over ssh, must give the recorded streams and exit status. What differs from run to run is masked in the text (see match-text below).
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'ssh2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLab, type Lab, type LabHost } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';

/** One recorded command: the streams' lines as written in the file, masks and all. */
interface RecordedCommand {
  readonly command: string;
  readonly stdout: readonly ExpectedLine[];
  readonly stderr: readonly ExpectedLine[];
  readonly exitCode: number;
}

/** A line that must come, or (`1?`, `2?`) may come; the text `...` stands for any number of lines. */
interface ExpectedLine {
  readonly text: string;
  readonly optional: boolean;
}

const folder = join(import.meta.dirname, 'stand-in');
const sbinFirst = 'PATH=/sbin:/usr/sbin:/bin:/usr/bin:/usr/pkg/sbin:/usr/pkg/bin; export PATH; ';
const toolFiles =
  'mkdir -p /tmp/tt/d; cd /tmp/tt; printf "one\\ntwo\\nthree\\n" >f; printf "one\\n2\\nthree\\n" >g; ln -s f l; ln -s ../f d/l2';

// `await CONDITION`: what a daemon does a moment later has happened; a minute at most.
const awaitFunction =
  'await() { turns=0; until eval "$1" || [ "$turns" -ge 1800 ]; do turns=$((turns + 1)); sleep 0.1; done; }; ';

/** Each file of commands has a host of its own, since it changes it. `release` is what `uname -r` said there. */
const suites = [
  { folder: '11.0', release: '11.0_RC6', file: 'environment.txt', prefix: '' },
  { folder: '11.0', release: '11.0_RC6', file: 'shell.txt', prefix: sbinFirst },
  {
    folder: '11.0',
    release: '11.0_RC6',
    file: 'tools.txt',
    prefix: `${sbinFirst}cd /tmp/tt; `,
    setup: toolFiles,
  },
  {
    folder: '11.0',
    release: '11.0_RC6',
    file: 'accounts.txt',
    prefix: sbinFirst,
    setup: `${sbinFirst}useradd -u 1001 joe`,
  },
  { folder: '11.0', release: '11.0_RC6', file: 'services.txt', prefix: sbinFirst + awaitFunction },
  { folder: '11.0', release: '11.0_RC6', file: 'named.txt', prefix: sbinFirst + awaitFunction },
  { folder: '11.0', release: '11.0_RC6', file: 'packages.txt', prefix: sbinFirst + awaitFunction },
  { folder: '6.99.16', release: '6.99.16', file: 'environment.txt', prefix: '' },
  {
    folder: '6.99.16',
    release: '6.99.16',
    file: 'tools.txt',
    prefix: `${sbinFirst}cd /tmp/tt; `,
    setup: toolFiles,
  },
  { folder: '6.99.16', release: '6.99.16', file: 'accounts.txt', prefix: sbinFirst },
  { folder: '6.99.16', release: '6.99.16', file: 'passwords.txt', prefix: sbinFirst },
  { folder: '6.99.16', release: '6.99.16', file: 'services.txt', prefix: sbinFirst },
  { folder: '6.99.16', release: '6.99.16', file: 'syslog.txt', prefix: sbinFirst + awaitFunction },
  { folder: '6.99.16', release: '6.99.16', file: 'packages.txt', prefix: sbinFirst },
  { folder: '6.99.16', release: '6.99.16', file: 'article.txt', prefix: sbinFirst },
];
type Suite = (typeof suites)[number];

describeWithEngine('the stand-in host behaves as recorded', () => {
  let directory: string;
  let lab: Lab;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'muster-stand-in-'));
    const hosts = suites.map((suite) => ({ name: hostName(suite), release: suite.release, named: false }));
    lab = await startLab({ hosts, image: labImage(), directory });
  });

  afterAll(async () => {
    await lab.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('has a suite for every file of commands', async () => {
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.txt'));
    expect(files.sort()).toEqual(suites.map((suite) => join(suite.folder, suite.file)).sort());
  });

  // Side by side: each has its host, and waits more than it works.
  it.concurrent.each(suites)('in $folder/$file', async (suite) => {
    const recorded = parseCommands(await readFile(join(folder, suite.folder, suite.file), 'utf8'));
    expect(recorded.length).toBeGreaterThan(5);
    const host = lab.hosts.find(({ name }) => name === hostName(suite))!;
    const client = await connect(host, await readFile(lab.identityFile));
    try {
      if (suite.setup !== undefined) expect((await run(client, suite.setup)).exitCode).toBe(0);
      for (const one of recorded) await expectAsRecorded(client, suite.prefix, one);
    } finally {
      client.end();
    }
  });
});

describeWithEngine('the stand-in host with its own named', () => {
  it('serves at boot, and again after a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'muster-stand-in-'));
    const lab = await startLab({ hosts: [{ name: 'ns1', named: true }], image: labImage(), directory });
    try {
      const ask = ['dig', '@127.0.0.1', 'www.example.net', '+short', '+tries=8', '+time=5'];
      // What dig says of a try that had no answer stands before.
      const served = { stdout: expect.stringMatching(/^192\.0\.2\.80\n$/m) as string, exitCode: 0 };
      expect(await lab.exec('ns1', ask)).toMatchObject(served);
      await lab.restart('ns1');
      expect(await lab.exec('ns1', ask)).toMatchObject(served);
    } finally {
      await lab.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

function hostName({ file, folder: release }: Pick<Suite, 'file' | 'folder'>): string {
  return `${file.replace('.txt', '')}-${release.replaceAll('.', '-')}`;
}

async function expectAsRecorded(client: Client, prefix: string, recorded: RecordedCommand): Promise<void> {
  const got = await run(client, prefix + recorded.command);
  // The shell here is dash, which puts its own name and the line number before a message.
  const stderr = got.stderr.replace(/^sh: (?:\d+: )?/gm, '');
  const story = `$ ${recorded.command}\n${got.stdout}--- stderr\n${stderr}`;
  expect(got.exitCode, story).toBe(recorded.exitCode);
  expect(got.stdout, story).toMatch(patternOf(recorded.stdout));
  expect(stderr, story).toMatch(patternOf(recorded.stderr));
}

/** Reads the notation of the transcripts: `$ command` (until the first output line), `1> `, `2> `, `[exit N]`. */
function parseCommands(text: string): RecordedCommand[] {
  return text
    .split(/^(?=\$ )/m)
    .slice(1)
    .map((block) => {
      const lines = block.slice(2).trimEnd().split('\n');
      const end = /^\[exit (\d+)\]$/.exec(lines.at(-1) ?? '');
      if (end === null) throw new Error(`no [exit N] after: ${lines[0] ?? ''}`);
      const output = lines.findIndex((line) => /^([12][>?]|\[exit)/.test(line));
      return {
        command: lines.slice(0, output).join('\n'),
        stdout: streamLines(lines, '1'),
        stderr: streamLines(lines, '2'),
        exitCode: Number(end[1]),
      };
    });
}

function streamLines(lines: readonly string[], stream: '1' | '2'): ExpectedLine[] {
  return (
    lines
      .filter((line) => line.startsWith(`${stream}>`) || line.startsWith(`${stream}?`))
      // The shell of release 11 begins with its name, too.
      .map((line) => ({ text: line.slice(3).replace(/^sh: /, ''), optional: line[1] === '?' }))
  );
}

const masks: Readonly<Record<string, string>> = {
  '<n>': ' *\\d+',
  '<any>': '.*',
  '<version>': '9\\.[0-9.]+(?:-\\S+)?(?: \\(Extended Support Version\\) <id:\\w*>)?',
  '<date>': '(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d(?::\\d\\d)?(?: UTC)?(?: \\d{4})?',
};

/**
 * rc.subr waits for a daemon that it stopped, and prints whose end it waits for every two seconds. If the daemon ends
 * before the first look, there is no such line. So any line of a stop may have it, on any host, at any load.
 */
const stops = /^Stopping \S+\.$/;
const waiting = '(?:Waiting for PIDS: \\d+(?:,? \\d+)*\\.\n)?';

/** The whole stream as one pattern; a last line without its newline is as good. */
function patternOf(lines: readonly ExpectedLine[]): RegExp {
  const parts = lines.map(({ text, optional }) => {
    if (text === '...') return '(?:.*\n)*?';
    const line = text
      .split(/(<n>|<any>|<version>|<date>)/)
      .map((part) => masks[part] ?? part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
      .join('');
    if (optional) return `(?:${line}\n?)?`;
    return `${line}(?:\n|$)` + (stops.test(text) ? waiting : '');
  });
  return new RegExp(`^${parts.join('')}$`);
}

async function connect(host: LabHost, privateKey: Buffer): Promise<Client> {
  const client = new Client();
  await new Promise<void>((resolve, reject) => {
    client.on('ready', resolve).on('error', reject);
    client.connect({ host: host.address, port: host.sshPort, username: 'root', privateKey });
  });
  return client;
}

/** Runs one command in a session of its own; a session ended by a signal has exit code 255, as ssh(1) says. */
function run(client: Client, command: string): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error !== undefined) {
        reject(error);
        return;
      }
      let stdout = '';
      let stderr = '';
      channel.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
      channel.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
      channel.on('close', (code: number | null) => {
        resolve({ stdout, stderr, exitCode: code ?? 255 });
      });
    });
  });
}
