// The shape of a host: who cages which named, where its configuration is, and how that is cut into files.
import { namedb } from '../draft.ts';
import type { Feature } from './feature.ts';

const cage: Feature = {
  name: 'cage',
  add(draft, random) {
    const source = random.pick(['package', 'base']);
    const style = random.pick(['auto', 'auto', 'chrootdir', 'chroot8']);
    draft.vars.set('named_source', source);
    draft.vars.set('cage_style', style);
    if (random.chance(0.15)) draft.vars.set('cage', '/var/chroot/named');
    return `${source} ${style}`;
  },
};

const ownUser: Feature = {
  name: 'own user',
  add(draft, random) {
    if (!random.chance(0.15)) return undefined;
    draft.isOwnUser = true;
    draft.flags.push('-u named');
    draft.folder('/var/run/named', 0o755, true);
    draft.folder(`${namedb}/keys`, 0o775, true);
    if (!random.chance(0.4)) return 'named as its own user';
    draft.zoneOwner = 14;
    return ['named as its own user', 'all zone files its own'];
  },
};

const conf: Feature = {
  name: 'conf',
  add(draft, random) {
    if (!random.chance(0.25)) return undefined;
    draft.conf = `${namedb}/named.conf`;
    draft.flags.push(`-c ${draft.conf}`);
    if (draft.tells(random)) {
      draft.vars.set('named_conf', draft.conf);
      return 'named.conf by -c';
    }
    draft.mayRefuse.push(/named_conf|named_flags|-c \/etc\/namedb\/named\.conf/);
    return 'named.conf by -c, not told';
  },
};

const directory: Feature = {
  name: 'directory',
  add(draft, random) {
    const kind = random.pick([...Array<string>(12).fill('namedb'), 'below', 'below', 'outside', 'none']);
    switch (kind) {
      case 'below':
        draft.directory = draft.folder(`${namedb}/zones`, 0o755, true);
        return 'directory below namedb';
      case 'outside':
        draft.directory = draft.folder('/var/named', 0o755, true);
        draft.isOutside(draft.directory, random);
        return 'directory outside of namedb';
      case 'none':
        draft.directory = '';
        return 'no directory statement';
      default:
        return undefined;
    }
  },
};

const structure: Feature = {
  name: 'structure',
  add(draft, random) {
    const kind = random.pick(['flat', 'flat', 'apart', 'pattern', 'nested'] as const);
    const drawn = random.pick([
      'absolute',
      'absolute',
      'absolute',
      'relative',
      'relative',
      'outside',
    ] as const);
    const place = drawn === 'relative' && draft.directory === '' ? 'absolute' : drawn;
    draft.structure = { kind, place };
    if (kind === 'flat') return undefined;
    if (place === 'outside') draft.isOutside('/etc/bind', random);
    return `includes: ${kind}, ${place}`;
  },
};

const keyPlace: Feature = {
  name: 'key place',
  add(draft, random) {
    const places = [
      { mode: 0o644 },
      { mode: 0o644 },
      { path: `${namedb}/tsig.keys`, mode: 0o640 },
      { path: `${namedb}/tsig.keys`, mode: 0o600 },
      { path: `${namedb}/private/tsig.keys`, mode: 0o600 },
      { path: `${namedb}/private/tsig.keys`, mode: 0o644 },
      { path: '/etc/bind/tsig.keys', mode: 0o640 },
    ] as const;
    draft.keyPlace = random.pick(places);
    // The features that declare a key report it.
    return undefined;
  },
};

/** In this order, for later ones build on earlier ones. */
export const shapeFeatures: readonly Feature[] = [cage, ownUser, conf, directory, structure, keyPlace];
