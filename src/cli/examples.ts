// Examples at the end of a command's help.
import type { Command } from 'commander';

/** The paragraph `Examples:` with a line for each, for `addHelpText('after', ...)`. */
export function examples(...lines: readonly string[]): string {
  return `\n\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** By the words of the command; program-start.ts has those of its own commands. */
const examplesByWords: Readonly<Record<string, readonly string[]>> = {
  plan: ['muster plan caged-bind -l ns1', 'muster plan caged-bind --out friday.plan'],
  apply: ['muster apply caged-bind', 'muster apply caged-bind -n', 'muster apply friday.plan --yes'],
  verify: ['muster verify caged-bind', 'muster verify caged-bind --expect-clean --html today.html'],
  compare: ['muster compare', 'muster compare caged-bind --golden ns1', 'muster compare --since yesterday'],
  'baseline save': ['muster baseline save before-upgrade'],
  'baseline list': ['muster baseline list'],
  'baseline show': ['muster baseline show before-upgrade'],
  'baseline drop': ['muster baseline drop before-upgrade'],
  rollback: ['muster rollback -l ns1', 'muster rollback --run 20261128-050000-1a2b'],
  exec: ['muster exec -l @auth uname -rm'],
  inventory: [
    'muster inventory --tree',
    'muster inventory -l "@auth,!ns3"',
    'muster inventory --explain ns1',
  ],
  'inventory import ansible': ['muster inventory import ansible hosts.ini --out inventory.yaml'],
  'inventory import ssh-config': ['muster inventory import ssh-config ~/.ssh/config'],
  'inventory import known-hosts': ['muster inventory import known-hosts ~/.ssh/known_hosts'],
  'inventory import nodeset': ['muster inventory import nodeset /etc/clustershell/groups.d/local.yaml'],
  doctor: ['muster doctor', 'muster doctor ns1'],
  ping: ['muster ping', 'muster ping -l "ns[1-3]"'],
  facts: ['muster facts -l @auth'],
  'lab up': ['muster lab up -n 2', 'muster lab up -n 1 --release 6.99.16'],
  'lab down': ['muster lab down', 'muster lab down --all'],
  'lab status': ['muster lab status'],
  'lab ssh': ['muster lab ssh ns1', 'muster lab ssh ns1 tail /var/log/messages'],
  'lab reset': ['muster lab reset ns1'],
  'lab fault': ['muster lab fault ns1 latency=200ms', 'muster lab fault ns1 clear'],
  lint: ['muster lint', 'muster lint playbooks/first --strict'],
  report: [
    'muster report newest --html run.html',
    'muster apply first --yes --json | muster report -',
    'muster report --serve',
  ],
  history: ['muster history -n 10', 'muster history --host ns1 --since 7d --failed'],
  'history prune': ['muster history prune --show'],
  show: ['muster show', 'muster show newest ns1', 'muster show newest --output ns1:motd'],
  trust: ['muster trust --show', 'muster trust caged-bind', 'muster trust --hosts "ns[1-3]"'],
  schema: ['muster schema playbook >playbook.schema.json'],
};

/** Adds its examples to each command below this one. */
export function addExamples(program: Command, before = ''): void {
  for (const command of program.commands) {
    const words = `${before}${command.name()}`;
    const lines = examplesByWords[words];
    if (lines !== undefined) command.addHelpText('after', examples(...lines).slice(1));
    addExamples(command, `${words} `);
  }
}
