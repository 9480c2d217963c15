import { describe, expect, it } from 'vitest';
import { ConfigError, formatIssue } from '../../../src/model/errors.ts';
import { parsePlaybook, playbookJsonSchema } from '../../../src/playbook/index.ts';
import { treeOf } from './tree.ts';

const steps = 'steps: [{id: package, script: steps/01-package.sh}]\n';

function problems(text: string, more?: Readonly<Record<string, string>>): string[] {
  try {
    parsePlaybook(treeOf(text, more));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues.map((issue) => formatIssue(issue).replace('playbooks/demo/playbook.yaml:', ''));
  }
}

describe('parsePlaybook', () => {
  it('fills in defaults', () => {
    const tree = treeOf(`name: demo\n${steps}`);
    expect(parsePlaybook(tree)).toEqual({
      name: 'demo',
      description: '',
      directory: 'playbooks/demo',
      vars: new Map(),
      steps: [
        {
          id: 'package',
          script: 'steps/01-package.sh',
          description: '',
          tags: [],
          timeoutMs: 300_000,
          retries: 0,
          from: { file: 'playbooks/demo/playbook.yaml', line: 2, column: 9 },
        },
      ],
      probes: [],
      libraries: [],
      strategy: { waves: [] },
      files: tree.files,
    });
  });

  it('reads every key', () => {
    const playbook = parsePlaybook(
      treeOf(`
name: caged-bind
description: BIND in a cage
vars:
  cage: { type: path, default: /home/named, description: Where the cage is }
  token: { type: string, secret: true, required: true }
  mode: { type: string, allowed: [primary, secondary], pattern: '^[a-z]+$' }
  zones: { type: list }
  hidden: { type: bool, default: true }
steps:
  - { id: package, script: steps/01-package.sh, timeout: 45m, tags: [install], description: Gets it, retries: 2 }
  - { id: cage, script: steps/02-cage.sh }
probes:
  - { id: soa, dns: { name: example.net, type: SOA, expect: '^ns1\\.' } }
  - id: zones
    dns: { name: '{item}', type: SOA, authoritative: true }
    for_each: zones
    when: { mode: [primary, secondary] }
    converge: serial
  - id: version
    dns: { name: version.bind, type: TXT, class: CH, transports: [udp], rcode: [NOERROR, REFUSED], recursion_desired: true }
    when: { hidden: true }
    within: 2s
strategy: { waves: [1, 25%, 100%], budget: { failures: 1 }, keep_serving: { min: 1, group: auth } }
`),
    );
    expect([...playbook.vars.values()]).toMatchObject([
      { name: 'cage', type: 'path', default: '/home/named', description: 'Where the cage is', secret: false },
      { name: 'token', secret: true, required: true, from: { line: 6, column: 3 } },
      { name: 'mode', allowed: ['primary', 'secondary'], pattern: '^[a-z]+$' },
      { name: 'zones', type: 'list' },
      { name: 'hidden', default: true },
    ]);
    expect(playbook.steps.map(({ id, timeoutMs, retries, tags }) => [id, timeoutMs, retries, tags])).toEqual([
      ['package', 2_700_000, 2, ['install']],
      ['cage', 300_000, 0, []],
    ]);
    expect(playbook.probes).toEqual([
      {
        id: 'soa',
        dns: {
          name: 'example.net',
          type: 'SOA',
          class: 'IN',
          transports: ['udp', 'tcp'],
          recursionDesired: false,
          rcodes: ['NOERROR'],
          expect: '^ns1\\.',
        },
        when: new Map(),
        withinMs: 0,
        from: { file: 'playbooks/demo/playbook.yaml', line: 14, column: 5 },
      },
      {
        id: 'zones',
        dns: {
          name: '{item}',
          type: 'SOA',
          class: 'IN',
          transports: ['udp', 'tcp'],
          recursionDesired: false,
          rcodes: ['NOERROR'],
          authoritative: true,
        },
        forEach: 'zones',
        when: new Map([['mode', ['primary', 'secondary']]]),
        converge: 'serial',
        withinMs: 10_000,
        from: { file: 'playbooks/demo/playbook.yaml', line: 15, column: 5 },
      },
      {
        id: 'version',
        dns: {
          name: 'version.bind',
          type: 'TXT',
          class: 'CH',
          transports: ['udp'],
          recursionDesired: true,
          rcodes: ['NOERROR', 'REFUSED'],
        },
        when: new Map([['hidden', [true]]]),
        withinMs: 2000,
        from: { file: 'playbooks/demo/playbook.yaml', line: 20, column: 5 },
      },
    ]);
    expect(playbook.strategy).toEqual({
      waves: [
        { kind: 'hosts', count: 1 },
        { kind: 'percent', percent: 25 },
        { kind: 'percent', percent: 100 },
      ],
      budget: { failures: 1 },
      keepServing: { min: 1, group: 'auth' },
    });
  });

  it.each([
    [
      'a step id that is listed twice',
      'name: demo\nsteps:\n  - {id: a, script: steps/01-package.sh}\n  - {id: a, script: steps/02-cage.sh}\n',
      '4:10: error[PLAYBOOK_STEP_DUPLICATE]: step "a" is listed twice\n    hint: the first is on line 3',
    ],
    [
      'a bad step id',
      'name: demo\nsteps:\n  - {id: A_b, script: steps/01-package.sh}\n',
      '3:10: error[CONFIG_VALUE]: steps[0].id: expected small letters, digits and -, starting with a letter',
    ],
    [
      'a missing script',
      'name: demo\nsteps:\n  - {id: a, script: steps/01-pakage.sh}\n',
      '3:21: error[PLAYBOOK_SCRIPT_MISSING]: no file "steps/01-pakage.sh" in the playbook\n    hint: did you mean "steps/01-package.sh"?',
    ],
    [
      'a script outside the playbook',
      'name: demo\nsteps:\n  - {id: a, script: ../../x}\n',
      '3:21: error[PLAYBOOK_SCRIPT_MISSING]: no file "../../x" in the playbook\n    hint: scripts in playbooks/demo: steps/01-package.sh, steps/02-cage.sh, steps/crlf.sh, steps/none.sh',
    ],
    [
      'a script without state',
      'name: demo\nsteps:\n  - {id: a, script: steps/none.sh}\n',
      '3:21: error[PLAYBOOK_SCRIPT_NO_STATE]: steps/none.sh defines no function state\n    hint: a step describes its state in a function: state() { ... }',
    ],
    [
      'a script with Windows line ends',
      'name: demo\nsteps:\n  - {id: a, script: steps/crlf.sh}\n',
      '3:21: error[PLAYBOOK_SCRIPT_CRLF]: steps/crlf.sh has Windows line ends\n    hint: sh reads the carriage return as a part of a word; save the file with plain line ends',
    ],
    [
      'no steps',
      'name: demo\nsteps: []\n',
      '2:8: error[CONFIG_VALUE]: steps: expected at least 1 in the list',
    ],
    [
      'an unknown key of a step',
      'name: demo\nsteps:\n  - {id: a, script: steps/01-package.sh, tmeout: 5m}\n',
      '3:42: error[CONFIG_UNKNOWN_KEY]: unknown key "tmeout" in steps[0]\n    hint: did you mean "timeout"?',
    ],
    [
      'a step without script',
      'name: demo\nsteps:\n  - id: a\n',
      '3:5: error[CONFIG_MISSING]: steps[0].script: is missing',
    ],
    [
      'a type of vars that is not there',
      `name: demo\nvars: {a: {type: integer}}\n${steps}`,
      '2:18: error[CONFIG_VALUE]: vars.a.type: expected "string" or "int" or "bool" or "path" or "list" or "host" or "port" or "files", found the text "integer"',
    ],
    [
      'a default of another type',
      `name: demo\nvars: {a: {type: port, default: 0}}\n${steps}`,
      '2:33: error[PLAYBOOK_VAR_DEFAULT]: default of var "a": expected a port (1 to 65535), found 0',
    ],
    [
      'a default that is not allowed',
      `name: demo\nvars: {a: {type: string, default: c, allowed: [a, b]}}\n${steps}`,
      '2:35: error[PLAYBOOK_VAR_DEFAULT]: default of var "a": expected "a" or "b", found "c"',
    ],
    [
      'a default that the pattern refuses',
      `name: demo\nvars: {a: {type: list, default: [ab, c], pattern: '^..$'}}\n${steps}`,
      '2:33: error[PLAYBOOK_VAR_DEFAULT]: default of var "a": expected a text that matches /^..$/, found ["ab","c"]',
    ],
    [
      'an allowed value of another type',
      `name: demo\nvars: {a: {type: int, allowed: [1, b]}}\n${steps}`,
      '2:36: error[PLAYBOOK_VAR_ALLOWED]: var "a": expected a whole number, found "b"',
    ],
    [
      'a required var with a default',
      `name: demo\nvars: {a: {type: int, default: 1, required: true}}\n${steps}`,
      '2:35: error[PLAYBOOK_VAR_REQUIRED]: var "a" is required and has a default\n    hint: keep one of the two',
    ],
    [
      'a secret with a default, which is not shown',
      `name: demo\nvars: {a: {type: string, secret: true, default: hunter2, pattern: '^x$'}}\n${steps}`,
      '2:40: error[PLAYBOOK_SECRET_DEFAULT]: var "a" is secret and has a default\n    hint: give secrets in the inventory',
    ],
    [
      'a secret that is no string',
      `name: demo\nvars: {a: {type: list, secret: true}}\n${steps}`,
      '2:12: error[PLAYBOOK_SECRET_TYPE]: var "a" is secret and of type list\n    hint: a secret is a string',
    ],
    [
      'a pattern for a number',
      `name: demo\nvars: {a: {type: int, pattern: '^.$'}}\n${steps}`,
      '2:23: error[PLAYBOOK_PATTERN]: var "a" is of type int and has a pattern\n    hint: patterns are for texts; use allowed',
    ],
    [
      'a regular expression that is none',
      `name: demo\nvars: {a: {type: string, pattern: '('}}\n${steps}`,
      '2:35: error[CONFIG_VALUE]: vars.a.pattern: Invalid regular expression: /(/u: Unterminated group',
    ],
    [
      'a bad name of a var',
      `name: demo\nvars: {A: {type: int}}\n${steps}`,
      '2:8: error[CONFIG_KEY]: vars.A: names of vars are small letters, digits and _, and start with a letter',
    ],
    [
      'a bad percentage',
      `name: demo\nstrategy: {waves: [1, 110%]}\n${steps}`,
      '2:23: error[CONFIG_VALUE]: strategy.waves[1]: expected a percentage from 1% to 100%',
    ],
    [
      'a wave of nothing',
      `name: demo\nstrategy: {waves: [0]}\n${steps}`,
      '2:20: error[CONFIG_VALUE]: strategy.waves[0]: expected at least 1',
    ],
    [
      'a probe that is listed twice',
      `name: demo\nprobes:\n  - {id: a, dns: {name: x, type: A}}\n  - {id: a, dns: {name: y, type: A}}\n${steps}`,
      '4:10: error[PLAYBOOK_PROBE_DUPLICATE]: probe "a" is listed twice\n    hint: the first is on line 3',
    ],
    [
      'an unknown type of record',
      `name: demo\nprobes: [{id: a, dns: {name: x, type: AAA}}]\n${steps}`,
      expect.stringContaining('hint: did you mean "AAAA"?'),
    ],
    [
      'a probe for each entry of nothing',
      `name: demo\nprobes: [{id: a, dns: {name: '{item}', type: SOA}}]\n${steps}`,
      '2:30: error[PLAYBOOK_PROBE_NAME]: probe "a" has {item} in its name and no for_each\n    hint: add for_each: VAR, with a list var',
    ],
    [
      'a probe that asks the same for each entry',
      `name: demo\nvars: {zones: {type: list}}\nprobes: [{id: a, dns: {name: x, type: SOA}, for_each: zones}]\n${steps}`,
      `3:30: error[PLAYBOOK_PROBE_NAME]: probe "a" has for_each and no {item} in its name\n    hint: name: '{item}' asks for each entry`,
    ],
    [
      'a name that DNS cannot carry',
      `name: demo\nprobes: [{id: a, dns: {name: 'a..b', type: SOA}}]\n${steps}`,
      '2:30: error[PLAYBOOK_PROBE_NAME]: probe "a" cannot ask for "a..b": not a name in the DNS',
    ],
    [
      'a probe over a var that is not there',
      `name: demo\nvars: {zones: {type: list}}\nprobes: [{id: a, dns: {name: '{item}', type: SOA}, for_each: zone}]\n${steps}`,
      '3:62: error[PLAYBOOK_PROBE_VAR]: probe "a" names var "zone", which the playbook does not declare\n    hint: did you mean "zones"?',
    ],
    [
      'a probe over a var that is no list',
      `name: demo\nvars: {zone: {type: string}}\nprobes: [{id: a, dns: {name: '{item}', type: SOA}, for_each: zone}]\n${steps}`,
      '3:62: error[PLAYBOOK_PROBE_VAR]: probe "a": var "zone" is of type string, but for_each needs a list',
    ],
    [
      'a condition on a var that is not there',
      `name: demo\nprobes: [{id: a, dns: {name: x, type: A}, when: {role: x}}]\n${steps}`,
      '2:50: error[PLAYBOOK_PROBE_VAR]: probe "a" names var "role", which the playbook does not declare',
    ],
    [
      'a condition on a secret',
      `name: demo\nvars: {key: {type: string, secret: true}}\nprobes: [{id: a, dns: {name: x, type: A}, when: {key: x}}]\n${steps}`,
      '3:50: error[PLAYBOOK_PROBE_VAR]: probe "a": when cannot look at var "key", which is secret',
    ],
    [
      'a condition that can never hold',
      `name: demo\nvars: {role: {type: string, allowed: [primary, secondary]}}\nprobes: [{id: a, dns: {name: x, type: A}, when: {role: [primary, scondary]}}]\n${steps}`,
      '3:50: error[PLAYBOOK_PROBE_WHEN]: probe "a": when role: expected "primary" or "secondary", found "scondary"\n    hint: did you mean "secondary"?',
    ],
    [
      'serials that are to converge without an SOA record',
      `name: demo\nprobes: [{id: a, dns: {name: x, type: A}, converge: serial}]\n${steps}`,
      '2:43: error[PLAYBOOK_PROBE_CONVERGE]: probe "a": converge: serial needs a question for an SOA record\n    hint: the serial is in the SOA record of the zone: type SOA, class IN, rcode NOERROR',
    ],
    [
      'a transport that is listed twice',
      `name: demo\nprobes: [{id: a, dns: {name: x, type: A, transports: [udp, udp]}}]\n${steps}`,
      '2:54: error[CONFIG_VALUE]: probes[0].dns.transports: expected each transport once',
    ],
    [
      'a response code that is none',
      `name: demo\nprobes: [{id: a, dns: {name: x, type: A, rcode: [NOERROR, DENIED]}}]\n${steps}`,
      '2:59: error[CONFIG_VALUE]: probes[0].dns.rcode[1]: expected "NOERROR" or "FORMERR" or "SERVFAIL" or "NXDOMAIN" or "NOTIMP" or "REFUSED" or "NOTAUTH", found the text "DENIED"',
    ],
    ['an empty file', '', '1:1: error[CONFIG_EMPTY]: the file is empty'],
  ])('points at %s', (_, text, expected) => {
    const more = {
      'steps/none.sh': '# state() comes later\nverify() { :; }\n',
      'steps/crlf.sh': 'state() {\r\n:\r\n}\r\n',
    };
    expect(problems(text, more)).toEqual([expected]);
  });

  it('reports everything at once, in the order of the text', () => {
    const text = `
nmae: demo
name: demo
vars: {a: {type: int, default: x}}
steps:
  - {id: a, script: steps/none.sh, timeout: 5}
  - {id: a, script: steps/01-package.sh}
`;
    expect(problems(text).map((issue) => issue.replace(/\]:.*/s, ']'))).toEqual([
      '2:1: error[CONFIG_UNKNOWN_KEY]',
      '4:32: error[PLAYBOOK_VAR_DEFAULT]',
      '6:21: error[PLAYBOOK_SCRIPT_MISSING]',
      '6:45: error[CONFIG_TYPE]',
      '7:10: error[PLAYBOOK_STEP_DUPLICATE]',
    ]);
  });

  it('refuses a tree without playbook.yaml', () => {
    expect(() => parsePlaybook({ directory: 'd', files: new Map() })).toThrow('no playbook.yaml in d');
  });

  it('refuses a playbook.yaml that is not UTF-8', () => {
    const files = new Map([['playbook.yaml', { bytes: Uint8Array.of(0xff), executable: false }]]);
    expect(() => parsePlaybook({ directory: 'd', files })).toThrow(
      'd/playbook.yaml:1:1: error[CONFIG_ENCODING]',
    );
  });
});

describe('playbookJsonSchema', () => {
  it('is strict and knows the types of vars', () => {
    expect(playbookJsonSchema()).toMatchObject({
      title: 'muster playbook',
      additionalProperties: false,
      properties: {
        vars: {
          additionalProperties: { properties: { type: { enum: expect.arrayContaining(['path', 'port']) } } },
        },
        strategy: { properties: { waves: { type: 'array' } } },
      },
    });
  });
});
