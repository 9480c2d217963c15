// lab: practice hosts that outlive the command, for trying things out by hand.
import { spawn } from 'node:child_process';
import {
  chooseBackend,
  claimDirectory,
  endLab,
  engineStatus,
  findEmbeddedLabs,
  hostNamed,
  labBackends,
  labReleases,
  loadLab,
  parseFault,
  prepareImage,
  removeLabs,
  saveLab,
  startLab,
  type Lab,
  type LabBackend,
  type LabFault,
  type LabRelease,
} from '../../lab/index.ts';
import { didYouMean, MusterError, UsageError } from '../../model/index.ts';
import { count, escapeTerminal } from '../../report/index.ts';
import { exitCodes } from '../../model/index.ts';
import { writeOut } from '../outputs.ts';

const mostHosts = 200;

/** Where a lab's files are. */
export interface LabOptions {
  readonly directory: string;
}

// Names and paths are from a file beside the lab, and from the command line.
const say = (line: string): void => {
  process.stderr.write(`${escapeTerminal(line)}\n`);
};
const show = (line: string): void => {
  writeOut(`${escapeTerminal(line)}\n`);
};

/** What `muster lab up` takes, as it was typed. */
export interface LabUpOptions extends LabOptions {
  readonly number: string;
  readonly backend?: string;
  readonly release?: string;
}

/** `muster lab up [-n N] [--backend NAME] [--release RELEASE]`. */
export async function labUpCommand(options: LabUpOptions): Promise<number> {
  const number = Number(options.number);
  if (!Number.isInteger(number) || number < 1 || number > mostHosts) {
    throw new UsageError(
      'LAB_COUNT',
      `'${options.number}' is no number of hosts from 1 to ${String(mostHosts)}`,
    );
  }
  const wanted = backendNamed(options.backend);
  const release = releaseNamed(options.release);
  await refuseSecondLab(options.directory);
  // Before an image is made for it, which takes its time.
  await claimDirectory(options.directory);
  const { backend, reason } = await chooseBackend(wanted);
  say(`practice hosts by the ${backend} backend: ${reason}`);
  const image = await prepareImage(backend, say);
  const hosts = Array.from({ length: number }, (_, index) => ({ name: `ns${String(index + 1)}`, release }));
  const lab = await startLab({ hosts, image, directory: options.directory, progress: say, keep: true });
  show(`${count(lab.hosts.length, 'practice host')} up, NetBSD ${release}. Try:`);
  show(`  muster plan caged-bind -i ${lab.inventoryFile}`);
  return exitCodes.good;
}

/** Throws UsageError (LAB_BACKEND). */
export function backendNamed(name: string | undefined): LabBackend | undefined {
  if (name === undefined) return undefined;
  const backend = labBackends.find((candidate) => candidate === name);
  if (backend === undefined) {
    throw new UsageError('LAB_BACKEND', `no backend '${name}'`, {
      hint: didYouMean(name, labBackends) ?? `take ${labBackends.join(' or ')}`,
    });
  }
  return backend;
}

/** The newest when none is named. Throws UsageError (LAB_RELEASE). */
export function releaseNamed(name: string = labReleases[0]): LabRelease {
  const release = labReleases.find((candidate) => candidate === name);
  if (release === undefined) {
    throw new UsageError('LAB_RELEASE', `no practice host behaves as NetBSD '${name}'`, {
      hint: [didYouMean(name, labReleases), `hosts behave as ${labReleases.join(' or ')}`]
        .filter((hint) => hint !== undefined)
        .join(' '),
    });
  }
  return release;
}

async function refuseSecondLab(directory: string): Promise<void> {
  const lab = await loadLab(directory);
  if (lab === undefined) return;
  if ((await lab.status()).every(({ state }) => state === 'gone')) {
    await lab.stop();
    return;
  }
  throw new UsageError('LAB_UP', `there is a lab in ${directory} already`, {
    hint: '`muster lab down` removes it; `--directory` puts another one elsewhere',
  });
}

/** `muster lab down`. */
export async function labDownCommand(options: LabOptions & { readonly all?: boolean }): Promise<number> {
  if (options.all === true) return removeEveryLab();
  const lab = await openLab(options);
  await lab.stop();
  show(`${count(lab.hosts.length, 'practice host')} removed`);
  return exitCodes.good;
}

async function removeEveryLab(): Promise<number> {
  const labs = await Promise.allSettled((await findEmbeddedLabs()).map(removeEmbeddedLab));
  const [containers] = await Promise.allSettled([removeContainers()]);
  const ended = labs.filter(({ status }) => status === 'fulfilled').length;
  const removed = containers.status === 'fulfilled' ? containers.value : 0;
  show(`${count(ended, 'embedded lab')} and ${count(removed, 'container')} removed`);
  const failures = [...labs, containers].filter((end) => end.status === 'rejected');
  for (const { reason } of failures)
    say(`muster: ${reason instanceof Error ? reason.message : String(reason)}`);
  return failures.length === 0 ? exitCodes.good : exitCodes.failed;
}

/** With its files, where it was saved. */
async function removeEmbeddedLab(directory: string): Promise<void> {
  const lab = await loadLab(directory);
  await (lab === undefined ? endLab(directory) : lab.stop());
}

/** Without an engine there are no containers. */
async function removeContainers(): Promise<number> {
  const { available } = await engineStatus();
  return available ? (await removeLabs()).length : 0;
}

/** `muster lab status`. */
export async function labStatusCommand(options: LabOptions): Promise<number> {
  const lab = await loadLab(options.directory);
  if (lab === undefined) {
    show('no lab');
    return exitCodes.good;
  }
  for (const { host, state } of await lab.status()) {
    show(
      `${host.name}  ${state}  NetBSD ${host.release}  ssh ${host.address}:${String(host.sshPort)}  dns ${host.address}:${String(host.dnsPort)}`,
    );
  }
  return exitCodes.good;
}

/** `muster lab reset HOST`. */
export async function labResetCommand(name: string, options: LabOptions): Promise<number> {
  const lab = await openLab(options);
  await lab.reset(name);
  await saveLab(lab);
  show(`${name} is as it was when the lab started`);
  return exitCodes.good;
}

/** `muster lab fault HOST FAULT`, where `clear` takes the faults away. */
export async function labFaultCommand(name: string, text: string, options: LabOptions): Promise<number> {
  const fault = text === 'clear' ? undefined : parseFault(text);
  const lab = await openLab(options);
  await (fault === undefined ? lab.clearFaults(name) : lab.fault(name, fault));
  // A container may have another address in the lab's network than before.
  if (fault?.kind === 'reboot') await saveLab(lab);
  show(`${name}: ${fault === undefined ? 'no faults' : outcomeOf(fault.kind, text)}`);
  return exitCodes.good;
}

/** A reboot is over when the command is; every other fault lasts until it is cleared. */
function outcomeOf(kind: LabFault['kind'], text: string): string {
  return kind === 'reboot' ? 'booted again, sshd answers' : text;
}

/** `muster lab ssh HOST [COMMAND...]`: the user's own ssh, with the lab's key and known_hosts; ends as ssh ends. */
export async function labSshCommand(
  name: string,
  command: readonly string[],
  options: LabOptions,
): Promise<number> {
  const lab = await openLab(options);
  const host = hostNamed(lab, name);
  const settings = [`UserKnownHostsFile=${lab.knownHostsFile}`, 'IdentitiesOnly=yes', 'IdentityAgent=none'];
  const args = settings.flatMap((setting) => ['-o', setting]);
  args.push(
    '-F',
    'none',
    '-i',
    lab.identityFile,
    '-p',
    String(host.sshPort),
    `root@${host.address}`,
    ...command,
  );
  const child = spawn('ssh', args, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => {
      const hint = `without it: muster exec -i ${lab.inventoryFile} --limit ${name} COMMAND`;
      reject(new MusterError('LAB_SSH', `cannot run ssh: ${cause.message}`, { cause, hint }));
    });
    child.once('close', (code) => {
      resolve(code ?? exitCodes.failed);
    });
  });
}

async function openLab(options: LabOptions): Promise<Lab> {
  const lab = await loadLab(options.directory);
  if (lab !== undefined) return lab;
  throw new UsageError('LAB_NONE', `there is no lab in ${options.directory}`, {
    hint: '`muster lab down --all` finds every one',
  });
}
