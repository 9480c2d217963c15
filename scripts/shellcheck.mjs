// Runs shellcheck over every sh file of the project, where shellcheck is installed; says so where it is not.
import { spawnSync } from 'node:child_process';

const files = spawnSync(
  'git',
  [
    'ls-files',
    '-co',
    '--exclude-standard',
    '--',
    'src/host/**.sh',
    'playbooks/**.sh',
    'docker/*.sh',
    'scripts/*.sh',
  ],
  {
    encoding: 'utf8',
  },
)
  .stdout.split('\n')
  .filter((file) => file !== '');
const run = spawnSync('shellcheck', ['--severity=info', ...files], { stdio: 'inherit' });
if (run.error) {
  process.stdout.write('shellcheck is not installed: sh files were not linted\n');
  process.exitCode = process.env['CI'] ? 1 : 0;
} else {
  process.exitCode = run.status ?? 1;
}
