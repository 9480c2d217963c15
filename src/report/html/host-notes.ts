// What is to be said of a host beside its steps, in words.
import type { AnyHostResult } from '../../model/index.ts';
import { otherRunRows } from '../other-runs.ts';

/** A sentence for each; not escaped but for other runs, whose words are made of escaped ones. */
export function hostNotes(host: AnyHostResult): readonly string[] {
  const { receipt, proof, command } = host;
  return [
    ...otherRunRows([host]).map(({ text }) => text),
    ...(receipt === undefined
      ? []
      : [
          `undoes run ${receipt.runId} (${receipt.playbook}, applied ${receipt.started} by ${receipt.operator}), ${receipt.entries} entries`,
        ]),
    ...(proof === undefined ? [] : [`${proof.same} of ${proof.paths} paths are proved to be as before`]),
    ...(command === undefined ? [] : [command.status === null ? 'no exit status' : `exit ${command.status}`]),
  ];
}
