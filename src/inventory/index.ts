// The inventory: which hosts there are, how to reach them, and what vars each has.
export type { Inventory, InventoryHost } from './model.ts';
export { parseInventory } from './parse-inventory.ts';
export { inventoryJsonSchema } from './schema.ts';
export { selectHosts } from './select-hosts.ts';
