// A reporter: how long each test file took, and what of it was loading its modules; npm run test:times. Seconds are those of a
// clock, so what runs beside it counts; processor seconds are of all processes that the run waited for. Idle are processors of which
// more workers could make use; whatever else this machine does counts there.
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Reporter, TestModule } from 'vitest/node';

interface Row {
  readonly project: string;
  readonly file: string;
  readonly tests: number;
  readonly seconds: number;
  readonly loadingSeconds: number;
}

function rowOf(module: TestModule): Row {
  const { duration, collectDuration, setupDuration } = module.diagnostic();
  return {
    project: module.project.name,
    file: module.relativeModuleId,
    tests: [...module.children.allTests()].length,
    seconds: duration / 1000,
    loadingSeconds: (collectDuration + setupDuration) / 1000,
  };
}

function line({ project, file, tests, seconds, loadingSeconds }: Row): string {
  const numbers = [
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
    seconds: total(({ seconds }) => seconds),
    loadingSeconds: total(({ loadingSeconds }) => loadingSeconds),
  };
}

/** Processor seconds of this process and of those that it waited for, where the kernel tells; a hundredth is its unit. */
function processorSeconds(): string {
  const path = '/proc/self/stat';
  if (!existsSync(path)) return 'not known here';
  const fields = readFileSync(path, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return (ticks / 100).toFixed(0);
}

/** What the processors of this machine did since it began, in milliseconds. */
function processorTimes(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((processor) => processor.times);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  return { idle: sum(times.map(({ idle }) => idle)), all: sum(times.flatMap((one) => Object.values(one))) };
}

/** Prints a table, the longest file first, when all is over. */
export default class Times implements Reporter {
  readonly #before = processorTimes();

  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.map(rowOf).toSorted((a, b) => b.seconds - a.seconds);
    const projects = [...new Set(rows.map(({ project }) => project))];
    const sums = projects.map((project) =>
      sumOf(
        project,
        rows.filter((row) => row.project === project),
      ),
    );
    const head = ' seconds loading  tests';
    process.stdout.write(`\n${[head, ...rows.map(line), '', ...sums.map(line)].join('\n')}\n`);
    const { idle, all } = processorTimes();
    const share = (idle - this.#before.idle) / (all - this.#before.all);
    process.stdout.write(`processors idle: ${(100 * share).toFixed(0)} %\n`);
    // Workers end after this, and are counted when they have.
    process.once('exit', () => {
      process.stdout.write(`processor seconds: ${processorSeconds()}\n`);
    });
  }
}
