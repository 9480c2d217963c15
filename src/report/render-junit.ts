// A run as JUnit XML for CI: a suite per host, a case per check or probe, a case per step that has none.
import { type Divergence, type Failure, failuresOf } from '../compare/index.ts';
import type { CheckResult, HostResult, RunResult, StepResult } from '../model/index.ts';
import { escapeXml } from './escape.ts';

export interface JunitExtra {
  readonly divergences?: readonly Divergence[];
}

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly problem?: {
    readonly tag: 'failure' | 'error' | 'skipped';
    readonly message: string;
    readonly body: string;
  };
}

/**
 * Failures and drift are `failure`, unreachable and unknown hosts `error`, skipped steps `skipped`; divergences are
 * failures of a suite named `fleet`.
 */
export function renderJunit(result: RunResult, extra: JunitExtra = {}): string {
  const fleet = (extra.divergences ?? []).map((divergence): Case => {
    const values = divergence.folds.map(({ value, hosts }) => `${value ?? '(missing)'}: ${hosts.join(', ')}`);
    const message = `${divergence.key} diverges in group ${divergence.group}`;
    return {
      name: divergence.key,
      seconds: 0,
      problem: { tag: 'failure', message, body: values.join('\n') },
    };
  });
  const suites = [
    ...result.hosts.map((host) => suiteXml(host.host, hostCases(host, result.action !== 'plan'))),
    ...(fleet.length > 0 ? [suiteXml('fleet', fleet)] : []),
  ];
  const name = [result.action, result.playbook].filter((word) => word !== '').join(' ');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${escapeXml(name)}">\n${suites.join('')}</testsuites>\n`;
}

function hostCases(host: HostResult, withDrift: boolean): Case[] {
  const failures = failuresOf(host).filter(({ kind }) => withDrift || kind !== 'drift');
  const steps = [
    ...host.steps.flatMap((step) => stepCases(host, step, failures)),
    ...host.checks.filter(({ kind }) => kind === 'probe').map((check) => checkCase(check, '')),
  ];
  const own = failures.filter(({ kind }) => kind === 'host').map((failure) => failed('host', 0, failure));
  if (host.outcome === 'unreachable' || host.outcome === 'unknown') {
    const message = `${host.outcome}: ${host.reason}`;
    return [
      ...steps,
      { name: 'reach', seconds: 0, problem: { tag: 'error', message, body: host.hint ?? '' } },
    ];
  }
  const cases = [...steps, ...own, ...(host.outcome === 'skipped' ? [skipped('host', host.reason)] : [])];
  return cases.length > 0 ? cases : [{ name: 'host', seconds: 0 }];
}

function stepCases(host: HostResult, step: StepResult, failures: readonly Failure[]): Case[] {
  if (step.outcome === 'skipped') return [skipped(step.id, step.reason)];
  const own = failures.filter(({ kind, step: id }) => kind !== 'probe' && id === step.id);
  const others = own.filter(({ kind }) => kind !== 'check');
  const checks = host.checks
    .filter((check) => check.kind === 'step' && check.step === step.id)
    .map((check) => checkCase(check, step.stderr.trimEnd()));
  if (others.length === 0 && checks.length > 0) return checks;
  const first = others.length > 0 ? others.map((failure) => failed(step.id, step.seconds, failure)) : [];
  return first.length > 0 ? [...first, ...checks] : [{ name: step.id, seconds: step.seconds }];
}

function checkCase(check: CheckResult, body: string): Case {
  const { name, holds, message } = check;
  const title = `${check.kind === 'probe' ? `probe ${check.probe}` : check.step}: ${name}`;
  if (holds) return { name: title, seconds: 0 };
  return { name: title, seconds: 0, problem: { tag: 'failure', message, body } };
}

function failed(name: string, seconds: number, failure: Failure): Case {
  const title = failure.subject === '' ? name : `${name}: ${failure.subject}`;
  const body = [...failure.diff, failure.stderr.trimEnd(), failure.hint ?? '']
    .filter((part) => part !== '')
    .join('\n');
  const message = failure.kind === 'drift' ? `drift: ${failure.message}` : failure.message;
  return { name: title, seconds, problem: { tag: 'failure', message, body } };
}

function skipped(name: string, message: string): Case {
  return { name, seconds: 0, problem: { tag: 'skipped', message, body: '' } };
}

function suiteXml(name: string, cases: readonly Case[]): string {
  const number = (tag: string): number => cases.filter(({ problem }) => problem?.tag === tag).length;
  const counts = `tests="${cases.length}" failures="${number('failure')}" errors="${number('error')}" skipped="${number('skipped')}"`;
  const body = cases.map((one) => caseXml(name, one)).join('');
  return `  <testsuite name="${escapeXml(name)}" ${counts}>\n${body}  </testsuite>\n`;
}

function caseXml(suite: string, { name, seconds, problem }: Case): string {
  const head = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(name)}" time="${seconds}"`;
  if (problem === undefined) return `${head}/>\n`;
  const { tag, message, body } = problem;
  const open = `      <${tag} message="${escapeXml(message)}"`;
  const inner = body === '' ? `${open}/>` : `${open}>${escapeXml(body)}</${tag}>`;
  return `${head}>\n${inner}\n    </testcase>\n`;
}
