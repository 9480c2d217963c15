// `muster verify --report` as an operator runs it: the built program, a host whose sshd is away and whose named answers.
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { answerTo, type DnsServer, soa, startDnsServer } from '../contract/probe/dns-server.ts';

const main = join(import.meta.dirname, '../../dist/cli/main.js');

let folder: string;
let server: DnsServer;

beforeAll(async () => {
  server = await startDnsServer((asked) => [
    answerTo(asked, [soa('example.net', 7)], { authoritative: asked.transport === 'udp' }),
  ]);
  folder = mkdtempSync(join(tmpdir(), 'muster-report-'));
  mkdirSync(join(folder, 'steps'));
  writeFileSync(join(folder, 'steps/one.sh'), 'state() { :; }\n');
  writeFileSync(
    join(folder, 'playbook.yaml'),
    `name: try
steps: [{ id: one, script: steps/one.sh }]
probes: [{ id: soa, dns: { name: example.net, type: SOA, authoritative: true } }]
`,
  );
  // The port of sshd is one where nobody speaks SSH, so that nobody can be logged in to.
  writeFileSync(
    join(folder, 'inventory.yaml'),
    `connection: { known_hosts: none, agent: false, connect_timeout: 500ms }
hosts: { ns1: { address: 127.0.0.1, connection: { port: 1 }, vars: { dns_port: ${server.port} } } }
`,
  );
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const verify = (...args: readonly string[]): Promise<Ended> => run('verify', ...args);

async function run(verb: string, ...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [main, verb, folder, '-i', 'inventory.yaml', ...args], {
    cwd: folder,
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

describe('muster verify', () => {
  it('writes the requested reports, each in the format of its ending', async () => {
    const { code, stdout, stderr } = await verify('--report', 'report.xml', '--report', 'report.md');
    expect(code, stderr).toBe(4);
    expect(stdout).toContain('not authoritative   probe soa:SOA example.net over tcp');
    expect(stdout).toMatch(/^\? ns1 +unreachable/m);
    const xml = readFileSync(join(folder, 'report.xml'), 'utf8');
    expect(xml).toContain('<testsuite name="ns1" tests="3" failures="1" errors="1" skipped="0">');
    expect(xml).toContain('<testcase classname="ns1" name="probe soa: SOA example.net over udp" time="0"/>');
    const markdown = readFileSync(join(folder, 'report.md'), 'utf8');
    expect(markdown).toContain('# verify try');
    expect(markdown).toContain('not authoritative');
  });

  it('keeps the probes in the result that report --json builds from the lines of --json', async () => {
    const { stdout } = await verify('--json');
    const whole = spawnSync(process.execPath, [main, 'report', '-', '--json', '-'], {
      ...{ cwd: folder, input: stdout, encoding: 'utf8' },
    });
    expect([whole.status, whole.stderr]).toEqual([4, '']);
    expect(JSON.parse(whole.stdout)).toMatchObject({
      hosts: [
        {
          host: 'ns1',
          outcome: 'unreachable',
          checks: [
            { kind: 'probe', probe: 'soa', name: 'SOA example.net over udp', holds: true },
            {
              kind: 'probe',
              probe: 'soa',
              name: 'SOA example.net over tcp',
              holds: false,
              message: 'not authoritative',
            },
          ],
        },
      ],
    });
  });

  it('refuses an unknown ending of a report before it contacts any host', async () => {
    const before = server.asked.length;
    const { code, stderr } = await verify('--report', 'report.pdf');
    expect(code).toBe(2);
    expect(stderr).toContain('a file that ends in .html, .xml, .md, .json, .prom or .csv');
    expect(server.asked).toHaveLength(before);
  });

  it('reports every report that cannot be written, before it contacts any host', async () => {
    const before = server.asked.length;
    mkdirSync(join(folder, 'folder.md'));
    const { code, stdout, stderr } = await verify('--report', 'no/such/report.xml', '--report', 'folder.md');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('the report no/such/report.xml cannot be written: no such file or directory');
    expect(stderr).toContain('the report folder.md cannot be written: it is a directory');
    expect(server.asked).toHaveLength(before);
  });

  it('leaves an old report unchanged, and nothing beside it, if no new one is written', async () => {
    writeFileSync(join(folder, 'old.xml'), 'old');
    const { code } = await verify('--report', 'old.xml', '--report', 'no/such/report.md');
    expect(code).toBe(2);
    expect((await verify('--report', 'old.xml', '--limit', 'nobody')).code).toBe(2);
    expect(readFileSync(join(folder, 'old.xml'), 'utf8')).toBe('old');
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('replaces an old report, through a link too', async () => {
    writeFileSync(join(folder, 'target.xml'), 'old', { mode: 0o640 });
    symlinkSync('target.xml', join(folder, 'link.xml'));
    await verify('--report', 'link.xml');
    expect(lstatSync(join(folder, 'link.xml')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'target.xml'), 'utf8')).toContain('<testsuite name="ns1"');
    expect(statSync(join(folder, 'target.xml')).mode & 0o777).toBe(0o640);
  });

  it('reports a lost report after the result, with its own exit code', async () => {
    // Not in the folder, which is the playbook's.
    const elsewhere = mkdtempSync(join(tmpdir(), 'muster-full-'));
    onTestFinished(() => {
      rmSync(elsewhere, { recursive: true });
    });
    const full = join(elsewhere, 'full.md');
    symlinkSync('/dev/full', full);
    const { code, stdout, stderr } = await verify('--report', full);
    expect(code).toBe(74);
    expect(stdout).toContain('ns1');
    expect(stderr).toContain(`the report ${full} cannot be written: no space left on device`);
  });
});

describe('muster compare', () => {
  it('has the action compare in its events and its result, and says why a host was not seen', async () => {
    const json = await run('compare', '--json');
    const lines = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect([lines[0]?.['action'], lines.at(-1)?.['action']]).toEqual(['compare', 'compare']);
    const { code, stdout } = await run('compare');
    expect(code).toBe(4);
    expect(stdout).toMatch(/^\? ns1 +unreachable: /m);
  });
});

describe('muster report', () => {
  /** Without the run's id, which is another one in every run. */
  const text = ({ stdout }: Ended): string => stdout.replace(/run \d{8}-\d{6}-[0-9a-f]{4}/, 'run X');

  function report(input: string, ...args: readonly string[]): SpawnSyncReturns<string> {
    return spawnSync(process.execPath, [main, 'report', ...args], { cwd: folder, input, encoding: 'utf8' });
  }

  it.each([
    ['verify', []],
    ['compare', ['--all']],
    ['plan', []],
  ])('shows a recorded %s as the live one, with its exit code', async (verb, flags) => {
    // Since when something is wrong is the history's to say, which has more runs each time.
    const recorded = await run(verb, '--json', '--no-history');
    const live = await run(verb, ...flags, '--no-history');
    const again = report(recorded.stdout, '-', ...flags);
    expect({ code: again.status, text: text({ ...live, stdout: again.stdout }) }).toEqual({
      code: live.code,
      text: text(live),
    });
    expect([again.status, recorded.code, again.stderr]).toEqual([4, 4, '']);
  });

  it('writes the reports of a verify that was recorded', async () => {
    const live = await verify('--json', '--report', 'live.xml', '--report', 'live.md');
    writeFileSync(join(folder, 'recorded.json'), live.stdout);
    const again = report('', 'recorded.json', '--report', 'again.xml', '--report', 'again.md');
    expect(again.status, again.stderr).toBe(4);
    for (const ending of ['xml', 'md'])
      expect(readFileSync(join(folder, `again.${ending}`), 'utf8')).toBe(
        readFileSync(join(folder, `live.${ending}`), 'utf8'),
      );
  });

  it('shows what was recorded if a record breaks off in the middle of a line', async () => {
    const { stdout } = await verify('--json');
    const again = report(stdout.slice(0, stdout.indexOf('"host-started"')), '-');
    expect(again.status).toBe(4);
    expect(again.stdout).toContain('unknown: the record of the run ends before it began');
    expect(again.stderr).toContain('standard input ends before the run did');
  });

  it('refuses a file that is no record, with the reason, the place and the remedy', async () => {
    const { stdout } = await verify('--json');
    const lines = stdout.split('\n');
    for (const [input, problem] of [
      ['', 'there is no run in it'],
      ['hello\n', 'line 1: this is not JSON'],
      [[lines[0], '\u0000\u001b[2J', ''].join('\n'), 'line 2: this is not JSON'],
      [stdout.replace('"version":3', '"version":9'), 'line 1: the record is of version 9'],
    ] as const) {
      const again = report(input, '-');
      expect({ code: again.status, stdout: again.stdout }).toEqual({ code: 2, stdout: '' });
      expect(again.stderr).toContain(`standard input cannot be shown: ${problem}`);
    }
    const bytes = spawnSync(process.execPath, [main, 'report', '-'], {
      input: Buffer.from([0x7b, 0xff, 0x0a]),
    });
    expect([bytes.status, bytes.stderr.toString()]).toEqual([
      2,
      expect.stringContaining('line 1: it is no UTF-8'),
    ]);
    expect(report('', 'no/such/file').stderr).toContain(
      'no/such/file cannot be shown: no such file or directory',
    );
  });
});
