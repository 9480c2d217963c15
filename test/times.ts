// A reporter: each failure at once; and at the end what each test file cost the processor, how long it took, and what of it was loading
// its modules; npm run test:times.
// Seconds are those of a clock, so what runs beside it counts; processor seconds are of all processes that the file waited for.
// Idle are processors of which more workers could make use; whatever else this machine does counts there.
import { cpus } from 'node:os';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { processorSeconds } from './processor-seconds.ts';

interface Row {
  readonly project: string;
  readonly file: string;
  readonly tests: number;
  readonly processorSeconds: number;
  readonly seconds: number;
  readonly loadingSeconds: number;
}

function rowOf(module: TestModule): Row {
  const { duration, collectDuration, setupDuration } = module.diagnostic();
  return {
    project: module.project.name,
    file: module.relativeModuleId,
    tests: [...module.children.allTests()].length,
    processorSeconds: module.meta().processorSeconds ?? 0,
    seconds: duration / 1000,
    loadingSeconds: (collectDuration + setupDuration) / 1000,
  };
}

function line({ project, file, tests, processorSeconds: processor, seconds, loadingSeconds }: Row): string {
  const numbers = [
    processor.toFixed(1).padStart(9),
    seconds.toFixed(1).padStart(8),
    loadingSeconds.toFixed(1).padStart(8),
    String(tests).padStart(6),
  ];
  return `${numbers.join('')}  ${project.padEnd(5)} ${file}`;
}

/** One row for all files of a project. */
function sumOf(project: string, rows: readonly Row[]): Row {
  const total = (value: (row: Row) => number): number => rows.reduce((sum, row) => sum + value(row), 0);
  return {
    project,
    file: `${String(rows.length)} files`,
    tests: total(({ tests }) => tests),
    processorSeconds: total((row) => row.processorSeconds),
    seconds: total(({ seconds }) => seconds),
    loadingSeconds: total(({ loadingSeconds }) => loadingSeconds),
  };
}

/** What the processors of this machine did since it began, in milliseconds. */
function processorTimes(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((processor) => processor.times);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((one) => Object.values(one))) };
}

/** Prints a table, the dearest file first, when all is over. */
export default class Times implements Reporter {
  readonly #before = processorTimes();

  /** At once: a run that is cut off at its time limit prints no list of failures. */
  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result();
    if (state !== 'failed') return;
    const reasons = errors.map(({ message, diff, stack }) =>
      [message, diff, stack].filter(Boolean).join('\n'),
    );
    process.stdout.write(`FAILED ${test.module.relativeModuleId}: ${test.fullName}\n${reasons.join('\n')}\n`);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.map(rowOf).toSorted((a, b) => b.processorSeconds - a.processorSeconds);
    const projects = [...new Set(rows.map(({ project }) => project))];
    const sums = projects.map((project) =>
      sumOf(
        project,
        rows.filter((row) => row.project === project),
      ),
    );
    const head = 'processor seconds loading  tests';
    process.stdout.write(`\n${[head, ...rows.map(line), '', ...sums.map(line)].join('\n')}\n`);
    const { idle, all } = processorTimes();
    const share = (idle - this.#before.idle) / (all - this.#before.all);
    process.stdout.write(`processors idle: ${(100 * share).toFixed(0)} %\n`);
    // Workers end after this, and are counted when they have.
    process.once('exit', () => {
      process.stdout.write(`processor seconds: ${processorSeconds()?.toFixed(0) ?? 'not known here'}\n`);
    });
  }
}
