// From a resolved playbook and a host's variables to the tar that the host gets.
export { compileBundle, givenPath } from './bundle.ts';
export type { Bundle, BundleInput, BundleStep, RunSettings } from './bundle.ts';
export { assignments, quote } from './quote.ts';
