// Located YAML: strict parsing with every problem at its place, and the types of vars.
export { durationSchema } from './duration.ts';
export { toJsonSchema } from './json-schema.ts';
export type { DocumentPath, Locator } from './locate.ts';
export { didYouMean } from './nearest.ts';
export { parseDocument, parseValue } from './parse-document.ts';
export type { SourceFile } from './read-yaml.ts';
export {
  isSecretSource,
  type SecretSource,
  type VarBinding,
  varBindingSchema,
  type VarLevel,
  varNameSchema,
  type VarValue,
  varValueSchema,
} from './vars.ts';
