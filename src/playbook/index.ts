// The playbook: what is declared, with which vars, in which steps.
export { checkVarValue } from './check-var-value.ts';
export { checkShadows, functionsOf } from './check-shadows.ts';
export { isDnsName, nameFor } from './check-probes.ts';
export type {
  DnsProbe,
  Library,
  LibraryFolder,
  LibraryTree,
  Playbook,
  PlaybookFile,
  PlaybookTree,
  Probe,
  ResolvedVar,
  ResolvedVars,
  Step,
  VarDeclaration,
  VarType,
  Wave,
} from './model.ts';
export { probeVars } from './model.ts';
export { parsePlaybook } from './parse-playbook.ts';
export { resolveVars } from './resolve-vars.ts';
export { playbookJsonSchema } from './schema.ts';
export { selectSteps, type StepSelection } from './select-steps.ts';
