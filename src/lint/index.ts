// Rules over the texts of playbooks and inventories; texts in, findings out.
export { type Finding, formatFinding, summarize } from './finding.ts';
export { readLanguage } from './language.ts';
export { concludeLint, type LintResult, type LintTarget, lintTexts } from './lint-all.ts';
export { type ShellcheckComment, shellcheckExcluded } from './shell-words.ts';
