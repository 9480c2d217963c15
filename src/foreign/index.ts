// Inventories of other programs, made into ours; what cannot be carried over is listed. Loaded only when it is asked for.
export { type AnsibleFiles, importAnsible, importListing } from './ansible/import-ansible.ts';
export type { ForeignNote, Imported } from './draft.ts';
export { importKnownHosts } from './known-hosts.ts';
export { importNodesets } from './nodeset.ts';
export { renderDraft } from './render.ts';
export { hostsInSshConfig, importSshConfig } from './ssh-config.ts';
export { importZone } from './zone.ts';
