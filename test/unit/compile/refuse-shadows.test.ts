import { expect, it } from 'vitest';
import { refuseShadows } from '../../../src/compile/refuse-shadows.ts';
import type { Library } from '../../../src/playbook/index.ts';

function library(text: string): Library {
  const files = new Map([['net.sh', { bytes: Buffer.from(text), executable: false }]]);
  return { name: 'net', directory: 'lib/net', files, from: { file: 'playbook.yaml', line: 2, column: 8 } };
}

it.each(['directory', 'restart', 'expect', 'observe', 'fail', 'state', 'applies', 'verify', 'undo'])(
  'a library cannot define %s',
  (name) => {
    expect(() => {
      refuseShadows({ libraries: [library(`# Net.\n\n  ${name} () { :; }\n`)] });
    }).toThrow(`lib/net/net.sh:3:3: error[LIBRARY_SHADOWS]: the library defines \`${name}\``);
  },
);

it('all of them are reported at once, and any other name is allowed', () => {
  expect(() => {
    refuseShadows({
      libraries: [library('file() { :; }\nmine() { :; }\nlink_up() { :; }\ncopy() { :; }\n')],
    });
  }).toThrow(/^lib\/net\/net\.sh:1:1: .*\n.*hint.*\nlib\/net\/net\.sh:4:1: .*\n.*hint.*$/);
  expect(() => {
    refuseShadows({ libraries: [library('mine() { :; }\n')] });
  }).not.toThrow();
});
