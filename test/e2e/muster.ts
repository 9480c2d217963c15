// Running the built muster as an operator does, and looking at practice hosts from outside of muster.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../src/lab/index.ts';
import type { ResourceResult } from '../../src/model/index.ts';
import { eventsIn } from '../support/json-record.ts';

export interface MusterRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = join(import.meta.dirname, '../../dist/cli/main.js');
export const playbook = join(import.meta.dirname, '../../playbooks/caged-bind');

/** Runs `muster ARGS`; `onStderr` sees progress as it comes, with a way to send signals, and `onStdout` the result so far. */
export async function muster(
  args: readonly string[],
  onStderr?: (text: string, signal: (name: NodeJS.Signals) => void) => void,
  onStdout?: (text: string) => void,
): Promise<MusterRun> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
    onStdout?.(stdout);
  });
  child.stderr.on('data', (bytes: Buffer) => {
    stderr += bytes.toString();
    onStderr?.(stderr, (name) => child.kill(name));
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

/** One JSON value a line, as `--json` gives them. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Writes a further inventory beside the lab's own: its hosts, and others given as YAML lines below `hosts:`. */
export function writeInventory(
  lab: Lab,
  name: string,
  extraHosts: string,
  varsByHost: Readonly<Record<string, string>> = {},
): string {
  const file = join(lab.directory, name);
  const hosts = lab.hosts.map(
    ({ name: host, address, sshPort }) =>
      `  ${host}: { address: ${address}, connection: { port: ${String(sshPort)} }, vars: { ${varsByHost[host] ?? ''} } }`,
  );
  // As in the lab's own inventory: only root can make device nodes.
  const devices = process.getuid?.() === 0 ? '' : ', devices: []';
  writeFileSync(
    file,
    `connection: { identity_file: ${lab.identityFile}, known_hosts: ${lab.knownHostsFile}, agent: false, connect_timeout: 10m, ready_timeout: 10m }
vars: { package_path: /var/packages/All${devices} }
hosts:
${hosts.join('\n')}
${extraHosts}`,
  );
  return file;
}

/** Writes an inventory of the lab's hosts with vars of their own, e.g. `{ ns1: 'cage_style: chroot8' }` (YAML, flow style). */
export function writeHostVars(lab: Lab, name: string, varsByHost: Readonly<Record<string, string>>): string {
  return writeInventory(lab, name, '', varsByHost);
}

/** What each host's resources said with this status, in order: \`step resource target\` by host. */
export function resourcesByHost(
  stdout: string,
  status: string,
  counts: (result: ResourceResult) => boolean = () => true,
): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const event of eventsIn(stdout)) {
    if (event.type !== 'resource') continue;
    const { host, result } = event;
    if (result.status !== status || !counts(result)) continue;
    found.set(host, [...(found.get(host) ?? []), `${result.step} ${result.resource} ${result.target}`]);
  }
  return found;
}

/**
 * What a plan got wrong, a line each: a change that the next apply did not make, or made without an announcement or
 * in another order. If the plan says that a change depends on an earlier step (`after`), it is not compared, nor is
 * anything else of that step that was not certain.
 */
export function wrongInPlan(planned: string, applied: string): string[] {
  const certain = resourcesByHost(planned, 'change', ({ after }) => after === undefined);
  const depending = resourcesByHost(planned, 'change', ({ after }) => after !== undefined);
  const done = resourcesByHost(applied, 'changed');
  const stepOf = (line: string): string => line.split(' ')[0] ?? '';
  return [...new Set([...certain.keys(), ...done.keys()])].flatMap((host) => {
    const open = new Set((depending.get(host) ?? []).map(stepOf));
    const foretold = certain.get(host) ?? [];
    const found = (done.get(host) ?? []).filter((line) => foretold.includes(line) || !open.has(stepOf(line)));
    const missing = foretold
      .filter((line) => !found.includes(line))
      .map((line) => `${host}: not done: ${line}`);
    const untold = found
      .filter((line) => !foretold.includes(line))
      .map((line) => `${host}: not told: ${line}`);
    const turned = missing.length + untold.length === 0 && found.join() !== foretold.join();
    return [...missing, ...untold, ...(turned ? [`${host}: out of order`] : [])];
  });
}

/** A shell line inside a practice host, not over SSH. Throws with what it said when it fails. */
export async function inside(lab: Lab, host: string, line: string): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.exec(host, [
    '/bin/sh',
    '-c',
    `PATH=/sbin:/usr/sbin:/bin:/usr/bin; ${line}`,
  ]);
  if (exitCode !== 0) throw new Error(`${host}: ${line}: exit ${String(exitCode)}: ${stdout}${stderr}`);
  return stdout;
}

/**
 * Waits until the base named of a host has written what it writes some time after its start, so that plans of equal hosts are equal.
 * Throws if it has not within ten minutes.
 */
export async function namedHasWritten(lab: Lab, host: string): Promise<void> {
  const file = '/etc/namedb/keys/managed-keys.bind';
  await inside(lab, host, `for i in $(seq 6000); do [ ! -f ${file} ] || exit 0; sleep 0.1; done; exit 1`);
}

/**
 * Everything that a rollback must bring back: type, mode, owner, group, size or link target, time stamp and content of
 * every path below these trees, and what runs. What daemons write as they go (logs, pids, sockets, the keys that named manages) is
 * not in it, nor what the engine writes at each boot.
 */
export async function fingerprint(lab: Lab, host: string): Promise<string> {
  // Few processes for many paths: a whole fleet is looked at, often. No path here holds a blank.
  const script = `
    for tree in /etc /home /usr/pkg /var/db/pkg /var/chroot /var/run; do
      if [ -e "$tree" ]; then find "$tree" -print; else echo "$tree: none" >&2; fi
    done 2>&1 | sort | grep -v -E \
      -e '^/var/run/([^/]*[.]pid|log|named|named/.*|syslogd[.]sockets|rc[.]log|dmesg[.]boot|utmp.*)$' \
      -e '/managed-keys[.]bind([.]jnl)?$' \
      -e '^/etc/s?pwd[.]db$|^/var/run$|^/etc/(hosts|hostname|resolv[.]conf)$|^/home/.*/[.]ssh/authorized_keys$|^/home/named/var/run/named/' >/tmp/paths
    while read -r path; do
      if [ -h "$path" ]; then echo "$path" >&3
      elif [ -f "$path" ]; then echo "$path" >&4
      elif [ -e "$path" ]; then echo "$path" >&5
      else echo "$path"
      fi
    done </tmp/paths 3>/tmp/links 4>/tmp/files 5>/tmp/others
    xargs stat -f '%N link %Y %u %g' </tmp/links
    xargs stat -f '%N %p %u %g %z %m' </tmp/files
    xargs stat -f '%N %p %u %g' </tmp/others
    xargs openssl dgst -sha256 </tmp/files 2>/dev/null
    rm -f /tmp/paths /tmp/links /tmp/files /tmp/others
    ps -axww -o user -o command | awk '$2 ~ "^/.*/(named|syslogd)$"' | sort`;
  return await inside(lab, host, script);
}
