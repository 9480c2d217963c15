// lint: are playbooks and inventories fit to be let loose on hosts?
import { lint } from '../../actions/index.ts';
import { readInventory, readPlaybookTree } from '../../sources/index.ts';
import type { Finding } from '../../lint/index.ts';
import { formatFinding, summarize } from '../../lint/index.ts';
import { escapeTerminal, stringifyJson } from '../../report/index.ts';
import { exitCodes } from '../../model/index.ts';
import { findLintTargets } from '../lint-targets.ts';
import type { GlobalOptions } from '../options.ts';
import { writeOut } from '../outputs.ts';
import { checkSyntax, shellcheck } from '../sh-tools.ts';
import { takeFiles, tellSources } from '../taken-fleet.ts';

export interface LintOptions extends GlobalOptions {
  readonly json?: boolean;
  readonly strict?: boolean;
}

/** `muster lint [PATH...]`: 0 when there are no errors (--strict: no warnings either), else 2. */
export async function lintCommand(paths: readonly string[], options: LintOptions): Promise<number> {
  const { config, sources } = await takeFiles(options);
  if (paths.length === 0) tellSources(sources);
  const targets = await findLintTargets(paths, config);
  const result = await lint(targets, {
    readPlaybook: readPlaybookTree,
    readInventory,
    checkSyntax,
    shellcheck,
  });
  const { findings, notes, files } = result;
  if (options.json === true) writeOut(`${stringifyJson(result)}\n`);
  else {
    for (const finding of findings) writeOut(`${formatFinding(printable(finding))}\n`);
    for (const note of notes) process.stderr.write(`note: ${note}\n`);
    writeOut(`${summarize(findings, files)}\n`);
  }
  const counted = findings.filter(({ severity }) => severity === 'error' || options.strict === true);
  return counted.length === 0 ? exitCodes.good : exitCodes.usage;
}

function printable({ message, location, hint, ...rest }: Finding): Finding {
  const shown = {
    ...rest,
    message: escapeTerminal(message),
    location: { ...location, file: escapeTerminal(location.file) },
  };
  return hint === undefined ? shown : { ...shown, hint: escapeTerminal(hint) };
}
