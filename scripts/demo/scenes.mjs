// The story of the README: which commands are run on practice hosts, and how each must end.

/** @typedef {import('../../src/lab/index.ts').Lab} Lab */
/**
 * One scene: its title, which command runs in the directory of the lab, and how it must end. The picture of the README
 * has the scenes with `pictured`: so many lines of what the command prints, from its beginning and from its end.
 * @typedef {{
 *   title: string, args: readonly string[], code: number, before?: () => Promise<void>,
 *   pictured?: { first: number, last: number },
 * }} Scene
 */

const inventory = ['-i', 'inventory.yaml'];
const ask = `dig @127.0.0.1 www.example.net +short; ps -axww -o user -o command | grep "[s]bin/named"`;
const all = { first: Infinity, last: 0 };

/**
 * @param {Lab} lab
 * @returns {readonly Scene[]}
 */
export function scenes(lab) {
  return [
    {
      title: 'Three DNS servers, each with the named of the base system, running as root',
      args: ['exec', ...inventory, ask],
      code: 0,
      pictured: all,
    },
    {
      title: 'What would change? Nothing is touched.',
      args: ['plan', 'caged-bind', ...inventory],
      code: 0,
    },
    {
      title: 'Move them into the cage, in parallel',
      args: ['apply', 'caged-bind', ...inventory, '--yes'],
      code: 0,
      pictured: all,
    },
    {
      title: 'Again: nothing is left to change',
      args: ['apply', 'caged-bind', ...inventory, '--yes'],
      code: 0,
    },
    {
      title: 'The same question as at the beginning',
      args: ['exec', ...inventory, ask],
      code: 0,
      pictured: all,
    },
    {
      title: 'Prove it, and compare the hosts with each other',
      args: ['verify', 'caged-bind', ...inventory],
      code: 0,
    },
    {
      title: 'Somebody edits one host by hand. Who, and what? (exit 3: drift and divergence)',
      before: async () => {
        await lab.exec('ns2', ['/bin/sh', '-c', 'echo "# by hand" >>/home/named/etc/named.conf']);
      },
      args: ['verify', 'caged-bind', ...inventory],
      code: 3,
      pictured: { first: 9, last: 1 },
    },
    {
      title: 'Roll that one host back, by force because somebody changed it; the others stay',
      args: ['rollback', '--limit', 'ns2', '--force', ...inventory, '--yes'],
      code: 0,
      pictured: all,
    },
    {
      title: 'The named of the base system answers on ns2 again, the caged ones on the others',
      args: ['exec', ...inventory, ask],
      code: 0,
    },
  ];
}

/**
 * The command line as a person types it.
 * @param {readonly string[]} args
 */
export function typed(args) {
  return `muster ${args.map((word) => (/^[\w./@=-]+$/.test(word) ? word : `'${word}'`)).join(' ')}`;
}
