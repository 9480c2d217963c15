// What muster reads from the controller's own disk and environment: settings, inventories, playbooks, secrets.
export { type CheckedOut, checkedOut } from './checked-out.ts';
export { isInside } from './find-config.ts';
export { homeDirectory } from './home.ts';
export { type Config, takeConfig } from './load-config.ts';
export { programFiles } from './program-files.ts';
export { readKeys } from './read-bytes.ts';
export { type AnsibleTree, type ForeignText, readAnsibleTree, readForeignTexts } from './read-foreign.ts';
export { placeOf, readGivenFiles } from './read-given-files.ts';
export { readPlaybookTree } from './read-playbook.ts';
export { readSecret } from './read-secret.ts';
export {
  mostBytesOfText,
  readInventory,
  readTextFile,
  takeInventories,
  takeText,
  type TakenText,
} from './read-text.ts';
export { type SshFiles, readSshFiles } from './ssh-config-files.ts';
export { keepAnswer, keptAnswer } from './source-cache.ts';
export { configJsonSchema, usualRetention } from './schema.ts';
export {
  addTrust,
  isTrusted,
  listTrust,
  trustDirectory,
  type TrustRecord,
  withdrawTrust,
} from './trust-store.ts';
