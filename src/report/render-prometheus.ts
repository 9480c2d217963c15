// A run as metrics in Prometheus' text format, for the textfile collector of a node exporter: how the fleet is, and who is not well.
import { divergencesOf, failuresOf, verdict } from '../compare/index.ts';
import { hostOutcomes, type HostResult, type RunResult } from '../model/index.ts';
import { escapeTerminal } from './escape.ts';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** Gauges with the labels `action` and `playbook`; each is there once for a set of labels, with the first value. */
export function renderPrometheus(result: RunResult): string {
  const { runId, action, playbook, started, finished, hosts } = result;
  const own = { action, playbook };
  const begun = Date.parse(started) / 1000;
  const seconds = finished === undefined ? [] : [Date.parse(finished) / 1000 - begun];
  const divergences = divergencesOf(result);
  const { word, exitCode } = verdict(result);
  const perHost = (value: (host: HostResult) => number): Sample[] =>
    hosts.map((host) => [{ ...own, host: host.host }, value(host)]);
  return [
    gauge('muster_run_info', 'The run that these metrics describe, and its result.', [
      [{ ...own, run: runId, verdict: word }, 1],
    ]),
    gauge('muster_run_start_time_seconds', 'When the run began, in seconds since 1970.', [[own, begun]]),
    gauge(
      'muster_run_duration_seconds',
      'How long the run took; absent if its end is not known.',
      seconds.map((value) => [own, Math.round(value * 1000) / 1000]),
    ),
    gauge('muster_run_exit_code', 'The exit code of the run: 0 is good.', [[own, exitCode]]),
    gauge(
      'muster_hosts',
      'Hosts by outcome.',
      hostOutcomes.map((outcome) => [
        { ...own, outcome },
        hosts.filter((host) => host.outcome === outcome).length,
      ]),
    ),
    gauge(
      'muster_host_outcome',
      'Outcome of a host: 1 for the one that it had.',
      hosts.map(({ host, outcome }) => [{ ...own, host, outcome }, 1]),
    ),
    gauge('muster_host_failures', 'Problems of a host other than drift.', perHost(failures(false))),
    gauge('muster_host_drifts', 'Resources of a host that are not as declared.', perHost(failures(true))),
    gauge(
      'muster_host_checks',
      'Expectations and probes of a host, by whether they hold.',
      hosts.flatMap(({ host, checks }): Sample[] =>
        [true, false].map((holds) => [
          { ...own, host, holds: String(holds) },
          checks.filter((check) => check.holds === holds).length,
        ]),
      ),
    ),
    gauge(
      'muster_check_failed',
      'A check that does not hold; absent if it holds.',
      hosts.flatMap(({ host, checks }) =>
        checks
          .filter(({ holds }) => !holds)
          .map((check): Sample => {
            const step = check.kind === 'step' ? check.step : check.probe;
            return [{ ...own, host, kind: check.kind, step, check: check.name }, 1];
          }),
      ),
    ),
    gauge(
      'muster_divergence_hosts',
      'Hosts of a group that differ from its majority in a key; absent if none differs.',
      divergences.map(({ group, key, outliers }) => [
        { ...own, group, key },
        outliers.reduce((sum, fold) => sum + fold.hosts.length, 0),
      ]),
    ),
  ].join('');
}

function failures(isDrift: boolean): (host: HostResult) => number {
  return (host) => failuresOf(host).filter(({ kind }) => (kind === 'drift') === isDrift).length;
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  if (samples.length === 0) return '';
  // Names that differ only in what cannot be seen would be one series twice, which no reader takes.
  const series = new Map<string, number>();
  for (const [labels, value] of samples) {
    const words = Object.entries(labels).map(([label, text]) => `${label}="${labelText(text)}"`);
    const key = `${name}{${words.join(',')}}`;
    if (!series.has(key)) series.set(key, value);
  }
  const lines = [...series].map(([key, value]) => `${key} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function labelText(text: string): string {
  return escapeTerminal(text).replace(/[\\"]/g, '\\$&');
}
