// Becoming root.
import { describe, expect, it } from 'vitest';
import { becomeCommand } from '../../../src/transport/become.ts';

describe('a command that must run as root', () => {
  it.each([
    ['none', 'exec /bin/sh -s'],
    ['sudo', 'exec sudo -n /bin/sh -s'],
    ['doas', 'exec doas -n /bin/sh -s'],
  ] as const)('with become %s is %s, which never asks for a password', (become, expected) => {
    expect(becomeCommand(become, '/bin/sh -s')).toBe(expected);
  });
});
