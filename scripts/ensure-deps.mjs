// Lets `npm run demo` and `npm test` work right after a clone: installs the locked dependencies when there are none.
// Needs nothing that must be installed itself.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (!existsSync('node_modules')) {
  process.stderr.write('installing dependencies (npm ci)\n');
  const run = spawnSync('npm', ['ci'], { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  process.exitCode = run.status ?? 1;
}
