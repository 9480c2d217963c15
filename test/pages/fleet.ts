// Fleets whose pages are looked at: many hosts that are well, and outliers that are known.
import type { AnyHostResult, RunResult, RunSummary, VerifyResult } from '../../src/model/index.ts';

const stepIds = ['packages', 'user', 'cage', 'zones', 'rc', 'proof', 'log'];
const checkNames = ['root', 'user', 'open files', 'answers'];

/** A host on which every step is ok and every check holds. */
export function goodHost(host: string, checks = 30): AnyHostResult {
  const perStep = Math.ceil(checks / stepIds.length);
  return {
    ...{ host, outcome: 'ok', reason: '', connections: 1, execs: 2 },
    steps: stepIds.map((id, at) => ({
      ...{ id, outcome: 'ok', reason: '', stderr: '', seconds: at },
      stdout: id === 'proof' ? `looked at ${host}\n` : '',
    })),
    resources: stepIds.map((step) => ({
      ...{ step, resource: 'file', target: `/etc/${step}.conf`, status: 'ok', reason: '', diff: [] },
      irreversible: false,
    })),
    checks: stepIds
      .flatMap((step) =>
        Array.from({ length: perStep }, (_, at) => ({
          ...{ kind: 'step', step, holds: true, message: '' },
          name: checkNames[at] ?? `check ${String(at)}`,
        })),
      )
      .slice(0, checks) as AnyHostResult['checks'],
    observations: new Map([
      ['bind.version', '9.18.24'],
      ['named.conf', 'options {\n  directory "/";\n  recursion no;\n};\n'],
      ['~pid', String(host.length * 37 + Number(host.replace(/\D/g, '')))],
    ]),
    facts: new Map([
      ['os', 'NetBSD'],
      ['release', '10.1'],
    ]),
  };
}

/** A verify of so many hosts with three outliers: a check that fails, a value that differs, and drift. */
export function fleetOf(count: number, checks = 30): VerifyResult {
  const hosts = Array.from({ length: count }, (_, at) => goodHost(`ns${String(at + 1)}`, checks));
  const change = (at: number, fields: Partial<AnyHostResult>): void => {
    const host = hosts[at];
    if (host !== undefined) hosts[at] = { ...host, ...fields };
  };
  const isProof = (check: AnyHostResult['checks'][number]): boolean =>
    check.kind === 'step' && check.step === 'proof' && check.name === 'root';
  change(7, {
    outcome: 'failed',
    reason: '1 of 30 checks do not hold',
    hint: 'muster apply caged-bind -l ns8',
    checks: hosts[7]!.checks.map((check) =>
      isProof(check) ? { ...check, holds: false, message: 'root of pid 720 is /' } : check,
    ),
    steps: hosts[7]!.steps.map((step) =>
      step.id === 'proof' ? { ...step, stderr: 'fstat: named is not in the cage\n' } : step,
    ),
  });
  change(4, {
    observations: new Map([
      ...hosts[4]!.observations,
      ['named.conf', 'options {\n  directory "/";\n  recursion yes;\n};\n'],
    ]),
  });
  change(5, {
    outcome: 'changed',
    resources: hosts[5]!.resources.map((resource) =>
      resource.step === 'rc'
        ? {
            ...resource,
            ...{ resource: 'rc_conf', target: 'named', status: 'change', reason: 'is NO' },
            diff: ['@@ -1 +1 @@', '-named=NO', '+named=YES'],
          }
        : resource,
    ),
  });
  const names = hosts.map(({ host }) => host);
  return {
    ...{ runId: '20261128-050000-3f9c', action: 'verify', playbook: 'caged-bind', interrupted: false },
    ...{ started: '2026-11-28T05:00:00.000Z', finished: '2026-11-28T05:00:41.000Z' },
    ...{ hosts, serials: [] },
    groups: [
      { name: 'auth', hosts: names.slice(0, Math.ceil(count / 2)) },
      { name: 'resolvers', hosts: names.slice(Math.ceil(count / 2)) },
    ],
  };
}

/** Runs before it, the newest first: `ns8` failed in the last three of them. */
export function earlierRuns(result: RunResult, count: number): readonly RunSummary[] {
  const names = result.hosts.map(({ host }) => host);
  return Array.from({ length: count }, (_, at) => {
    const failed = at < 3 ? ['ns8'] : [];
    const quiet = names.filter((name) => !failed.includes(name));
    return {
      ...{ version: 1, runId: `202611${String(27 - at)}-050000-aaa${String(at)}`, action: 'verify' },
      ...{ playbook: 'caged-bind', preview: false, state: 'ended', steps: 7 },
      ...{
        started: `2026-11-${String(27 - at)}T05:00:00.000Z`,
        finished: `2026-11-${String(27 - at)}T05:01:00.000Z`,
      },
      ...(failed.length > 0 ? { word: 'failed', exitCode: 1 } : { word: 'good', exitCode: 0 }),
      hosts: { ok: quiet.join(','), ...(failed.length > 0 ? { failed: failed.join(',') } : {}) },
      origin: {
        ...{
          operator: 'ops@bastion',
          directory: '/home/ops',
          argv: ['verify', 'caged-bind'],
          muster: '0.1.0',
        },
        ...{ controller: { host: 'bastion', pid: 7 }, selection: {} },
      },
    } satisfies RunSummary;
  });
}
