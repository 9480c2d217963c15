// Projects: unit (pure, milliseconds), contract (adapters, the command line, the library), sh (the host runtime in real shells),
// pages (the HTML report in a browser), e2e (practice hosts).
import { availableParallelism } from 'node:os';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';
import { defineConfig } from 'vitest/config';

/**
 * Stories of many seeds first, then all others with practice hosts, then what takes seconds: the long ones do not begin last,
 * and the short ones fill the gaps at the end.
 */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

const order = ['e2e', 'sh', 'pages', 'contract', 'unit'];

function rank({ project, moduleId }: TestSpecification): number {
  const isOfSeeds = /\/e2e\/[^/]+\//.test(moduleId);
  return isOfSeeds ? -1 : order.indexOf(project.name);
}

/** A bound ends only what hangs: a machine with much other work takes minutes for what is no fault. Give a test none of its own. */
const bounds = { testTimeout: 900_000, hookTimeout: 900_000, expect: { poll: { timeout: 120_000 } } };

export default defineConfig({
  test: {
    tags: [
      {
        name: 'long',
        description:
          'many seeds, variants, attacks or deaths of what other tests try once: npm run test:long',
      },
    ],
    // Much of a test with processes or hosts is waiting for what naps. More than that, and tests that compare two daemons starve.
    maxWorkers: 2 * availableParallelism(),
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: ['test/note-processor.ts', 'test/setup.ts', 'test/own-state.ts'],
          include: ['test/unit/**/*.test.ts'],
          // Files share the modules that a worker has loaded: they keep nothing in them, nor in the process.
          isolate: false,
          ...bounds,
        },
      },
      {
        test: {
          name: 'contract',
          setupFiles: ['test/note-processor.ts', 'test/setup.ts', 'test/own-state.ts'],
          include: ['test/{contract,library,cli}/**/*.test.ts'],
          ...bounds,
        },
      },
      {
        test: {
          name: 'pages',
          setupFiles: ['test/note-processor.ts', 'test/setup.ts', 'test/own-state.ts'],
          include: ['test/pages/**/*.test.ts'],
          ...bounds,
        },
      },
      {
        test: {
          name: 'sh',
          setupFiles: ['test/note-processor.ts', 'test/setup.ts', 'test/own-state.ts'],
          include: ['test/sh/**/*.test.ts'],
          isolate: false,
          ...bounds,
        },
      },
      {
        test: {
          name: 'e2e',
          setupFiles: ['test/note-processor.ts', 'test/own-state.ts'],
          include: ['test/e2e/**/*.test.ts'],
          ...bounds,
          globalSetup: ['test/e2e/setup.ts'],
        },
      },
    ],
  },
});
