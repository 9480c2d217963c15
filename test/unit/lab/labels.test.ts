// Which labs count as orphaned: only those of processes of this machine that are gone for certain.
import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isOwnerGone, thisOwner } from '../../../src/lab/labels.ts';

describe('isOwnerGone', () => {
  it('is false for a process that runs', () => {
    expect(isOwnerGone(thisOwner())).toBe(false);
  });

  it('is true for a process that ended', () => {
    const ended = spawnSync('true').pid;
    expect(isOwnerGone(`${hostname()}:${ended}`)).toBe(true);
  });

  it.each([
    'elsewhere.example.net:1',
    `${hostname()}:`,
    `${hostname()}:0`,
    `${hostname()}:x`,
    '',
    `${hostname()}:-1`,
  ])('is false for %j, which says nothing certain', (owner) => {
    expect(isOwnerGone(owner)).toBe(false);
  });
});
