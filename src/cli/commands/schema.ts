// schema: JSON Schemas for editors.
import { configJsonSchema } from '../../sources/index.ts';
import { UsageError } from '../../model/index.ts';
import { inventoryJsonSchema } from '../../inventory/index.ts';
import { playbookJsonSchema } from '../../playbook/index.ts';
import { exitCodes } from '../../model/index.ts';
import { writeOut } from '../outputs.ts';

const schemas = {
  inventory: inventoryJsonSchema,
  playbook: playbookJsonSchema,
  config: configJsonSchema,
};

/** `muster schema KIND`. */
export function schemaCommand(kind: string): Promise<number> {
  if (kind !== 'inventory' && kind !== 'playbook' && kind !== 'config') {
    return Promise.reject(
      new UsageError('SCHEMA_KIND', `there is no schema '${kind}'`, {
        hint: 'inventory, playbook or config',
      }),
    );
  }
  writeOut(`${JSON.stringify(schemas[kind](), undefined, 2)}\n`);
  return Promise.resolve(exitCodes.good);
}
