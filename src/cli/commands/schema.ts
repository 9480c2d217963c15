// schema: JSON Schemas, for editors and for who reads what muster writes.
import { configJsonSchema } from '../../sources/index.ts';
import { didYouMean, resultJsonSchema, UsageError } from '../../model/index.ts';
import { inventoryJsonSchema } from '../../inventory/index.ts';
import { playbookJsonSchema } from '../../playbook/index.ts';
import { exitCodes } from '../../model/index.ts';
import { writeOut } from '../outputs.ts';

const schemas = {
  inventory: inventoryJsonSchema,
  playbook: playbookJsonSchema,
  config: configJsonSchema,
  result: resultJsonSchema,
};

/** `muster schema KIND`. */
export function schemaCommand(kind: string): Promise<number> {
  if (kind !== 'inventory' && kind !== 'playbook' && kind !== 'config' && kind !== 'result') {
    return Promise.reject(
      new UsageError('SCHEMA_KIND', `there is no schema '${kind}'`, {
        hint: didYouMean(kind, Object.keys(schemas)) ?? 'inventory, playbook, config or result',
      }),
    );
  }
  writeOut(`${JSON.stringify(schemas[kind](), undefined, 2)}\n`);
  return Promise.resolve(exitCodes.good);
}
