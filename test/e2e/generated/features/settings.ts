// Options and statements that have nothing to do with one zone: logs, paths, the control channel, keys of other servers.
import { keyText, namedb, type Draft } from '../draft.ts';
import { secretOf, type Random } from '../random.ts';
import type { Feature } from './feature.ts';

/** A file that named writes: made known, with the directory that it is in. */
function writtenFile(draft: Draft, name: string): void {
  const path = draft.path(name);
  draft.written.push(new RegExp(`^${path.replaceAll('.', '[.]')}([.][0-9]+)?$`));
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (![namedb, '/var/run', '/var/log', '/var/tmp'].includes(folder)) draft.folder(folder, 0o755, true);
}

const logging: Feature = {
  name: 'logging',
  add(draft, random) {
    if (!random.chance(0.45)) return undefined;
    const drawn = random.pick([
      'log/named.log',
      'logs/named.log',
      'stage/named.log',
      'named.log',
      '/var/log/named/named.log',
      '/var/log/named.log',
      '/srv/dns/log/queries.log',
    ]);
    const name = draft.directory === '' && !drawn.startsWith('/') ? `${namedb}/${drawn}` : drawn;
    // named's own user cannot make a file there; nor should what it writes lie among what is served.
    if (draft.path(name).startsWith('/var/log/named.log') && draft.isOwnUser) return undefined;
    if (drawn === 'named.log') {
      if (draft.isOwnUser || draft.isCommon) return undefined;
      draft.blame('named.log');
    }
    writtenFile(draft, name);
    const turning = random.chance(0.3) ? ' versions 3 size 1m' : '';
    const severity = random.pick(['info', 'dynamic', 'notice']);
    draft.statements.push(
      `logging {\n\tchannel "own" {\n\t\tfile "${name}"${turning};\n\t\tseverity ${severity};\n\t\tprint-time yes;\n\t};\n\tcategory default { "own"; default_syslog; };\n\tcategory lame-servers { null; };\n};\n`,
    );
    return `logs to ${name}`;
  },
};

const pathOptions: Feature = {
  name: 'paths',
  add(draft, random) {
    const added: string[] = [];
    const names = ['dump-file', 'statistics-file', 'memstatistics-file', 'recursing-file', 'secroots-file'];
    for (const option of names) {
      if (!random.chance(0.15)) continue;
      const drawn = random.pick([`data/${option}`, `/var/run/named/${option}`, `/var/stats/${option}`]);
      const name = draft.directory === '' && !drawn.startsWith('/') ? `${namedb}/${drawn}` : drawn;
      writtenFile(draft, name);
      draft.options.push(`${option} "${name}";`);
      added.push(`${option} ${drawn}`);
    }
    return added;
  },
};

const runFiles: Feature = {
  name: 'run files',
  add(draft, random) {
    const kind = random.pick([...Array<string>(12).fill(''), 'pid', 'pid', 'moved pid', 'session key']);
    switch (kind) {
      case 'pid':
        draft.options.push('pid-file "/var/run/named/named.pid";');
        return 'pid-file as it is anyway';
      case 'moved pid':
        if (draft.isCommon) return undefined;
        draft.options.push('pid-file "/var/run/named/dns.pid";');
        draft.file('/etc/rc.conf.d/named', 'pidfile=/var/run/named/dns.pid\n');
        if (random.chance(0.5)) draft.vars.set('pid_file', '/var/run/named/dns.pid');
        draft.mayRefuse.push(/pid-file|pid_file|dns\.pid/);
        return 'pid-file elsewhere';
      case 'session key': {
        const path = '/var/run/named/ddns.key';
        draft.options.push(`session-keyfile "${path}";`);
        for (const [index, zone] of draft.updated.entries()) {
          if (zone.sessionKey !== undefined) draft.updated[index] = { ...zone, sessionKey: path };
        }
        return 'session-keyfile elsewhere';
      }
      default:
        return undefined;
    }
  },
};

const managedKeys: Feature = {
  name: 'managed keys',
  add(draft, random) {
    const isAuto = random.chance(0.25);
    draft.options.push(`dnssec-validation ${isAuto ? 'auto' : 'no'};`);
    if (!isAuto) return undefined;
    if (!random.chance(0.4)) return 'dnssec-validation auto';
    const path = random.pick([`${namedb}/keys`, '/var/named/managed']);
    draft.folder(path, path.endsWith('/keys') ? 0o775 : 0o755, true);
    draft.options.push(`managed-keys-directory "${path}";`);
    draft.isOutside(path, random);
    return `managed-keys-directory ${path}`;
  },
};

const control: Feature = {
  name: 'control',
  add(draft, random) {
    const kind = random.pick(['', '', 'none', 'own key', 'rndc.key', 'included']);
    switch (kind) {
      case 'none':
        draft.statements.push('controls { };\n');
        return 'no control channel';
      case 'rndc.key':
      case 'included': {
        const text = keyText('rndc-key', secretOf(random));
        draft.file('/etc/rndc.key', text, random.pick([0o600, 0o640]), draft.isOwnUser ? 14 : 0);
        draft.rndc = 'rndc';
        if (kind === 'rndc.key') return 'rndc.key';
        draft.statements.push(
          'include "/etc/rndc.key";\n',
          'controls {\n\tinet 127.0.0.1 allow { localhost; } keys { "rndc-key"; };\n};\n',
        );
        return 'rndc.key included';
      }
      case 'own key': {
        const text = keyText('control.key', secretOf(random));
        draft.statements.push(
          text,
          'controls {\n\tinet 127.0.0.1 port 9953 allow { 127.0.0.1; } keys { "control.key"; };\n};\n',
        );
        draft.file(
          '/etc/rndc.conf',
          `${text}options {\n\tdefault-key "control.key";\n\tdefault-server 127.0.0.1;\n\tdefault-port 9953;\n};\n`,
          0o600,
        );
        draft.rndc = 'rndc -c /etc/rndc.conf';
        return 'control channel with a key and port of its own';
      }
      default:
        return undefined;
    }
  },
};

const newZones: Feature = {
  name: 'new zones',
  add(draft, random) {
    if (draft.views.length > 0 || draft.rndc === '' || draft.isOwnUser) return undefined;
    if (!draft.isOdd(random, 0.4)) return undefined;
    draft.options.push('allow-new-zones yes;');
    draft.mayRefuse.push(/allow-new-zones|nz[df]/);
    draft.file(`${namedb}/added.example`, draft.zoneText('added.example'));
    draft.afterStart += `${draft.rndc} addzone added.example '{ type primary; file "${namedb}/added.example"; };'\n`;
    draft.zones.push({ name: 'added.example', lines: [], views: [], isAsked: true });
    return 'a zone added by rndc';
  },
};

const forwarding: Feature = {
  name: 'forwarding',
  add(draft, random) {
    // A server that validates would want to see the root's keys first.
    const isForwarding = random.chance(0.15) && !draft.options.includes('dnssec-validation auto;');
    draft.isRecursive = isForwarding;
    draft.options.push(
      isForwarding ? 'recursion yes;' : 'recursion no;',
      isForwarding ? 'allow-recursion { 127.0.0.1; 10.53.0.0/16; };' : 'allow-query { any; };',
    );
    if (!isForwarding) return undefined;
    draft.zones.push({
      name: 'forwarded.example',
      lines: ['type forward;', 'forward only;', `forwarders { ${draft.around.peer}; };`],
      views: [],
      isAsked: true,
      isRecursive: true,
    });
    return 'forwarded zone';
  },
};

const policyZone: Feature = {
  name: 'policy zone',
  add(draft, random) {
    if (draft.views.length > 0 || !random.chance(0.1)) return undefined;
    const file = draft.directory === '' ? `${namedb}/rpz.local` : 'rpz.local';
    draft.file(draft.path(file), draft.zoneText('rpz.local', 'bad.example\tIN CNAME .\n'));
    draft.options.push('response-policy { zone "rpz.local"; };');
    draft.zones.push({
      name: 'rpz.local',
      lines: ['type primary;', `file "${file}";`, 'allow-query { localhost; 10.53.0.0/16; };'],
      views: [],
      isAsked: true,
    });
    return 'response policy zone';
  },
};

const smallOptions: Feature = {
  name: 'small options',
  add(draft, random) {
    const all: Readonly<Record<string, string>> = {
      'rate limit': 'rate-limit { responses-per-second 20; exempt-clients { 127.0.0.1; 10.53.0.0/16; }; };',
      'empty zones': 'empty-zones-enable no;',
      'version with signs in it': 'version "it is \\"ours\\" // not { yours }; # really";',
      'minimal answers': 'minimal-responses yes;',
      'transfers to a network': 'allow-transfer { 10.53.0.0/16; 127.0.0.1; };',
      notify: 'notify explicit; also-notify { 127.0.0.1 port 9; };',
    };
    const added = Object.keys(all).filter(() => random.chance(0.1));
    for (const name of added) draft.options.push(all[name] ?? '');
    return added;
  },
};

const accessList: Feature = {
  name: 'access list',
  add(draft, random) {
    if (!random.chance(0.2)) return undefined;
    const text = 'acl "ops" { 127.0.0.1; 10.53.0.0/16; };\n';
    const path = random.pick([`${namedb}/acl.conf`, '/etc/bind/acl.conf', '/usr/local/etc/acl.conf', '']);
    draft.options.push('blackhole { !"ops"; 192.0.2.99; };');
    if (path === '') draft.statements.push(text);
    else draft.statements.push(`include "${draft.file(path, text)}";\n`);
    if (path !== '') draft.isOutside(path, random);
    return path === '' ? 'acl' : `acl in ${path}`;
  },
};

const encrypted: Feature = {
  name: 'encrypted',
  add(draft, random) {
    if (!draft.isOdd(random, 0.08)) return undefined;
    const folder = random.pick([`${namedb}/tls`, '/etc/ssl/dns']);
    draft.folder(folder);
    // The practice host's openssl has no configuration of its own.
    draft.prepare += `printf '[req]\\ndistinguished_name = name\\n[name]\\n' >/tmp/req.conf
openssl ecparam -name prime256v1 -genkey -noout -out ${folder}/key.pem 2>/dev/null
openssl req -config /tmp/req.conf -x509 -new -key ${folder}/key.pem -days 30 -subj /CN=ns -out ${folder}/cert.pem 2>/dev/null
chmod 600 ${folder}/key.pem
`;
    if (draft.isOwnUser) draft.prepare += `chown 14 ${folder}/key.pem\n`;
    draft.statements.push(`tls own { cert-file "${folder}/cert.pem"; key-file "${folder}/key.pem"; };\n`);
    // One such statement takes the place of what is there without any.
    if (!draft.options.some((line) => line.startsWith('listen-on ')))
      draft.options.push('listen-on { any; };');
    draft.options.push('listen-on port 853 tls own { 127.0.0.1; };');
    draft.isOutside(folder, random);
    draft.blame(`${folder}/key.pem`);
    return 'tls';
  },
};

const statistics: Feature = {
  name: 'statistics channel',
  add(draft: Draft, random: Random) {
    if (!random.chance(0.06)) return undefined;
    draft.statements.push('statistics-channels {\n\tinet 127.0.0.1 port 8053 allow { 127.0.0.1; };\n};\n');
    return 'statistics channel';
  },
};

export const settingFeatures: readonly Feature[] = [
  logging,
  pathOptions,
  runFiles,
  managedKeys,
  control,
  newZones,
  forwarding,
  policyZone,
  smallOptions,
  accessList,
  encrypted,
  statistics,
];
