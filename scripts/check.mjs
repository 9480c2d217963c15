// npm run check: every check of the sources, as many at a time as there are processors, since most keep one busy. Each one's words are
// printed when it has ended, in the order below; all of them run, whichever fail.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';

// The longest first.
const checks = ['lint', 'typecheck', 'format:check', 'knip', 'prose', 'depcruise', 'shellcheck'];

/** Runs a script of package.json; gives what it said and whether it passed. @param {string} name */
function run(name) {
  const child = spawn('npm', ['run', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (/** @type {string} */ text) => (said += text));
  }
  return /** @type {Promise<{ said: string, passed: boolean }>} */ (
    new Promise((resolve) => {
      child.on('error', ({ message }) => {
        resolve({ said: `${said}${message}\n`, passed: false });
      });
      child.on('close', (code) => {
        resolve({ said, passed: code === 0 });
      });
    })
  );
}

const limit = pLimit(availableParallelism());
const runs = checks.map((name) => ({ name, end: limit(() => run(name)) }));
/** @type {string[]} */
const failed = [];
for (const { name, end } of runs) {
  const { said, passed } = await end;
  process.stdout.write(said);
  if (!passed) failed.push(name);
}
if (failed.length > 0) {
  process.stdout.write(`\nfailed: ${failed.join(', ')}\n`);
  process.exitCode = 1;
}
