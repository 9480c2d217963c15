// What a program in named's place does, chosen by a seed: what it plants in which of its directories under which names, and what it
// races. Pure.
import { randomOf, type Random } from '../generated/random.ts';

/** One line for attacker.pl: what it does with these words. */
export interface Move {
  readonly op: 'plant' | 'flip' | 'catch' | 'foresee';
  readonly words: readonly string[];
}

/** What is planted, and where that leads. */
interface Bait {
  readonly what: string;
  readonly target: string;
}

/** Names in a host's own words for what the attack is about. */
export interface Grounds {
  /** Directories that named owns, of which it may replace everything. */
  readonly directories: readonly string[];
  /** The cage, as the host sees it. */
  readonly cage: string;
  /** The program of the caged named, as the host sees it. */
  readonly program: string;
}

/** Where a program that root runs by mistake leaves a line. */
export const marker = '/root/ran-as-root';

/** Files and directories of root's that links lead to. */
export const prey = {
  secret: '/root/vault/secret',
  passwords: '/etc/master.passwd',
  directory: '/var/vault',
  linked: '/var/linked',
  sealed: '/root/vault',
} as const;

/** Names that mean something to shells, to ls, to find, to a journal of lines, or to a terminal. Latin-1: a byte each. */
export const strangeNames: readonly string[] = [
  'new\nline',
  'zone -> /etc/master.passwd',
  'one|two|three',
  '-rf',
  '--reference=x',
  'n'.repeat(255),
  'caf\u00e9\u00ff\u0080',
  ' leading and trailing ',
  `$(id >${marker.replaceAll('/', '\u00f7')})`,
  "'; id >x; '",
  '`id`',
  '*',
  '[a-z]*?',
  'back\\slash\\n',
  'tab\tand\rreturn',
  '\u001b]0;title\u0007\u001b[2J',
  '...',
  '%2e%2e',
  '@nonce end ok',
  'a (-rw-r--r-- root wheel)',
];

/** Names that muster or an rc script reads or writes in a directory of named's. */
const knownNames = [
  'named.pid',
  'session.key',
  'managed-keys.bind',
  'managed-keys.bind.jnl',
  'dyn.example',
  'dyn.example.jnl',
  'sec.example',
  'sec.example.jnl',
  'named.log',
  'log',
];

function baits(random: Random, { cage, program }: Grounds): Bait {
  return random.pick<Bait>([
    { what: 'symlink', target: prey.secret },
    { what: 'symlink', target: prey.passwords },
    { what: 'symlink', target: prey.directory },
    { what: 'symlink', target: prey.sealed },
    { what: 'symlink', target: '/etc' },
    { what: 'symlink', target: '/' },
    { what: 'symlink', target: '/dev/zero' },
    { what: 'symlink', target: '.' },
    { what: 'symlink', target: '/nowhere/at/all' },
    { what: 'hardlink', target: prey.passwords },
    { what: 'hardlink', target: prey.linked },
    { what: 'hardlink', target: `${cage}/etc/named.conf` },
    { what: 'hardlink', target: program },
    { what: 'hardlink', target: `${cage}/dev/random` },
    { what: 'fifo', target: '' },
    { what: 'socket', target: '' },
    { what: 'program', target: marker },
    { what: 'setid', target: '' },
    { what: 'sparse', target: '' },
    { what: 'large', target: '' },
    { what: 'directory', target: '' },
    { what: 'deep', target: '' },
    { what: 'file', target: '1' },
    { what: 'file', target: '-1' },
    { what: 'file', target: `$(id >>${marker})` },
  ]);
}

/** The moves of one program, the same for the same seed, name and grounds: `count` plants, and half as many races. */
export function movesOf(seed: number, name: string, grounds: Grounds, count: number): readonly Move[] {
  const random = randomOf(seed, name);
  const moves: Move[] = [];
  for (let n = 0; n < count; n++) {
    const directory = random.pick(grounds.directories);
    const called = random.chance(0.5) ? random.pick(knownNames) : random.pick(strangeNames);
    const { what, target } = baits(random, grounds);
    moves.push({ op: 'plant', words: [directory, called, what, target] });
  }
  for (let n = 0; n < count / 2; n++) {
    const directory = random.pick(grounds.directories);
    const { what, target } = baits(random, grounds);
    switch (random.int(0, 3)) {
      case 0:
        moves.push({
          op: 'flip',
          words: [directory, 'sub', 'symlink', random.pick([prey.directory, prey.sealed, '/etc'])],
        });
        break;
      case 1:
        moves.push({ op: 'flip', words: [directory, random.pick(knownNames), what, target] });
        break;
      case 2:
        moves.push({ op: 'catch', words: [directory, ...linkTo(random)] });
        break;
      default:
        moves.push({ op: 'foresee', words: [directory, ...linkTo(random)] });
    }
  }
  return moves;
}

function linkTo(random: Random): readonly [string, string] {
  const what = random.pick(['symlink', 'symlink', 'hardlink']);
  return [
    what,
    what === 'symlink'
      ? random.pick([prey.secret, prey.passwords, prey.directory])
      : random.pick([prey.passwords, prey.linked]),
  ];
}
