// lab: practice hosts that outlive the command, for trying things out by hand.
import { ensureImage, engineStatus, loadLab, removeLabs, saveLab, startLab } from '../../lab/index.ts';
import { MusterError, UsageError } from '../../errors.ts';
import { exitCodes } from '../exit-code.ts';
import { writeOut } from '../session.ts';

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** `muster lab up [N]`. */
export async function labUpCommand(count: string, options: { readonly directory: string }): Promise<number> {
  const hosts = Number(count);
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > 30) {
    throw new UsageError('LAB_COUNT', `'${count}' is no number of hosts from 1 to 30`);
  }
  const engine = await engineStatus();
  if (!engine.available) throw new MusterError('LAB_ENGINE', engine.reason);
  const image = await ensureImage(say);
  const lab = await startLab({ hosts, image, directory: options.directory, progress: say, keep: true });
  await saveLab(lab);
  writeOut(`${String(lab.hosts.length)} practice hosts are up. Try:\n`);
  writeOut(`  muster plan playbooks/caged-bind -i ${lab.inventoryFile}\n`);
  return exitCodes.good;
}

/** `muster lab down`. */
export async function labDownCommand(options: {
  readonly directory: string;
  readonly all?: boolean;
}): Promise<number> {
  if (options.all === true) {
    const removed = await removeLabs();
    writeOut(`${String(removed.length)} practice hosts removed\n`);
    return exitCodes.good;
  }
  const lab = await loadLab(options.directory);
  if (lab === undefined) {
    throw new UsageError('LAB_NONE', `there is no lab in ${options.directory}`, {
      hint: '`muster lab down --all` finds every one',
    });
  }
  await lab.stop();
  writeOut(`${String(lab.hosts.length)} practice hosts removed\n`);
  return exitCodes.good;
}

/** `muster lab status`. */
export async function labStatusCommand(options: { readonly directory: string }): Promise<number> {
  const lab = await loadLab(options.directory);
  if (lab === undefined) {
    writeOut('no lab\n');
    return exitCodes.good;
  }
  for (const { host, state } of await lab.status()) {
    writeOut(
      `${host.name}  ${state}  ssh ${host.address}:${String(host.sshPort)}  dns ${host.address}:${String(host.dnsPort)}\n`,
    );
  }
  return exitCodes.good;
}
