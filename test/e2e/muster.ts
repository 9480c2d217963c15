// Running the built muster as an operator does, and looking at practice hosts from outside of muster.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../src/lab/index.ts';

export interface MusterRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const main = join(import.meta.dirname, '../../dist/cli/main.js');
export const playbook = join(import.meta.dirname, '../../playbooks/caged-bind');

/** Runs `muster ARGS`; `onStderr` sees progress as it comes, with a way to send signals. */
export async function muster(
  args: readonly string[],
  onStderr?: (text: string, signal: (name: NodeJS.Signals) => void) => void,
): Promise<MusterRun> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
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
export function writeInventory(lab: Lab, name: string, extraHosts: string): string {
  const file = join(lab.directory, name);
  const hosts = lab.hosts.map(
    ({ name: host, address, sshPort }) =>
      `  ${host}: { address: ${address}, connection: { port: ${String(sshPort)} } }`,
  );
  writeFileSync(
    file,
    `connection: { identity_file: ${lab.identityFile}, known_hosts: ${lab.knownHostsFile}, agent: false, connect_timeout: 5s }
vars: { package_path: /var/packages/All }
hosts:
${hosts.join('\n')}
${extraHosts}`,
  );
  return file;
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
 * Everything that a rollback must bring back: type, mode, owner, group, size or link target, time stamp and content of
 * every path below these trees, and what runs. What daemons write as they go (logs, pids, sockets) is not in it, nor what the engine
 * writes at each boot.
 */
export async function fingerprint(lab: Lab, host: string): Promise<string> {
  const script = `
    for tree in /etc /home /usr/pkg /var/db/pkg /var/chroot /var/run; do
      [ -e "$tree" ] || { echo "$tree: none"; continue; }
      find "$tree" -print | sort | while read -r path; do
        case $path in
          /var/run/*.pid|/var/run/log|/var/run/named|/var/run/named/*|/var/run/syslogd.sockets|/var/run/rc.log|/var/run/dmesg.boot|/var/run/utmp*) continue ;;
          /etc/pwd.db|/etc/spwd.db|/var/run) continue ;;
          /etc/hosts|/etc/hostname|/etc/resolv.conf|/home/*/.ssh/authorized_keys) continue ;;
        esac
        if [ -h "$path" ]; then echo "$path link $(readlink "$path") $(stat -f '%u %g' "$path")"
        elif [ -f "$path" ]; then echo "$path $(stat -f '%p %u %g %z %m' "$path") $(cksum -n -a SHA256 <"$path")"
        else echo "$path $(stat -f '%p %u %g' "$path")"
        fi
      done
    done
    ps -axww -o user -o command | awk '$2 ~ "^/.*/(named|syslogd)$"' | sort`;
  return await inside(lab, host, script);
}
