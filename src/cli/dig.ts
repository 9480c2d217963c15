// The command line of a zone transfer: dig knows TSIG, and stands wherever people work on DNS.
import type { DeclaredSource } from '../inventory/index.ts';
import { placeOf } from '../sources/index.ts';

/** What is run for a zone; the words of an inventory are values of options, never options. */
export function transferCommand(source: Extract<DeclaredSource, { kind: 'axfr' }>): readonly string[] {
  const { zone, server, port, key, from } = source;
  return [
    ...['dig', `@${server}`, '-p', String(port), '-q', zone, '-t', 'AXFR'],
    ...(key === undefined ? [] : ['-k', placeOf(key, from.file)]),
    // Comments say why there is no answer, and a zone is whole only with its SOA record at both ends.
    ...['+noall', '+answer', '+comments', '+time=10', '+tries=1'],
  ];
}
