// The last runs of this kind: how many hosts were not well in each, and the outcomes of one host.
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { PageRun } from '../report/html/page-data.ts';
import { changeState, type Fleet, type Host, type State } from './model.ts';
import { looks, Mark, RunLink, Time, timeWords } from './parts.tsx';

const layers: readonly (readonly [State, string, (run: PageRun) => number])[] = [
  ['bad', 'failed', ({ counts }) => counts.failed ?? 0],
  [
    'lost',
    'not seen',
    ({ counts }) => (counts.unreachable ?? 0) + (counts.unknown ?? 0) + (counts.skipped ?? 0),
  ],
  ['drift', 'changed or drifted', ({ counts }) => counts.changed ?? 0],
];

/** A chart, and the same as a table. */
export function Timeline({ fleet, theme }: { readonly fleet: Fleet; readonly theme: string }): JSX.Element {
  const { runs } = fleet.data;
  return (
    <>
      {runs.length > 1 ? <Chart runs={runs} theme={theme} /> : null}
      <details open={runs.length <= 10}>
        <summary>
          {runs.length === 1 ? 'no earlier run of this kind is known' : `as a table: ${runs.length} runs`}
        </summary>
        <div class="frame" tabIndex={0} role="group" aria-label="runs">
          <table class="plain">
            <thead>
              <tr>
                {['begun', 'run', 'came to', 'hosts', ...layers.map(([, word]) => word)].map((word) => (
                  <th key={word} scope="col">
                    {word}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {runs.toReversed().map((run) => (
                <tr key={run.runId}>
                  <th scope="row">
                    <Time iso={run.started} />
                  </th>
                  <td>
                    <RunLink runId={run.runId} fleet={fleet} />
                  </td>
                  <td>{run.state === 'ended' ? run.word : run.state}</td>
                  <td>{Object.values(run.counts).reduce((sum, number) => sum + number, 0)}</td>
                  {layers.map(([state, , number]) => (
                    <td key={state}>{number(run)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

function Chart({ runs, theme }: { readonly runs: readonly PageRun[]; readonly theme: string }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const chart = draw(element, runs);
    const follow = new ResizeObserver(() => {
      chart.setSize({ width: element.clientWidth, height: chartHeight });
    });
    follow.observe(element);
    return () => {
      follow.disconnect();
      chart.destroy();
    };
  }, [runs, theme]);
  const last = runs.at(-1);
  const words =
    last === undefined ? '' : layers.map(([, word, number]) => `${number(last)} ${word}`).join(', ');
  return (
    <div
      class="chart"
      ref={place}
      role="img"
      aria-label={`hosts with trouble in the last ${runs.length} runs; in the newest ${words}`}
    />
  );
}

const chartHeight = 180;

/** Bars on top of each other: the first series is drawn last, so each is the sum of those before it. */
function draw(element: HTMLElement, runs: readonly PageRun[]): uPlot {
  const color = (name: string): string => getComputedStyle(element).getPropertyValue(`--${name}`).trim();
  const sums = layers.map((_, at) =>
    runs.map((run) => layers.slice(0, at + 1).reduce((sum, [, , number]) => sum + number(run), 0)),
  );
  const bars = uPlot.paths.bars?.({ size: [0.7, 48] });
  const series = layers
    .map(([state, label]): uPlot.Series => ({
      label,
      fill: color(`${state}-solid`),
      stroke: color(`${state}-solid`),
      ...(bars === undefined ? {} : { paths: bars }),
      points: { show: false },
    }))
    .reverse();
  const axis = { stroke: color('ink'), grid: { stroke: color('line') }, ticks: { stroke: color('line') } };
  const options: uPlot.Options = {
    width: element.clientWidth,
    height: chartHeight,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, range: [-0.6, runs.length - 0.4] },
      y: { range: (_, __, max) => [0, Math.max(1, max)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        values: (_, splits) =>
          splits.map((at) => (Number.isInteger(at) ? timeWords(runs[at]?.started ?? '').slice(5) : '')),
        space: 90,
      },
      { ...axis, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
    ],
    series: [{}, ...series],
  };
  return new uPlot(options, [runs.map((_, at) => at), ...sums.toReversed()], element);
}

const letterStates: Readonly<Partial<Record<string, State>>> = {
  ...{ o: 'good', c: 'drift', f: 'bad', s: 'skipped', u: 'lost', k: 'lost', r: 'changed', '.': 'none' },
};

/** The outcomes of a host, the newest run last. */
export function Spark({
  fleet,
  host,
  most = 10,
}: {
  readonly fleet: Fleet;
  readonly host: Host;
  readonly most?: number;
}): JSX.Element {
  const runs = fleet.data.runs.slice(-most).map(({ started, letters }) => {
    const state = letterStates[letters[host.index] ?? '.'] ?? 'none';
    return { started, state: state === 'drift' ? changeState(fleet.data.action) : state };
  });
  const words = runs.map(({ state }) => looks[state].word).join(', ');
  return (
    <span class="spark" role="img" aria-label={`last runs, the newest last: ${words}`}>
      {runs.map(({ started, state }, at) => (
        <span key={at} title={`${timeWords(started)}: ${looks[state].word}`}>
          <Mark state={state} word={false} />
        </span>
      ))}
    </span>
  );
}
