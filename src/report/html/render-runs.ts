// The list of runs as a page of its own, made where the history is: it needs no script.
import type { RunSummary } from '../../model/index.ts';
import { escapeXml } from '../escape.ts';
import { count } from '../layout.ts';
import { cameTo, markOf, titleOf, took } from '../render-history.ts';
import type { Mark } from '../style.ts';

/** What the page shows. */
export interface RunsPage {
  /** The newest first. */
  readonly runs: readonly RunSummary[];
  /** How many more there are of this kind. */
  readonly left: number;
  /** Runs that are there and cannot be read, with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
  /** Where the history is. */
  readonly place: string;
  /** What was asked for, by the names of the options of `muster history`. */
  readonly asked: ReadonlyMap<string, string>;
  /** Why it cannot be answered. */
  readonly problem?: string;
}

/** A filter of the form: its name, what it means, an example. */
const filters: readonly (readonly [name: string, label: string, example: string])[] = [
  ['host', 'host', 'ns[1-3], web*'],
  ['playbook', 'playbook', 'caged-bind'],
  ['verb', 'verb', 'verify'],
  ['since', 'since', '7d, 2026-11-28'],
  ['number', 'so many', '100'],
];

type Look = readonly [style: string, sign: string, word: string];

const notSeen: Look = ['lost', '?', 'not all seen'];
const looks: Readonly<Partial<Record<Mark, Look>>> = {
  good: ['good', '✓', 'good'],
  bad: ['bad', '✕', 'failed'],
  changed: ['drift', '△', 'drift'],
  running: ['open', '…', 'goes on'],
};

/** The page of the list. All that it shows is text. */
export function renderRuns(page: RunsPage, template: string): string {
  return template
    .replace('<!--title-->', 'Runs - muster')
    .replace('<!--body-->', () => [header(page), form(page), list(page)].join('\n'));
}

/** The page that says what went wrong. */
export function renderProblem(title: string, words: string, template: string): string {
  const body = `<header><h1>${escapeXml(title)}</h1></header><main>
<p class="sentence bad">${escapeXml(words)}</p><p><a href="/">← all runs</a></p></main>`;
  return template.replace('<!--title-->', () => escapeXml(title)).replace('<!--body-->', () => body);
}

function header({ runs, place }: RunsPage): string {
  const working = runs.filter(({ state }) => state === 'at-work').length;
  const goes = working === 0 ? '' : `, ${count(working, 'run')} ${working === 1 ? 'goes' : 'go'} on now`;
  return `<header><h1>Runs</h1><p class="run">of the history in <code>${escapeXml(place)}</code>${goes}</p></header>`;
}

function form({ asked }: RunsPage): string {
  const inputs = filters.map(
    ([name, label, example]) =>
      `<label>${label} <input name="${name}" value="${escapeXml(asked.get(name) ?? '')}" placeholder="${escapeXml(example)}" /></label>`,
  );
  return `<details${asked.size === 0 ? '' : ' open'}><summary>only some runs</summary>
<form class="bar" role="search" action="/" method="get">
${inputs.join('\n')}
<label><input type="checkbox" name="failed" value="1"${asked.has('failed') ? ' checked' : ''} /> only runs that did not end well</label>
<button>show</button>
${asked.size === 0 ? '' : '<a href="/">show all</a>'}
</form></details>`;
}

function list({ runs, left, unreadable, problem }: RunsPage): string {
  const broken = [...unreadable].map(
    ([runId, why]) =>
      `<li class="trouble bad"><code>${escapeXml(runId)}</code> cannot be read: ${escapeXml(why)}</li>`,
  );
  const more = left === 0 ? '' : `, and ${count(left, 'older one')}`;
  return `<main>
${problem === undefined ? '' : `<p class="sentence bad">${escapeXml(problem)}</p>`}
<ol class="runs">
${runs.map(row).join('\n')}
</ol>
<p class="aside">${count(runs.length, 'run')}${more}</p>
${broken.length === 0 ? '' : `<ul>${broken.join('\n')}</ul>`}
</main>`;
}

function row(run: RunSummary): string {
  const [style, sign, word] = looks[markOf(run)] ?? notSeen;
  const { runId, started, finished, origin } = run;
  const when = `${started.slice(0, 10)} ${started.slice(11, 16)} UTC`;
  const rest = [
    ...(finished === undefined ? [] : [`took ${took(run)}`]),
    ...(origin === undefined ? [] : [`by ${origin.operator}`]),
  ];
  return `<li><span class="mark ${style}"><span aria-hidden="true">${sign}</span><span class="heard">${word}</span></span>
<div><p><a href="/run/${encodeURIComponent(runId)}">${escapeXml(titleOf(run))}</a> <span>${escapeXml(cameTo(run))}</span></p>
<p class="aside"><time datetime="${escapeXml(started)}">${escapeXml(when)}</time>, ${escapeXml(rest.join(', '))} <code>${escapeXml(runId)}</code></p></div></li>`;
}
