// The flagship playbook under configurations that are not the demo's. What cannot move into the cage, or would be lost on the
// way, is refused by name in the plan, and an apply touches nothing; what can is served as before, everywhere, and goes back.
// @module-tag long
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/index.ts';
import { startLab } from '../../src/lab/index.ts';
import { describeWithEngine, labImage } from './engine.ts';
import {
  fingerprint,
  inside,
  jsonLines,
  muster,
  playbook,
  resourcesByHost,
  writeHostVars,
} from './muster.ts';

/** A configuration: the options, further statements, and a shell line that lays out what else it needs. */
interface Given {
  readonly options?: string;
  readonly statements?: string;
  readonly lay?: string;
  readonly vars?: string;
}

const soa = (serial: number): string =>
  `printf '$TTL 3600\\n@ IN SOA ns1.example.net. root.example.net. ( ${String(serial)} 3600 900 604800 3600 )\\n@ IN NS ns1.example.net.\\nwww IN A 192.0.2.99\\n'`;
const zone = (name: string, file: string, more = ''): string =>
  `zone "${name}" { type master; file "${file}"; ${more} };`;

/** What a plan refuses, with the words by which it does. */
const refused: Readonly<Record<string, Given & { readonly words: readonly string[] }>> = {
  elsewhere: {
    lay: `echo 'options { directory "/etc/namedb"; }; ${zone('customer.example', 'customer')}' >/etc/namedb/named.conf
      ${soa(7)} >/etc/namedb/customer; echo 'named_flags="-4 -c /etc/namedb/named.conf"' >>/etc/rc.conf`,
    words: ['reads /etc/namedb/named.conf, but the var named_conf is /etc/named.conf'],
  },
  otherport: {
    lay: `echo 'named_flags="-p 5353"' >>/etc/rc.conf`,
    words: [
      "it answers at port 5353 (-p), and the new one would not: set the var named_options to '-p 5353'",
    ],
  },
  outside: {
    statements: `include "/etc/bind/acl.conf"; ${zone('far.example', '/var/zones/far')}`,
    lay: `mkdir -p /etc/bind /var/zones; echo 'acl ops { 192.0.2.0/24; };' >/etc/bind/acl.conf; ${soa(3)} >/var/zones/far`,
    words: ['/etc/bind/acl.conf (include)', '/var/zones/far (zone far.example)', 'further_paths'],
  },
  newzones: {
    options: 'allow-new-zones yes;',
    words: ['allow-new-zones /etc/namedb', 'new-zones-directory'],
  },
  silent: {
    options: 'listen-on { !127.0.0.1; any; };',
    words: ['does not answer at 127.0.0.1', 'Set the var answers_at to an address at which it answers: '],
  },
  toplog: {
    statements: 'logging { channel c { file "named.log"; }; category default { c; }; };',
    words: ['named writes log channel c /etc/namedb/named.log, and may not do so there in the cage'],
  },
  otherpid: { options: 'pid-file "/var/run/other.pid";', words: ['pid-file is /var/run/other.pid'] },
};

/** What moves into the cage as it is, and the zones that it answers for, with the port. */
const taken: Readonly<Record<string, Given & { readonly zones: readonly string[]; readonly port?: number }>> =
  {
    closed: {
      statements: `include "/etc/namedb/private/xfer.key"; ${zone('private.example', 'private.example')}`,
      lay: `cd /etc/namedb; (umask 077; mkdir private; ${soa(7)} >private.example)
      echo 'key "xfer" { algorithm hmac-sha256; secret "QU5PVEhFUi1TRUNSRVQtdGhhdC1ub2JvZHktc2VlcyE="; };' >private/xfer.key
      chmod 0644 private/xfer.key`,
      zones: ['example.net', 'private.example'],
    },
    logs: {
      statements: `logging { channel a { file "log/named.log" versions 3; }; channel b { file "/var/log/named/query.log"; };
      category default { a; }; category queries { b; }; };`,
      lay: 'mkdir /etc/namedb/log /var/log/named',
      vars: `zones_change: ['*.jnl', 'keys/*', 'log/*']`,
      zones: ['example.net'],
    },
    carried: {
      statements: `include "/etc/bind/conf.d/*.conf"; ${zone('far.example', '/var/zones/far')}`,
      lay: `mkdir -p /etc/bind/conf.d /var/zones; ${soa(3)} >/var/zones/far; ${soa(4)} >/var/zones/near
      echo '${zone('near.example', '/var/zones/near')}' >/etc/bind/conf.d/near.conf`,
      vars: 'further_paths: [/etc/bind/conf.d, /var/zones]',
      zones: ['example.net', 'far.example', 'near.example'],
    },
    ports: { options: 'listen-on port 5300 { any; };', zones: ['example.net'], port: 5300 },
    updated: {
      statements: zone('dyn.example', 'updates/dyn', 'allow-update { 127.0.0.1; };'),
      // Kept elsewhere, by a link.
      lay: `mkdir /var/updates; ln -s /var/updates /etc/namedb/updates; ${soa(10)} >/etc/namedb/updates/dyn`,
      zones: ['example.net', 'dyn.example'],
    },
  };

const all: Readonly<Record<string, Given>> = { ...refused, ...taken };

describeWithEngine('caged-bind under configurations of others', () => {
  let lab: Lab;
  let inventory: string[];
  const before = new Map<string, string>();
  const answered = new Map<string, string>();

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'muster-others-'));
    lab = await startLab({
      hosts: Object.keys(all).map((name) => ({ name })),
      image: labImage(),
      directory,
    });
    const vars = Object.entries(all).map(([name, { vars: text }]) => [name, text ?? ''] as const);
    inventory = ['-i', writeHostVars(lab, 'others.yaml', Object.fromEntries(vars))];
    for (const [name, { options = '', statements = '', lay = ':' }] of Object.entries(all)) {
      await inside(
        lab,
        name,
        `sh /etc/rc.d/named stop; (${lay})
        cat >/etc/named.conf <<'END'
options { directory "/etc/namedb"; recursion no; dnssec-validation no; notify no; ${options} };
${zone('example.net', 'example.net')}
${statements}
END
        sh /etc/rc.d/named start; i=0
        until grep 'named\\[.*: running$' /var/log/messages >/dev/null; do i=$((i + 1)); [ $i -lt 100 ] || exit 1; sleep 0.1; done`,
      );
    }
    await inside(lab, 'updated', update('one'));
    for (const name of Object.keys(all)) before.set(name, await fingerprint(lab, name));
    for (const name of Object.keys(taken)) answered.set(name, await serials(name));
  });

  afterAll(async () => {
    await lab.stop();
    rmSync(lab.directory, { recursive: true, force: true });
  });

  const update = (name: string): string =>
    `printf 'server 127.0.0.1\\nzone dyn.example\\nupdate add ${name}.dyn.example. 300 A 192.0.2.1\\nsend\\n' | nsupdate`;

  /** `zone serial` of each zone, as the host itself is answered; of one that is updated the serial alone moves. */
  async function serials(host: string): Promise<string> {
    const { zones, port = 53 } = taken[host] ?? { zones: [] };
    const questions = zones.map(
      (name) =>
        `echo ${name} $(dig +short +norec -p ${String(port)} @127.0.0.1 ${name} SOA | awk '{ print $3 }')`,
    );
    return await inside(lab, host, questions.join('; '));
  }

  const only = (hosts: Readonly<Record<string, Given>>): string[] => ['-l', Object.keys(hosts).join(',')];

  /** Why each host failed, from the JSON of a run. */
  function reasons(stdout: string): Map<string, string> {
    return new Map(
      jsonLines(stdout).flatMap((event) =>
        event['type'] === 'host-finished' ? [[String(event['host']), String(event['reason'])]] : [],
      ),
    );
  }

  it('refuses by name what cannot move, in the plan and before an apply changes anything', async () => {
    for (const args of [['plan'], ['apply', '--yes']]) {
      const [verb = '', ...more] = args;
      const run = await muster([verb, playbook, ...inventory, ...only(refused), ...more, '--json']);
      expect(run.code, run.stdout.slice(-3000)).toBe(1);
      const said = reasons(run.stdout);
      for (const [name, { words }] of Object.entries(refused)) {
        for (const word of words) expect(said.get(name), `${verb} ${name}`).toContain(word);
      }
      expect(resourcesByHost(run.stdout, 'changed').size).toBe(0);
    }
    for (const name of Object.keys(refused)) expect(await fingerprint(lab, name)).toBe(before.get(name));
  });

  it('moves the others, and everything is answered as before', async () => {
    const planned = await muster(['plan', playbook, ...inventory, ...only(taken), '--json']);
    expect(planned.code, planned.stdout.slice(-3000)).toBe(0);
    const prepared = await muster([
      ...['apply', playbook, ...inventory, '-l', 'updated', '--yes', '--tags', 'install,cage,content'],
    ]);
    expect(prepared.code, prepared.stdout).toBe(0);
    // The old named goes on serving, and takes an update that the cage has not seen.
    await inside(lab, 'updated', update('two'));
    answered.set('updated', await serials('updated'));
    const applied = await muster(['apply', playbook, ...inventory, ...only(taken), '--yes', '--json']);
    expect(applied.code, applied.stdout.slice(-3000)).toBe(0);
    for (const name of Object.keys(taken)) expect(await serials(name), name).toBe(answered.get(name));
    const again = await muster(['apply', playbook, ...inventory, ...only(taken), '--yes', '--json']);
    expect(resourcesByHost(again.stdout, 'changed')).toEqual(new Map());
    // One by one: they are not meant to be alike.
    for (const name of Object.keys(taken)) {
      const verified = await muster(['verify', playbook, ...inventory, '-l', name]);
      expect(verified.code, verified.stdout).toBe(0);
    }
  });

  it('makes nothing in the cage more open than on the host, and named may still read it', async () => {
    const listed = await inside(
      lab,
      'closed',
      `cd /home/named/etc/namedb; ls -ld private private.example private/xfer.key | awk '{ print $1, $3, $4 }'`,
    );
    expect(listed.trim().split('\n')).toEqual([
      'drwxr-x--- root named',
      '-rw-r----- root named',
      '-rw-r--r-- root wheel',
    ]);
    await inside(lab, 'closed', 'chmod 0755 /home/named/etc/namedb/private');
    const verified = await muster(['verify', playbook, ...inventory, '-l', 'closed']);
    expect(verified.code).toBe(3);
    expect(verified.stdout).toContain('/etc/namedb/private: mode 0750 (was 0755)');
    await inside(lab, 'closed', 'chmod 0750 /home/named/etc/namedb/private');
  });

  it('replaces nothing in a serving cage by what could not run there', async () => {
    const conf = '/home/named/etc/named.conf';
    const live = await inside(lab, 'logs', `cat ${conf}`);
    await inside(
      lab,
      'logs',
      `echo 'include "/etc/elsewhere.conf";' >>/etc/named.conf; : >/etc/elsewhere.conf`,
    );
    const run = await muster(['apply', playbook, ...inventory, '-l', 'logs', '--yes', '--json']);
    expect(run.code).toBe(1);
    expect(reasons(run.stdout).get('logs')).toContain('/etc/elsewhere.conf (include)');
    expect(await inside(lab, 'logs', `cat ${conf}`)).toBe(live);
    await inside(
      lab,
      'logs',
      `rm /etc/elsewhere.conf; sed '/elsewhere/d' /etc/named.conf >/tmp/c; cat /tmp/c >/etc/named.conf; rm /tmp/c`,
    );
  });

  it('is rolled back, together with what the caged named wrote', async () => {
    await inside(lab, 'updated', update('three'));
    const last = await serials('updated');
    await inside(
      lab,
      'updated',
      `(umask 077; echo 'Private-key-format: v1.3' >/home/named/etc/namedb/keys/Kx.+013+1.private)`,
    );
    for (let run = 0; run < 2; run++) {
      const hosts = run === 0 ? only(taken) : ['-l', 'updated'];
      const undone = await muster(['rollback', ...inventory, ...hosts, '--yes']);
      expect(undone.code, undone.stdout).toBe(0);
    }
    expect(await serials('updated')).toBe(last);
    expect(
      await inside(lab, 'updated', 'for n in one two three; do dig +short @127.0.0.1 $n.dyn.example; done'),
    ).toBe('192.0.2.1\n'.repeat(3));
    expect(await inside(lab, 'updated', 'cat /etc/namedb/keys/Kx.+013+1.private')).toContain(
      'Private-key-format',
    );
    for (const name of Object.keys(taken)) {
      if (name === 'updated') continue;
      expect(await serials(name), name).toBe(answered.get(name));
      // The daemon's own rewriting of a file that was edited and put back is no part of the comparison.
      if (name !== 'logs') expect(await fingerprint(lab, name), name).toBe(before.get(name));
    }
  });
});
