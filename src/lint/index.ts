// Rules over the texts of playbooks and inventories; texts in, findings out.
export { type Finding, formatFinding, summarize } from './finding.ts';
export { lint, type LintTargets, type ShellcheckComment } from './lint.ts';
