// Which folder may import which. The picture is in ARCHITECTURE.md; this file is what enforces it.
const only = (from, to, comment) => ({
  name: `${from}-imports`,
  severity: 'error',
  comment,
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: `^src/(${[from, ...to].join('|')})(/|\\.ts$)` },
});
const leaf = ['errors', 'events', 'result', 'host-names'];

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'nobody-imports-cli',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'face-only',
      severity: 'error',
      comment: "Across folders import the other folder's index.ts only.",
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/.+', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'ssh2-in-transport',
      severity: 'error',
      from: { pathNot: '^src/transport/ssh/' },
      to: { path: 'node_modules/ssh2/' },
    },
    {
      name: 'commander-in-cli',
      severity: 'error',
      from: { pathNot: '^src/cli/' },
      to: { path: 'node_modules/commander/' },
    },
    {
      name: 'listr2-in-report',
      severity: 'error',
      from: { pathNot: '^src/report/' },
      to: { path: 'node_modules/listr2/' },
    },
    {
      name: 'testcontainers-in-lab',
      severity: 'error',
      from: { pathNot: '^src/lab/' },
      to: { path: 'node_modules/testcontainers/' },
    },
    only('document', leaf, 'located YAML: pure'),
    only('inventory', [...leaf, 'document'], 'pure'),
    only('playbook', [...leaf, 'document'], 'pure'),
    only('protocol', leaf, 'pure'),
    only('runtime', leaf, 'sh, and the door to it'),
    only('bundle', leaf, 'pure'),
    only('compare', leaf, 'pure'),
    only('transport', leaf, 'effects, no domain'),
    only('report', [...leaf, 'compare'], 'subscribers and renderers, never logic'),
    only('store', leaf, 'effects, no domain'),
    only('config', [...leaf, 'document'], 'effects, no domain'),
    only('lab', leaf, 'effects, no domain'),
    only('probe', leaf, 'effects, no domain'),
    only('run', [...leaf, 'bundle', 'protocol', 'transport', 'runtime'], 'effects by port'),
    only(
      'actions',
      [
        ...leaf,
        'document',
        'runtime',
        'run',
        'bundle',
        'compare',
        'probe',
        'inventory',
        'playbook',
        'transport',
        'store',
      ],
      'recipes',
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
};
