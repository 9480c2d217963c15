// Saved plans: what is refused, with the names of what differs, before any host is touched; and what is not written over.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodePlan, encodePlan, type SavedPlan } from '../../src/compile/index.ts';
import { clone, command, inventoryWith } from './cloned.ts';
import { type Controller, controller, type Ended } from './controller.ts';

const secret = 'a-word-nobody-guesses';
let place: Controller;

const path = (name: string): string => join(place.folder, name);
const write = (name: string, text: string): void => {
  writeFileSync(path(name), text);
};
const edit = (name: string, from: string, to: string): void => {
  const text = readFileSync(path(name), 'utf8');
  expect(text).toContain(from);
  write(name, text.replace(from, to));
};
const args = (...words: string[]): string[] => ['apply', 'x.plan', '--yes', ...words];
/** What the plan is made from: by name, what is in the file. */
let sources: Readonly<Record<string, string>> = {};

/** A playbook that writes files below the folder, planned and saved. */
beforeAll(async () => {
  place = await controller(2);
  vi.stubEnv('XDG_STATE_HOME', path('state'));
  sources = {
    'p/playbook.yaml': `name: p
vars:
  word: { type: string, default: caged }
  key: { type: string, secret: true }
  zones: { type: files }
steps:
  - { id: one, script: steps/one.sh, tags: [a] }
  - { id: two, script: steps/two.sh, tags: [b] }
`,
    'p/steps/one.sh': `state() { file "${place.folder}/out/one" --content "$word"; }\n`,
    'p/steps/two.sh': `state() { file "${place.folder}/out/two" --content two; }\n`,
    'p/templates/conf': 'key <%= it.key %>\n',
    'zones/a': 'zone a\n',
    key: `${secret}\n`,
    'inventory.yaml': `${readFileSync(path('inventory.yaml'), 'utf8')}vars: { key: { from_file: key }, zones: zones }\n`,
  };
  writeSources();
  const planned = await place.muster([
    'plan',
    'p',
    '-i',
    'inventory.yaml',
    '--tags',
    'a,b',
    '--out',
    'x.plan',
  ]);
  expect(planned).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('the plan is saved: muster apply x.plan') as string,
  });
  sources = { ...sources, 'x.plan': readFileSync(path('x.plan'), 'utf8') };
}, 120_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await place.stop();
});
beforeEach(() => {
  writeSources();
});

function writeSources(): void {
  for (const name of ['p', 'zones', 'out']) rmSync(path(name), { recursive: true, force: true });
  for (const name of ['p/steps', 'p/templates', 'zones', 'out']) mkdirSync(path(name), { recursive: true });
  for (const [name, text] of Object.entries(sources)) write(name, text);
}

/** Refused, and nothing was touched. */
function expectRefused({ code, stderr }: Ended, expected: number, ...words: string[]): void {
  expect({ code, stderr }).toMatchObject({ code: expected });
  for (const each of words) expect(stderr).toContain(each);
  expect(readdirSync(path('out'))).toEqual([]);
}

describe('a saved plan', () => {
  it('is readable for its owner only, and holds neither a secret nor the content of a file', () => {
    const text = readFileSync(path('x.plan'), 'utf8');
    expect(statSync(path('x.plan')).mode & 0o777).toBe(0o600);
    expect(text).not.toContain(secret);
    expect(text).not.toContain('zone a');
    const { plan, changes } = decodePlan(text, 'x.plan');
    expect(plan.hosts.map(({ name, secrets }) => [name, secrets['key']?.origin])).toEqual(
      ['ns1', 'ns2'].map((name) => [name, { kind: 'file', path: 'key' }]),
    );
    expect(changes.map(({ host, resources }) => [host, resources.length])).toEqual([
      ['ns1', 2],
      ['ns2', 2],
    ]);
  });

  const changes: [string, () => void, string[]][] = [
    [
      'a var',
      () => {
        edit('inventory.yaml', 'zones: zones', 'zones: zones, word: free');
      },
      ['ns[1-2]: var word: "caged" -> "free"'],
    ],
    [
      'a var of one host',
      () => {
        edit(
          'inventory.yaml',
          'ns2: { address: 127.0.0.1',
          'ns2: { vars: { word: free }, address: 127.0.0.1',
        );
      },
      ['x.plan:1:1: error[PLAN_SOURCES]: ns2: var word: "caged" -> "free"'],
    ],
    [
      'how hosts are reached',
      () => {
        edit('inventory.yaml', 'user: ops', 'user: root');
      },
      ['ns[1-2]: connection user: "ops" -> "root"'],
    ],
    [
      'which hosts there are',
      () => {
        edit('inventory.yaml', '  ns2: {', '  ns3: {');
      },
      ['ns3: not in the plan', 'ns2: no longer selected'],
    ],
    [
      'a step',
      () => {
        edit('p/steps/two.sh', 'content two', 'content three');
      },
      ['file steps/two.sh of the playbook is another one'],
    ],
    [
      'a time limit',
      () => {
        edit('p/playbook.yaml', 'tags: [b]', 'tags: [b], timeout: 7s');
      },
      ['step two is another one'],
    ],
    [
      'a file that is new',
      () => {
        write('p/steps/three.sh', '');
      },
      ['file steps/three.sh of the playbook is new'],
    ],
    [
      'a given file',
      () => {
        write('zones/a', 'zone b\n');
      },
      ['ns[1-2]: given file a of var zones is another one'],
    ],
    [
      'a secret',
      () => {
        write('key', 'another-word\n');
      },
      ['ns[1-2]: secret key has another value'],
    ],
    [
      'where a secret is from',
      () => {
        write('key2', `${secret}\n`);
        edit('inventory.yaml', 'from_file: key', 'from_file: key2');
      },
      [
        'ns[1-2]: secret key has another source: {"kind":"file","path":"key"} -> {"kind":"file","path":"key2"}',
      ],
    ],
    [
      'the waves',
      () => {
        edit('p/playbook.yaml', 'steps:\n', 'strategy: { waves: [1] }\nsteps:\n');
      },
      ['waves: none -> ns1 | ns2'],
    ],
  ];
  it.each(changes)('is refused, with the difference, if this changed: %s', async (_, change, words) => {
    change();
    const ended = await place.muster(args());
    rmSync(path('p/steps/three.sh'), { force: true });
    expectRefused(ended, 2, ...words, 'plan again', 'no host was changed');
    for (const text of [ended.stdout, ended.stderr])
      expect(text).not.toMatch(new RegExp(`${secret}|another-word`));
  });

  it('is refused, with the resource, if a host has changed', async () => {
    write('out/one', 'theirs');
    const ended = await place.muster(args());
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain(
      `ns[1-2]: step one: file ${place.folder}/out/one would not change as in the plan`,
    );
    expect(ended.stderr).toContain('nothing was applied');
    expect(readFileSync(path('out/one'), 'utf8')).toBe('theirs');
    expect(existsSync(path('out/two'))).toBe(false);
  });

  it('is refused if a host already has what the plan would make', async () => {
    write('out/two', 'two\n');
    const { code, stderr } = await place.muster(args());
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /step two: file \S+ (is in the plan, but would not change now|would not change as in the plan)/,
    );
    rmSync(path('out/two'));
  });

  it.each([
    [['-i', 'other.yaml'], '--inventory other.yaml contradicts x.plan, which was made with inventory.yaml'],
    [['-i', './inventory.yaml', '--tags', 'b'], '--tags b contradicts x.plan, which was made with a,b'],
    [['--limit', 'ns1'], '--limit ns1 contradicts x.plan, which was made with no such option'],
    [['--tags', 'a'], '--tags a contradicts x.plan, which was made with a,b'],
    [['--skip-tags', 'a'], '--skip-tags a contradicts'],
    [['--from', 'two'], '--from two contradicts'],
  ])('is refused with a contradicting option: %j', async (options, words) => {
    expectRefused(await place.muster(args(...options)), 2, words);
  });

  it.each([
    [
      'an edited one',
      (text: string) => text.replace('caged', 'freed'),
      'was changed after muster wrote it: its digest does not match',
    ],
    [
      'one of another version',
      (text: string) => text.replace('"version": 1', '"version": 2'),
      'is a plan of version 2; this muster reads 1',
    ],
    ['half of one', (text: string) => text.slice(0, 200), 'is no saved plan'],
    ['any file', () => '{"version": 1}', 'is no saved plan'],
  ])('is refused: %s', async (_, change, words) => {
    write('x.plan', change(readFileSync(path('x.plan'), 'utf8')));
    expectRefused(await place.muster(args()), 2, `x.plan ${words}`);
    rmSync(path('x.plan'));
  });

  it('needs a yes, as any apply', async () => {
    expectRefused(await place.muster(['apply', 'x.plan']), 2, 'there is no terminal to ask for your yes');
  });
});

describe('plan --out', () => {
  const plan = (...words: string[]): Promise<Ended> =>
    place.muster(['plan', 'p', '-i', 'inventory.yaml', ...words]);

  it('replaces a saved plan, and nothing else', async () => {
    expect((await plan('--out', 'x.plan')).code).toBe(0);
    write('notes', 'mine');
    symlinkSync(path('x.plan'), path('link'));
    for (const name of ['notes', 'link', 'p']) {
      const { code, stdout, stderr } = await plan('--out', name);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(`${name} exists and is no saved plan`);
    }
    expect(readFileSync(path('notes'), 'utf8')).toBe('mine');
    expect((await plan('--out', 'missing/x.plan')).stderr).toContain(
      'cannot be written: no such file or directory',
    );
    rmSync(path('link'));
  });

  it('saves no plan if a host could not be planned', async () => {
    edit('inventory.yaml', 'hosts:\n', 'hosts:\n  gone: { address: 127.0.0.1, connection: { port: 9 } }\n');
    rmSync(path('x.plan'));
    const { code, stderr } = await plan('--out', 'x.plan');
    expect(code).toBe(4);
    expect(stderr).toContain('x.plan was not written');
    expect(existsSync(path('x.plan'))).toBe(false);
  });
});

describe('a plan of a stranger', () => {
  const playbook = 'playbooks/demo';

  it('makes this machine run nothing before its files are named or trusted, unless it was made here', async () => {
    const repository = clone({ 'i.yaml': inventoryWith('word') });
    // A plan whose hosts all answered, as a muster elsewhere saved it.
    const saved = savedFor(readFileSync(path('x.plan'), 'utf8'), 'i.yaml', playbook);
    repository.write('x.plan', saved);
    repository.write('i.yaml', inventoryWith(command));
    const refused = await repository.muster(['apply', 'x.plan', '--yes']);
    expect({ code: refused.code, ran: repository.ran() }).toEqual({ code: 2, ran: false });
    expect(refused.stderr).toContain('would make this machine run `touch ran` for the var tsig');
    expect(refused.stderr).toContain('the plan was made elsewhere');
    // The differences are shown to an operator that names the inventory.
    const named = await repository.muster(['apply', 'x.plan', '--yes', '-i', 'i.yaml']);
    expect({ code: named.code, ran: repository.ran() }).toEqual({ code: 2, ran: true });
    expect(named.stderr).toContain('error[PLAN_SOURCES]');
  });

  it("is no stranger's on the machine that made it", async () => {
    edit('inventory.yaml', '{ from_file: key }', '{ from_command: [cat, key] }');
    const planned = await place.muster(['plan', 'p', '-i', 'inventory.yaml', '--out', 'x.plan']);
    expect(planned.code).toBe(0);
    write('out/one', 'theirs');
    // It comes as far as the hosts.
    expect((await place.muster(['apply', 'x.plan', '--yes'])).code).toBe(3);
    // The same plan over files of somebody else is a stranger's.
    const repository = clone({
      'p/playbook.yaml': '',
      'p/steps/one.sh': '',
      'inventory.yaml': inventoryWith(command),
    });
    for (const [name, text] of Object.entries(sources))
      if (name.startsWith('p/')) repository.write(name, text);
    repository.write('x.plan', readFileSync(path('x.plan'), 'utf8'));
    const environment = { XDG_STATE_HOME: path('state') };
    repository.write('inventory.yaml', inventoryWith(command).replace('tsig', 'key'));
    const elsewhere = await repository.muster(['apply', 'x.plan', '--yes'], { environment });
    expect({ code: elsewhere.code, ran: repository.ran() }).toEqual({ code: 2, ran: false });
    expect(elsewhere.stderr).toContain('you did not name it, and it is not trusted');
  });
});

/** The text of a saved plan, made to be about other files. */
function savedFor(text: string, inventoryFile: string, playbook: string): string {
  const saved = decodePlan(text, 'x');
  const from = { inventory: inventoryFile, playbook, selection: {} };
  const changed: SavedPlan = { ...saved, plan: { ...saved.plan, from } };
  return encodePlan(changed);
}
