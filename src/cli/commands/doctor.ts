// doctor: what this machine has for its work, and whether a host can be worked on; the first thing that fails, with the fix.
import type { InventoryHost } from '../../inventory/index.ts';
import { exitCodes, isMusterError, UsageError } from '../../model/index.ts';
import { escapeTerminal, stringifyJson } from '../../report/index.ts';
import { type Finding, isBad } from '../doctor-finding.ts';
import { type EffectiveSetting, effectiveOf } from '../effective-settings.ts';
import { examineController } from '../examine-controller.ts';
import { examineHost } from '../examine-host.ts';
import type { FleetOptions } from '../options.ts';
import { writeOut } from '../outputs.ts';
import { type FleetSession, openFleet, sshHere } from '../session.ts';
import { takeFiles } from '../taken-fleet.ts';

/** `muster doctor [HOST]`: 1 when a step fails. */
export async function doctorCommand(name: string | undefined, options: FleetOptions): Promise<number> {
  const { config } = await takeFiles(options);
  const findings = [...(await examineController(config))];
  if (options.json !== true) writeOut(textOf(findings));
  if (name !== undefined && !findings.some(isBad)) {
    const found = await hostFindings(name, options);
    findings.push(...found);
    if (options.json !== true) writeOut(textOf(found));
  }
  if (options.json === true) writeOut(`${stringifyJson({ findings })}\n`);
  else writeOut(endOf(findings));
  return findings.some(isBad) ? exitCodes.failed : exitCodes.good;
}

async function hostFindings(name: string, options: FleetOptions): Promise<readonly Finding[]> {
  const session = await openFleet({ ...options, limit: name });
  const [host, second] = session.hosts;
  if (host === undefined || second !== undefined)
    throw new UsageError(
      'DOCTOR_HOST',
      `${name} is ${String(session.hosts.length)} hosts, and the doctor examines one`,
      {
        hint: 'name one host of the inventory',
      },
    );
  await session.toContact();
  const becomePassword = await session.becomePasswords();
  const secrets = await session.loginSecrets();
  const transport = sshHere(session.config, session.surroundings, { secrets });
  try {
    await transport.prepare?.([host.connection]);
    const settings = await settingsOf(host, session);
    const { surroundings } = session;
    return await examineHost({
      host,
      settings,
      surroundings,
      transport,
      password: becomePassword(host.name),
    });
  } finally {
    transport.close?.();
  }
}

/** Empty if they cannot be found out; the examination finds that, too, and reports it. */
async function settingsOf(host: InventoryHost, session: FleetSession): Promise<readonly EffectiveSetting[]> {
  try {
    return (await effectiveOf(host, session)).connection;
  } catch (error) {
    if (isMusterError(error)) return [];
    throw error;
  }
}

const marks = { good: 'ok ', odd: 'odd', bad: 'BAD' } as const;

function textOf(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ subject, step, state, what, from, fix }, at) => [
    ...(findings[at - 1]?.subject === subject ? [] : [subject]),
    `  ${marks[state]} ${step.padEnd(13)} ${what}${from === undefined ? '' : `  (${from})`}`,
    ...(fix === undefined ? [] : [`${' '.repeat(20)}${fix}`]),
  ]);
  return escapeTerminal(`${lines.join('\n')}\n`, 'tab-newline');
}

function endOf(findings: readonly Finding[]): string {
  const bad = findings.find(isBad);
  if (bad === undefined) return 'No problem was found.\n';
  return escapeTerminal(`${bad.subject}: ${bad.step} fails. ${bad.fix ?? bad.what}\n`, 'tab-newline');
}
