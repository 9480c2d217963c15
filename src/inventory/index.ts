// The inventory: which hosts there are, how to reach them, and what vars each has.
export { type DeclaredSource, declaredSources } from './declared-sources.ts';
export { type ExplainedHost, explainHost, type ExplainedSetting } from './explain.ts';
export type { Inventory, InventoryHost } from './model.ts';
export { parseInventories, parseInventory, type ReadTogether } from './parse-inventory.ts';
export { inventoryJsonSchema } from './schema.ts';
export { selectHosts } from './select-hosts.ts';
