// Each resource on its own: planned, applied, applied again, drifted, rolled back.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fileLives } from './file-lives.ts';
import { live } from './life.ts';
import { scratchHost } from './scratch.ts';

describe('a resource on files', () => {
  it.each(fileLives)('$resource $title', async (life) => {
    await live(life, scratchHost());
  });
});
