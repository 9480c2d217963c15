// Lets `npm run demo` and `npm test` work right after a clone: installs the locked dependencies if they are missing or
// are not those of the lock file. Uses nothing that must be installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const stamp = 'node_modules/.muster-lock';
const digest = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';

if (!existsSync('node_modules')) {
  process.stderr.write('installing dependencies (npm ci)\n');
  const run = spawnSync('npm', ['ci'], { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (run.status !== 0) process.exit(run.status ?? 1);
  writeFileSync(stamp, digest);
} else if (installed !== '' && installed !== digest) {
  process.stderr.write('package-lock.json has changed since the dependencies were installed: run `npm ci`\n');
}
