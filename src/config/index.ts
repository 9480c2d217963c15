// What muster reads from the controller's own disk and environment: settings, inventories, playbooks, secrets.
export { type Config, loadConfig } from './load-config.ts';
export { readGivenFiles } from './read-given-files.ts';
export { readPlaybookTree } from './read-playbook.ts';
export { readSecret } from './read-secret.ts';
export { readInventory, readTextFile } from './read-text.ts';
export { configJsonSchema } from './schema.ts';
