// The addresses of named, its command line, and which clients see which view.
import type { Draft } from '../draft.ts';
import type { Random } from '../random.ts';
import type { Feature } from './feature.ts';

/** Addresses that a host may have beside its first one. */
const further = ['10.53.7.1', '10.53.7.2'];
const otherPort = 5300;

function listenAt(draft: Draft, addresses: readonly string[], port = 53): void {
  for (const at of addresses) draft.listens.push({ at, port });
}

/** The proof asks at 127.0.0.1 unless the operator says where. */
function isNotOnLoopback(draft: Draft, random: Random, at: string): void {
  if (draft.tells(random)) draft.vars.set('answers_at', at);
  else draft.mayRefuse.push(/answers_at/);
}

const kinds: Readonly<Record<string, (draft: Draft, random: Random) => string | undefined>> = {
  any(draft) {
    draft.options.push('listen-on { any; };', 'listen-on-v6 { any; };');
    listenAt(draft, ['127.0.0.1', draft.around.own]);
    return undefined;
  },
  unsaid(draft) {
    listenAt(draft, ['127.0.0.1', draft.around.own]);
    return 'no listen-on';
  },
  listed(draft) {
    draft.options.push(`listen-on { 127.0.0.1; ${draft.around.own}; };`, 'listen-on-v6 { none; };');
    listenAt(draft, ['127.0.0.1', draft.around.own]);
    return 'listens on a list of addresses';
  },
  loopback(draft) {
    draft.options.push('listen-on { 127.0.0.1; };', 'listen-on-v6 { none; };');
    listenAt(draft, ['127.0.0.1']);
    return 'listens on the loopback';
  },
  several(draft, random) {
    draft.addresses.push(...further);
    draft.options.push(`listen-on { ${further.join('; ')}; };`, 'listen-on-v6 { none; };');
    listenAt(draft, further);
    isNotOnLoopback(draft, random, further[0] ?? '');
    return 'listens on two addresses, not on the loopback';
  },
  network(draft, random) {
    draft.options.push('listen-on { 10.53.0.0/16; };', 'listen-on-v6 { none; };');
    listenAt(draft, [draft.around.own]);
    isNotOnLoopback(draft, random, draft.around.own);
    return 'listens on a network, not on the loopback';
  },
  second(draft) {
    draft.options.push(
      'listen-on { any; };',
      `listen-on port ${String(otherPort)} { 127.0.0.1; ${draft.around.own}; };`,
      'listen-on-v6 { none; };',
    );
    listenAt(draft, ['127.0.0.1', draft.around.own]);
    listenAt(draft, [draft.around.own], otherPort);
    return 'listens on a second port, too';
  },
  moved(draft) {
    draft.options.push(`listen-on port ${String(otherPort)} { any; };`, 'listen-on-v6 { none; };');
    listenAt(draft, ['127.0.0.1', draft.around.own], otherPort);
    draft.mayRefuse.push(/\b5300\b|\bport\b/);
    return 'listens on another port';
  },
  flag(draft, random) {
    draft.options.push('listen-on { any; };', 'listen-on-v6 { none; };');
    draft.flags.push(`-p ${String(otherPort)}`);
    listenAt(draft, ['127.0.0.1', draft.around.own], otherPort);
    if (random.chance(0.5)) draft.addToList('named_options', `-p ${String(otherPort)}`);
    draft.mayRefuse.push(/\b5300\b|-p\b|\bport\b/);
    return 'another port by -p';
  },
};
const often = ['any', 'any', 'any', 'any', 'unsaid', 'unsaid', 'listed', 'listed', 'loopback', 'second'];
const rarely = ['several', 'network'];
const odd = ['moved', 'flag'];

const listening: Feature = {
  name: 'listening',
  add: (draft, random) =>
    kinds[draft.isOdd(random, 0.25) ? random.pick(odd) : random.pick(random.chance(0.7) ? often : rarely)]?.(
      draft,
      random,
    ),
};

const commandLine: Feature = {
  name: 'command line',
  add(draft, random) {
    const flag = random.pick([...Array<string>(8).fill(''), '-4', '-4', '-n 1']);
    if (flag === '') return undefined;
    draft.flags.push(flag);
    if (draft.tells(random)) {
      draft.addToList('named_options', flag);
      return flag;
    }
    draft.mayRefuse.push(new RegExp(`named_flags|named_options|${flag}`));
    return `${flag}, not told`;
  },
};

const views: Feature = {
  name: 'views',
  add(draft, random) {
    if (!random.chance(0.35)) return undefined;
    const kind = random.pick(['address', 'address', 'key', 'destination']);
    const own = draft.around.own;
    if (kind === 'key') {
      const key = draft.key('inside.key');
      draft.views.push(
        { name: 'inside', lines: ['match-clients { key "inside.key"; };'], asker: { key } },
        { name: 'outside', lines: ['match-clients { any; };'], asker: {} },
      );
      return 'views by key';
    }
    if (kind === 'destination' && draft.listens.some(({ at }) => at === '127.0.0.1')) {
      draft.views.push(
        { name: 'inside', lines: ['match-destinations { 127.0.0.1; };'], asker: { at: '127.0.0.1' } },
        { name: 'outside', lines: [], asker: { at: own } },
      );
      return 'views by destination';
    }
    draft.views.push(
      { name: 'inside', lines: ['match-clients { 127.0.0.1; ::1; };'], asker: { from: '127.0.0.1' } },
      { name: 'outside', lines: ['match-clients { any; };'], asker: { from: own } },
    );
    return 'views by address';
  },
};

export const listeningFeatures: readonly Feature[] = [listening, commandLine, views];
