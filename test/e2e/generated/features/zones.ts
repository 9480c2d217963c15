// Zones that nobody but the operator writes.
import { namedb, type Draft } from '../draft.ts';
import type { Random } from '../random.ts';
import type { Feature } from './feature.ts';

const names = [
  'example.com',
  'Example.ORG',
  'a.very.deep.name.example',
  '0/25.2.0.192.in-addr.arpa',
  '100.51.198.in-addr.arpa',
  'xn--bcher-kva.example',
  'internal',
  '8.b.d.0.1.0.0.2.ip6.arpa',
];

/** The name of a zone's file, as the configuration says it; `/` of RFC 2317 is no part of a file's name. */
function fileName(draft: Draft, random: Random, zone: string, view: string): string {
  const plain = `${view}${view === '' ? '' : '.'}${zone.replaceAll('/', '-')}`;
  const drawn = random.pick([plain, `db.${plain}`, `master/${plain}.zone`, `pri/${view}/${plain}`]);
  const name = drawn.replace('//', '/');
  return draft.directory === '' || random.chance(0.2) ? `${namedb}/${name}` : name;
}

/** What a zone file may include: sets the files up, and gives the line. */
function included(draft: Draft, random: Random, zone: string): string | undefined {
  if (!random.chance(0.25)) return undefined;
  const name = `include/${zone.replaceAll('/', '-')}.hosts`;
  const drawn = random.pick(['relative', 'absolute', 'absolute', 'outside']);
  const place = drawn === 'relative' && draft.directory === '' ? 'absolute' : drawn;
  const path = place === 'relative' ? name : `${place === 'outside' ? '/var/db/hosts' : namedb}/${name}`;
  draft.file(draft.path(path), '@\tIN TXT "included"\n');
  if (place === 'outside') draft.isOutside('/var/db/hosts', random);
  draft.features.push(`$INCLUDE ${place}`);
  return `$INCLUDE ${path}\n`;
}

/** Sets who may read the file and its directory. */
function close(draft: Draft, random: Random, path: string): number {
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (![namedb, draft.directory].includes(folder) && draft.isOdd(random, 0.2)) {
    draft.folder(folder, 0o700, true);
    draft.features.push('closed directory of zones');
    draft.blame(folder);
  }
  const mode = random.pick([...Array<number>(10).fill(0o644), 0o640, 0o600]);
  if (mode === 0o644 || draft.isCommon) return 0o644;
  draft.features.push(`zone file ${mode.toString(8)}`);
  if (!draft.isOwnUser) draft.blame(path);
  return mode;
}

function addPrimary(draft: Draft, random: Random, zone: string, views: readonly string[]): void {
  const isShared = views.length > 1 && random.chance(0.3);
  const isClosed = random.chance(0.1) && draft.views.length === 0;
  if (isClosed) {
    if (!draft.addresses.includes('10.53.7.9')) draft.addresses.push('10.53.7.9');
    draft.features.push('closed zone');
  }
  const type = random.pick(['master', 'primary']);
  const generated = random.chance(0.1) && !zone.includes('/') ? '$GENERATE 1-4 host$ IN A 192.0.2.$\n' : '';
  for (const [index, view] of (isShared || views.length === 0 ? [''] : views).entries()) {
    const name = fileName(draft, random, zone, isShared ? '' : view);
    const path = draft.path(name);
    const further = `${generated}${included(draft, random, zone) ?? ''}`;
    const mode = close(draft, random, path);
    // An operator that runs named as its own user and closes a file gives it to that user.
    const owner = mode !== 0o644 && draft.isOwnUser ? 14 : draft.zoneOwner;
    const text = draft.zoneText(zone.toLowerCase(), further, index);
    if (mode === 0o644 && draft.isOdd(random, 0.1)) {
      const target = draft.file(`/srv/zones/${path.slice(path.lastIndexOf('/') + 1)}`, text, mode, owner);
      draft.link(path, target);
      draft.features.push('zone file by a link');
      draft.blame(path);
      draft.blame(target);
    } else draft.file(path, text, mode, owner);
    const closing = isClosed ? ['allow-query { 10.53.7.9; };'] : [];
    draft.zones.push({
      name: zone,
      lines: [`type ${type};`, `file "${name}";`, ...closing],
      views: isShared ? views : view === '' ? [] : [view],
      isAsked: true,
      ...(isClosed ? { asker: { from: '10.53.7.9' } } : {}),
    });
  }
}

const primaries: Feature = {
  name: 'primaries',
  add(draft, random) {
    const added = new Set<string>();
    const wanted = random.int(1, 4);
    while (added.size < wanted) added.add(random.pick(names));
    const views = draft.views.map(({ name }) => name);
    for (const zone of added) {
      addPrimary(draft, random, zone, random.chance(0.3) && views.length > 0 ? [random.pick(views)] : views);
    }
    const odd = [...added].filter((zone) => /[A-Z/]/.test(zone));
    return odd.map((zone) => `zone ${zone}`);
  },
};

const distribution: Feature = {
  name: 'distribution',
  add(draft, random) {
    if (!random.chance(0.5)) return undefined;
    const base = draft.directory === namedb ? '' : `${namedb}/`;
    for (const [name, file] of [
      ['localhost', 'localhost'],
      ['127.IN-ADDR.ARPA', '127'],
    ] as const) {
      draft.zones.push({ name, lines: ['type master;', `file "${base}${file}";`], views: [], isAsked: true });
    }
    if (random.chance(0.5)) {
      draft.zones.push({
        name: '.',
        lines: ['type hint;', `file "${base}root.cache";`],
        views: [],
        isAsked: false,
      });
      return 'hint zone';
    }
    return undefined;
  },
};

const many: Feature = {
  name: 'many',
  add(draft, random) {
    if (!random.chance(0.05)) return undefined;
    const folder = draft.directory === '' ? `${namedb}/many` : 'many';
    const view = draft.views.at(-1)?.name;
    for (let number = 1; number <= 300; number++) {
      const zone = `many${String(number)}.example`;
      draft.file(draft.path(`${folder}/${zone}`), draft.zoneText(zone));
      draft.zones.push({
        name: zone,
        lines: ['type primary;', `file "${folder}/${zone}";`],
        views: view === undefined ? [] : [view],
        isAsked: true,
      });
    }
    return '300 zones';
  },
};

const broken: Feature = {
  name: 'broken',
  add(draft, random) {
    if (!draft.isOdd(random, 0.06)) return undefined;
    const folder = draft.directory === '' ? namedb : draft.directory;
    draft.file(`${folder}/broken.example`, '$TTL 3600\n@ IN NS nowhere\n');
    draft.zones.push({
      name: 'broken.example',
      lines: ['type primary;', `file "${folder}/broken.example";`],
      views: draft.views.slice(0, 1).map(({ name }) => name),
      isAsked: false,
    });
    draft.blame('broken.example');
    return 'a zone that does not load';
  },
};

const inView: Feature = {
  name: 'in-view',
  add(draft, random) {
    const [first, second] = draft.views.map(({ name }) => name);
    if (first === undefined || second === undefined || !random.chance(0.3)) return undefined;
    const zone = 'shared.example';
    const file = draft.directory === '' ? `${namedb}/${zone}` : zone;
    draft.file(draft.path(file), draft.zoneText(zone));
    draft.zones.push(
      { name: zone, lines: ['type primary;', `file "${file}";`], views: [first], isAsked: true },
      { name: zone, lines: [`in-view "${first}";`], views: [second], isAsked: true },
    );
    return 'in-view';
  },
};

const litter: Feature = {
  name: 'litter',
  add(draft, random) {
    if (!random.chance(0.2)) return undefined;
    draft.file(`${namedb}/example.net~`, 'old\n');
    draft.file(`${namedb}/RCS/example.net,v`, 'head 1.1;\n');
    draft.file(`${namedb}/Copy of example.net (2)`, '; "kept", in case\n', 0o600);
    draft.link(`${namedb}/gone`, '/nowhere/at/all');
    return 'files that nobody needs';
  },
};

export const zoneFeatures: readonly Feature[] = [primaries, distribution, inView, many, broken, litter];
