// Texts of sh: quoting values for it, and scanning scripts.
export { type Invocation, invocationsOf } from './invocations.ts';
export type { Redirect, Script, VariableUse, Word } from './model.ts';
export { assignments, quote } from './quote.ts';
export { scanScript } from './scan-script.ts';
export { withoutComments } from './without-comments.ts';
