import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/model/errors.ts';
import { parseInventory, selectHosts } from '../../../src/inventory/index.ts';

const inventory = parseInventory({
  file: 'i.yaml',
  text: `
hosts: {'ns[1-9]': , mail1.example.net: , www: }
groups:
  auth: {hosts: ['ns[1-7]']}
  secondary: {hosts: ['ns[8-9]']}
  old: {hosts: [ns7, ns8]}
`,
});

function names(pattern: string): string {
  return selectHosts(inventory, pattern)
    .map(({ name }) => name)
    .join(' ');
}

describe('selectHosts', () => {
  it.each([
    ['ns1', 'ns1'],
    ['ns2,ns1', 'ns1 ns2'],
    ['www ns1', 'ns1 www'],
    ['ns[1-2,4]', 'ns1 ns2 ns4'],
    ['@secondary', 'ns8 ns9'],
    ['@all!ns*', 'mail1.example.net www'],
    ['@auth&@old', 'ns7'],
    ['@auth & @old', 'ns7'],
    ['@old!@auth', 'ns8'],
    ['@secondary, !ns9', 'ns8'],
    ['!@auth', 'ns8 ns9 mail1.example.net www'],
    ['!@auth!ns*', 'mail1.example.net www'],
    ['ns1,ns8&@old', 'ns8'],
    ['ns8&@old,ns1', 'ns1 ns8'],
    ['ns?', 'ns1 ns2 ns3 ns4 ns5 ns6 ns7 ns8 ns9'],
    ['*.example.net', 'mail1.example.net'],
    ['ns[1-2]*', 'ns1 ns2'],
    [',ns1,,', 'ns1'],
  ])('reads %s', (pattern, expected) => {
    expect(names(pattern)).toBe(expected);
  });

  it.each([
    ['ns10', 'INVENTORY_UNKNOWN_HOST', 'i.yaml has no host ns10', 'did you mean "ns1"?'],
    ['ns[8-12]', 'INVENTORY_UNKNOWN_HOST', 'i.yaml has no host ns[10-12]', 'did you mean "ns1"?'],
    ['mail1', 'INVENTORY_UNKNOWN_HOST', 'i.yaml has no host mail1', 'did you mean "mail1.example.net"?'],
    ['auth', 'INVENTORY_UNKNOWN_HOST', 'i.yaml has no host auth', 'did you mean the group "@auth"?'],
    ['db*', 'INVENTORY_UNKNOWN_HOST', 'i.yaml has no host db*', undefined],
    [
      'mail?.example.net.',
      'INVENTORY_UNKNOWN_HOST',
      'i.yaml has no host mail?.example.net.',
      'did you mean "mail1.example.net"?',
    ],
    ['@atuh', 'INVENTORY_UNKNOWN_GROUP', 'i.yaml has no group "atuh"', 'did you mean "@auth"?'],
    [
      '@elsewhere',
      'INVENTORY_UNKNOWN_GROUP',
      'i.yaml has no group "elsewhere"',
      'groups: @all, @auth, @secondary, @old',
    ],
    [
      '@auth&@secondary',
      'INVENTORY_EMPTY_SELECTION',
      'no host is left by "@auth&@secondary"',
      'the inventory i.yaml has mail1.example.net,ns[1-9],www',
    ],
    ['', 'INVENTORY_PATTERN', 'the host pattern is empty', 'use @all'],
    [' , ', 'INVENTORY_PATTERN', 'the host pattern is empty', 'use @all'],
    ['&ns1', 'INVENTORY_PATTERN', '"&ns1": "&" is written in place of a host or group', expect.any(String)],
    ['ns1!', 'INVENTORY_PATTERN', '"ns1!": "!" is written in place of a host or group', expect.any(String)],
    [
      'ns1&!ns2',
      'INVENTORY_PATTERN',
      '"ns1&!ns2": "!" is written in place of a host or group',
      expect.any(String),
    ],
    ['ns[3-1]', 'INVENTORY_PATTERN', '"ns[3-1]": the range 3-1 counts down', expect.any(String)],
    ['ns[1-3', 'INVENTORY_PATTERN', '"ns[1-3": "[" without "]"', expect.any(String)],
    ['ns1]', 'INVENTORY_PATTERN', '"ns1]": "]" without "["', expect.any(String)],
    ['ns.', 'INVENTORY_UNKNOWN_HOST', 'i.yaml has no host ns.', 'did you mean "ns1"?'],
  ])('refuses %j', (pattern, code, message, hint) => {
    let thrown: unknown;
    try {
      selectHosts(inventory, pattern);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UsageError);
    expect(thrown).toMatchObject({ code, message });
    expect((thrown as UsageError).hint).toEqual(hint);
  });
});
