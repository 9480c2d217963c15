// Located YAML: strict parsing with every problem at its place, and the types of vars.
export { decodeText, type SourceFile } from './check-text.ts';
export { durationSchema } from './duration.ts';
export { idPattern, idSchema, isId } from './id.ts';
export { toJsonSchema } from './json-schema.ts';
export type { DocumentPath, Locator } from './locate.ts';
export { parseDocument, parseValue, type RecognizeForeign, sortIssues } from './parse-document.ts';
export { placeOf } from './place.ts';
export { quoted } from './quote.ts';
export { readYaml } from './read-yaml.ts';
export { hintForKind } from './value-hints.ts';
export {
  isSecretSource,
  type SecretSource,
  secretSourceSchema,
  type VarBinding,
  varBindingSchema,
  type VarLevel,
  varNameSchema,
  type VarValue,
  varValueSchema,
} from './vars.ts';
