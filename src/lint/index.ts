// Rules over the texts of playbooks and inventories; texts in, findings out.
export { applyAllowances } from './allow.ts';
export { type Finding, formatFinding, type Severity, sortFindings, summarize } from './finding.ts';
export { type Language, readLanguage } from './language.ts';
export { lintInventory } from './lint-inventory.ts';
export { lintPlaybook, type LintedPlaybook } from './lint-playbook.ts';
export { concludeLint, type LintResult, type LintTarget, lintTexts } from './lint-all.ts';
export { type ShellcheckComment, shellcheckExcluded } from './shell-words.ts';
