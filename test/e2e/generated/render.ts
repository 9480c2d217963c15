// From a draft to the host: the configuration's text, cut into files as its structure says, and the questions for its zones.
import { namedb, type Draft, type DraftZone } from './draft.ts';
import type { Asker, GeneratedHost, Question, UpdatedZone } from './model.ts';

/** The host that the draft describes. */
export function render(draft: Draft): GeneratedHost {
  writeConfiguration(draft);
  const { vars, addresses } = draft;
  const options = vars.get('named_options');
  const questions = questionsOf(draft);
  return {
    seed: draft.seed,
    name: draft.features.join(' + '),
    features: draft.features,
    entries: [...draft.entries.values()],
    addresses,
    prepare: draft.prepare,
    afterStart: draft.afterStart,
    flags: draft.flags.join(' '),
    vars: Object.fromEntries([
      ...vars,
      ...(Array.isArray(options) ? [['named_options', options.join(' ')] as const] : []),
    ]),
    questions,
    updated: updatedOf(draft, questions),
    habits: habitsOf(draft),
    written: [
      ...draft.written,
      new RegExp(String.raw`/(managed-keys\.bind|[^/]*\.mkeys|[^/]*\.nz[df](-lock)?)(\.jnl)?$`),
    ],
    keyDirectories: draft.keyDirectories,
    mayRefuse: draft.mayRefuse,
  };
}

// --- the text ------------------------------------------------------------------------------------------------------

function zoneText({ name, lines }: DraftZone): string {
  return `zone "${name}"${name.length % 3 === 0 ? ' IN' : ''} {\n${lines.map((line) => `\t${line}\n`).join('')}};\n`;
}

/** Puts a piece of the configuration into a file of its own, and gives the line that includes it. */
function apart(draft: Draft, name: string, text: string, isBeforeOptions = false): string {
  const { place } = draft.structure;
  const isRelative = place === 'relative' && !isBeforeOptions;
  const base = place === 'outside' ? '/etc/bind' : isRelative ? draft.directory : namedb;
  draft.file(`${base}/${name}`, dress(draft, text));
  return `include "${isRelative ? name : `${base}/${name}`}";\n`;
}

/** A file of the configuration as this operator writes it. */
function dress(draft: Draft, text: string): string {
  const commented = [...draft.comments, text].join('\n');
  return draft.isDense ? `${commented.replaceAll(/\s*\n\s*/g, ' ').trim()}\n` : commented;
}

/** The zones of one view, or all of them where there are no views, cut as the structure says. */
function zonesText(draft: Draft, view: string): string {
  const zones = draft.zones.filter(
    ({ views, lines }) => lines.length > 0 && (view === '' || views.length === 0 || views.includes(view)),
  );
  const folder = view === '' ? 'conf.d' : `conf.d/${view}`;
  switch (draft.structure.kind) {
    case 'flat':
      return zones.map(zoneText).join('');
    case 'apart':
      return apart(draft, `${view === '' ? '' : `${view}.`}zones.conf`, zones.map(zoneText).join(''));
    case 'pattern': {
      const lines = zones.map((zone, index) =>
        apart(draft, `${folder}/${String(index)}.conf`, zoneText(zone)),
      );
      return lines[0]?.replace('/0.conf', '/*.conf') ?? '';
    }
    case 'nested': {
      const half = Math.ceil(zones.length / 2);
      const parts = [zones.slice(0, half), zones.slice(half)];
      const inner = parts.map((part, index) =>
        apart(draft, `${folder}/part${String(index)}`, part.map(zoneText).join('')),
      );
      return apart(draft, `${folder}/all.zones`, inner.join(''));
    }
  }
}

function writeConfiguration(draft: Draft): void {
  const lines = [...(draft.directory === '' ? [] : [`directory "${draft.directory}";`]), ...draft.options];
  const options = `options {\n${lines.map((line) => `\t${line}\n`).join('')}};\n`;
  const top = draft.structure.kind === 'nested' ? apart(draft, 'conf.d/options', options, true) : options;
  const views = draft.views.map(
    ({ name, lines: own }) =>
      `view "${name}" {\n${own.map((line) => `\t${line}\n`).join('')}${zonesText(draft, name)}};\n`,
  );
  const zones = draft.views.length === 0 ? zonesText(draft, '') : views.join('');
  draft.file(draft.conf, dress(draft, `${top}${draft.statements.join('')}${zones}`));
}

// --- what is asked -------------------------------------------------------------------------------------------------

function questionsOf(draft: Draft): Question[] {
  const questions: Question[] = [];
  for (const zone of draft.zones.filter(({ isAsked }) => isAsked)) {
    const seen = zone.views.length > 0 ? zone.views : draft.views.map(({ name }) => name);
    for (const view of seen.length > 0 ? seen : ['']) {
      const asker = draft.views.find(({ name }) => name === view)?.asker;
      questions.push(...questionsFor(draft, zone, view, { ...asker, ...zone.asker }));
    }
  }
  return questions;
}

/** The same question everywhere where named listens, once over TCP, once for the keys; of many zones, one each. */
function questionsFor(draft: Draft, zone: DraftZone, view: string, asker: Partial<Asker>): Question[] {
  const { at: only, ...client } = asker;
  const [first, ...others] = draft.listens.filter(({ at }) => only === undefined || at === only);
  if (first === undefined) return [];
  const common = { zone: zone.name, view, isRecursive: zone.isRecursive ?? false, ...client };
  const soa = { ...common, type: 'SOA', transport: 'udp' } as const;
  if (zone.name.startsWith('many')) return [{ ...soa, ...first }];
  const isSigned = zone.lines.some((line) => line.startsWith('dnssec-policy'));
  return [
    { ...soa, ...first },
    { ...soa, ...first, transport: 'tcp' },
    ...others.map((place) => ({ ...soa, ...place })),
    ...(isSigned ? [{ ...soa, ...first, type: 'DNSKEY', transport: 'tcp' } as const] : []),
  ];
}

function updatedOf(draft: Draft, questions: readonly Question[]): UpdatedZone[] {
  return draft.updated.flatMap(({ zone, view, key, sessionKey }) => {
    const question = questions.find((asked) => asked.zone === zone && asked.view === view);
    if (question === undefined) return [];
    const used = key ?? question.key;
    return [
      {
        zone,
        asker: {
          at: question.at,
          port: question.port,
          ...(question.from === undefined ? {} : { from: question.from }),
          ...(used === undefined ? {} : { key: used }),
        },
        ...(sessionKey === undefined ? {} : { sessionKey }),
      },
    ];
  });
}

function habitsOf(draft: Draft): GeneratedHost['habits'] {
  if (draft.rndc === '') return [];
  return [
    { name: 'rndc status', line: `${draft.rndc} status` },
    { name: 'rndc reload', line: `${draft.rndc} reload` },
    ...(draft.options.some((line) => line.startsWith('statistics-file'))
      ? [{ name: 'rndc stats', line: `${draft.rndc} stats` }]
      : []),
    ...draft.habits,
  ];
}
