// Zones that named writes itself: updated, signed, transferred.
import { besides, namedb, type Draft } from '../draft.ts';
import type { Random } from '../random.ts';
import type { Feature } from './feature.ts';

// The default of zones_change; a list of the operator replaces it.
const changing = [
  '*.jnl',
  '*.mkeys',
  'managed-keys*',
  '*.nzd',
  '*.nzf',
  'keys/*',
  'cache/*',
  'slave/*',
  'secondary/*',
  'dynamic/*',
];

/** A directory that named writes in, as the configuration names it: one of the usual names, or the operator's own. */
function writtenFolder(draft: Draft, random: Random, usual: readonly string[], own: string): string {
  const folder = random.chance(0.75) ? random.pick(usual) : own;
  const name = draft.directory === '' ? `${namedb}/${folder}` : folder;
  const path = draft.folder(draft.path(name), 0o755, true);
  const inside = path.startsWith(`${namedb}/`) ? path.slice(namedb.length + 1) : undefined;
  if (inside === undefined || !changing.includes(`${inside}/*`)) {
    if (inside !== undefined && draft.tells(random)) draft.addToList('zones_change', `${inside}/*`, changing);
    else draft.blame(path);
    draft.features.push(`named writes in ${inside ?? path}`);
  }
  return name;
}

/** The one view that a zone of named's own is in: its files are not shared. */
function oneView(
  draft: Draft,
  random: Random,
  isByKey = false,
): { readonly views: string[]; readonly view: string } {
  // A client has one key: it cannot show one for the view and another one for the update.
  const views = draft.views.filter(({ asker }) => !isByKey || asker.key === undefined);
  if (views.length === 0) return { views: [], view: '' };
  const { name } = random.pick(views);
  return { views: [name], view: name };
}

/** Adds a zone with a file that named writes. */
function addWritten(
  draft: Draft,
  random: Random,
  zone: string,
  folder: string,
  lines: readonly string[],
  isByKey = false,
): string {
  const file = `${folder}/${zone}`;
  const { views, view } = oneView(draft, random, isByKey);
  draft.written.push(besides(draft.path(file)));
  draft.zones.push({ name: zone, lines: [`file "${file}";`, ...lines], views, isAsked: true });
  return view;
}

const updated: Feature = {
  name: 'updated',
  add(draft, random) {
    if (!random.chance(0.35)) return undefined;
    const zone = 'dyn.example';
    const by = random.pick(['address', 'key', 'session key']);
    const policy = {
      address: ['allow-update { 127.0.0.1; 10.53.0.0/16; };'],
      key: ['allow-update { key "update.key"; };'],
      'session key': ['update-policy local;'],
    }[by] ?? [''];
    const key = by === 'key' ? draft.key('update.key') : undefined;
    const isSigned = random.chance(0.2);
    if (isSigned) addKeyDirectory(draft, random);
    const signing = isSigned ? ['dnssec-policy default;', 'inline-signing no;', ...keyLine(draft)] : [];
    const folder = writtenFolder(draft, random, ['dynamic', 'dynamic', 'cache'], 'ddns');
    const lines = ['type primary;', ...policy, ...signing];
    const view = addWritten(draft, random, zone, folder, lines, by !== 'address');
    draft.file(draft.path(`${folder}/${zone}`), draft.zoneText(zone), 0o644, draft.isOwnUser ? 14 : 0);
    draft.updated.push({
      zone,
      view,
      ...(key === undefined ? {} : { key }),
      ...(by === 'session key' ? { sessionKey: '/var/run/named/session.key' } : {}),
    });
    return `updated zone by ${by}${isSigned ? ', signed' : ''}`;
  },
};

function addKeyDirectory(draft: Draft, random: Random): void {
  if (draft.keyDirectories.length > 0) return;
  const name = writtenFolder(draft, random, ['keys'], 'dnssec');
  const path = draft.path(name);
  draft.keyDirectories.push(path);
  draft.written.push(new RegExp(`^${path}/K[^/]*[.](key|private|state)$`));
}

function keyLine(draft: Draft): string[] {
  return draft.keyDirectories.map((path) => `key-directory "${path}";`);
}

const signed: Feature = {
  name: 'signed',
  add(draft, random) {
    if (!random.chance(0.2)) return undefined;
    addKeyDirectory(draft, random);
    const zone = 'signed.example';
    const folder = writtenFolder(draft, random, ['dynamic'], 'signed');
    addWritten(draft, random, zone, folder, [
      'type primary;',
      'dnssec-policy default;',
      'inline-signing yes;',
      ...keyLine(draft),
    ]);
    draft.file(draft.path(`${folder}/${zone}`), draft.zoneText(zone), 0o644, draft.isOwnUser ? 14 : 0);
    return 'signed zone';
  },
};

const secondaries: Feature = {
  name: 'secondaries',
  add(draft, random) {
    if (!random.chance(0.35)) return undefined;
    const type = `type ${random.pick(['slave', 'secondary'])};`;
    const isNamed = random.chance(0.25);
    if (isNamed) draft.statements.push(`primaries "upstream" { ${draft.around.peer}; };\n`);
    const from = `primaries { ${isNamed ? '"upstream"' : draft.around.peer}; };`;
    if (random.chance(0.15)) {
      const { views } = oneView(draft, random);
      draft.zones.push({ name: 'peer.example', lines: [type, from], views, isAsked: true });
      return 'secondary without a file';
    }
    const folder = writtenFolder(draft, random, ['slave', 'secondary'], 'sec');
    addWritten(draft, random, 'peer.example', folder, [type, from]);
    return 'secondary of another host';
  },
};

const orphan: Feature = {
  name: 'orphan',
  add(draft, random) {
    if (!random.chance(0.15)) return undefined;
    const zone = 'orphan.example';
    const folder = writtenFolder(draft, random, ['slave', 'secondary'], 'sec');
    addWritten(draft, random, zone, folder, [
      'type secondary;',
      'primaries { 127.0.0.1 port 9; };',
      'masterfile-format text;',
    ]);
    draft.file(draft.path(`${folder}/${zone}`), draft.zoneText(zone), 0o644, draft.isOwnUser ? 14 : 0);
    return 'secondary whose primary is gone';
  },
};

const crossing: Feature = {
  name: 'crossing',
  add(draft, random) {
    const [inside, outside] = draft.views;
    const at = draft.listens[0];
    if (inside?.asker.key === undefined || outside === undefined || at === undefined || !random.chance(0.6))
      return undefined;
    const zone = 'crossing.example';
    const file = `${draft.directory === '' ? `${namedb}/` : ''}inside.${zone}`;
    draft.file(draft.path(file), draft.zoneText(zone));
    draft.zones.push({
      name: zone,
      lines: ['type primary;', `file "${file}";`],
      views: [inside.name],
      isAsked: true,
    });
    const folder = writtenFolder(draft, random, ['slave'], 'sec');
    const copy = `${folder}/outside.${zone}`;
    draft.written.push(besides(draft.path(copy)));
    const from = `primaries { ${at.at} port ${String(at.port)} key "inside.key"; };`;
    draft.zones.push({
      name: zone,
      lines: ['type secondary;', from, `file "${copy}";`],
      views: [outside.name],
      isAsked: true,
    });
    return 'secondary of another view';
  },
};

const catalog: Feature = {
  name: 'catalog',
  add(draft, random) {
    if (draft.views.length > 0 || !random.chance(0.1)) return undefined;
    const folder = writtenFolder(draft, random, ['slave'], 'sec');
    const isInMemory = random.chance(0.5);
    const place = isInMemory ? 'in-memory yes' : `zone-directory "${folder}"`;
    draft.options.push(
      `catalog-zones { zone "catalog.peer" default-primaries { ${draft.around.peer}; } ${place}; };`,
    );
    // It keeps a list of new zones, and must be able to write it: by default in `directory`.
    if (draft.isOwnUser || random.chance(0.5)) draft.options.push(`new-zones-directory "${folder}";`);
    else draft.mayRefuse.push(/nz[df]|new-zones|catalog/);
    draft.written.push(new RegExp(`^${draft.path(folder)}/__catz__`));
    addWritten(draft, random, 'catalog.peer', folder, [
      'type secondary;',
      `primaries { ${draft.around.peer}; };`,
    ]);
    // Its members have no statement of their own; render.ts asks for them all the same.
    draft.zones.push({ name: 'member.example', lines: [], views: [], isAsked: true });
    return 'catalog zone';
  },
};

export const writtenZoneFeatures: readonly Feature[] = [
  updated,
  signed,
  secondaries,
  orphan,
  crossing,
  catalog,
];
