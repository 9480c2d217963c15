// From playbook, inventory and what a run asks for to what each host gets.
export { compileBundle } from './bundle.ts';
export type { Bundle, BundleInput, BundleStep, RunSettings } from './bundle.ts';
export { type FleetVars, refuseIssues, resolveFleetVars } from './host-vars.ts';
export { everyHostAtOnce, playbookRequest, type PlaybookTarget, wavesOf } from './playbook-request.ts';
export { type Reach, reachOf } from './reach.ts';
export { bareLoad, type FleetRequest, type HostLoad } from './request.ts';
export type { SourcePorts } from './source-ports.ts';
