// A plan is a value: what was shown is what is applied, whatever became of its sources; and a job that cannot be packed is
// one host's failure.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  type ActionDeps,
  apply,
  compile,
  localTransport,
  parseInventory,
  parsePlaybook,
  plan,
  type PlaybookTarget,
  readGivenFiles,
  readInventory,
  readPlaybookTree,
  readSecret,
  selectHosts,
} from '../../src/index.ts';
import { dependencies } from './example.ts';

let root = '';
const at = (name: string): string => join(root, name);
const write = (name: string, text: string): void => {
  writeFileSync(at(name), text);
};

/** Every source of a plan says this word. */
function writeSources(word: string): void {
  for (const name of ['p/steps', 'p/templates', 'given']) mkdirSync(at(name), { recursive: true });
  write(
    'p/playbook.yaml',
    `name: p
vars: { out: { type: path }, word: { type: string }, key: { type: string, secret: true }, given: { type: files } }
steps: [{ id: one, script: steps/one.sh }]
`,
  );
  write('p/templates/all', `${word} <%= it.host %> <%= it.word %> <%= it.key %>\n`);
  write(
    'p/steps/one.sh',
    `state() { # ${word}
  template "$out/$word" --source all
  copy "$out/copy" --from "$given/a"
}
`,
  );
  write('given/a', word);
  write('key', `secret-${word}`);
  write(
    'i.yaml',
    `hosts: { 'ns[1-3]': {} }\nvars: { out: ${root}, word: ${word}, key: { from_file: ${at('key')} }, given: given }\n`,
  );
}

async function targetOf(): Promise<PlaybookTarget> {
  const inventory = parseInventory(await readInventory(at('i.yaml')));
  const playbook = parsePlaybook(await readPlaybookTree(at('p')));
  return { playbook, inventory, hosts: selectHosts(inventory, '@all'), selection: {} };
}

/** Dependencies that note what is read, and work on one host after the other: all of them are this machine. */
function noting(): ActionDeps & { readonly reads: string[] } {
  const reads: string[] = [];
  return {
    ...dependencies(localTransport(), () => undefined),
    stateDirectory: at('state'),
    durable: false,
    concurrency: 1,
    reads,
    readSecret: async (source) => {
      reads.push(source.kind);
      return await readSecret(source);
    },
    readFiles: async (path, from) => {
      reads.push(path);
      return await readGivenFiles(path, from);
    },
  };
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-shown-'));
  const made = root;
  onTestFinished(() => {
    rmSync(made, { recursive: true, force: true });
  });
  writeSources('shown');
});

describe('a plan that was shown', () => {
  it('is applied without reading any source again, although all of them changed', async () => {
    const deps = noting();
    const target = await targetOf();
    // All hosts are this machine, which takes one apply of a run.
    const compiled = await compile({ ...target, hosts: target.hosts.slice(2) }, deps, 'salt');
    const shown = await plan(compiled, deps);
    expect(shown.result.hosts.map(({ outcome }) => outcome)).toEqual(['changed']);
    writeSources('other');
    const { result } = await apply(compiled, { allowIrreversible: false }, deps);
    expect(result.hosts).toMatchObject([{ host: 'ns3', outcome: 'changed', reason: '' }]);
    expect(readFileSync(at('shown'), 'utf8')).toBe('shown ns3 shown secret-shown\n');
    expect(readFileSync(at('copy'), 'utf8')).toBe('shown');
    expect(deps.reads).toEqual(['given', 'file']);
  });
});

describe('a job that cannot be packed', () => {
  it("is only that host's failure, at once and with the reason", async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    onTestFinished(() => {
      process.off('unhandledRejection', listener);
    });
    const deps = noting();
    const compiled = await compile(await targetOf(), deps, 'salt');
    // No inventory lets a NUL in; a program that makes its plans by itself may.
    const hosts = compiled.hosts.map((load) =>
      load.name === 'ns2' ? { ...load, vars: new Map([...load.vars, ['word', 'a\0b']]) } : load,
    );
    const { result } = await plan({ ...compiled, hosts }, { ...deps, concurrency: 3 });
    expect(result.hosts.map(({ host, outcome }) => [host, outcome])).toEqual([
      ['ns1', 'changed'],
      ['ns2', 'failed'],
      ['ns3', 'changed'],
    ]);
    expect(result.hosts[1]).toMatchObject({
      reason:
        'nothing was started: the bundle could not be made: a value holds a NUL byte, which no shell can store',
      connections: 0,
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  });

  it("is only that host's failure also if a template of it cannot be rendered", async () => {
    const deps = noting();
    const compiled = await compile(await targetOf(), deps, 'salt');
    const hosts = compiled.hosts.map((load) =>
      load.name === 'ns2' ? { ...load, vars: new Map<string, string>() } : load,
    );
    const { result } = await plan({ ...compiled, hosts }, deps);
    expect(result.hosts.map(({ outcome }) => outcome)).toEqual(['changed', 'failed', 'changed']);
    expect(result.hosts[1]?.reason).toContain("the template uses 'word', which no var defines");
  });
});
