// Which folder may import which. The picture is in ARCHITECTURE.md; this file is what enforces it.
const only = (from, to, comment) => ({
  name: `${from}-imports`,
  severity: 'error',
  comment,
  from: { path: `^src/${from}/` },
  to: { path: '^src/', pathNot: `^src/(${[from, ...to].join('|')})(/|\\.ts$)` },
});
const leaf = ['model'];

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
    only('model', [], 'the vocabulary: a pure leaf'),
    only('document', leaf, 'located YAML: pure'),
    only('inventory', [...leaf, 'document'], 'pure'),
    only('playbook', [...leaf, 'document', 'sh'], 'pure'),
    only('sh', leaf, 'texts of sh: pure'),
    only('lint', [...leaf, 'document', 'inventory', 'playbook', 'sh'], 'rules over texts: pure'),
    only(
      'sources',
      [...leaf, 'document'],
      'what is read from the disk of the controller: effects, no domain',
    ),
    only(
      'compile',
      [...leaf, 'document', 'inventory', 'playbook', 'sh', 'host', 'schedule'],
      'pure over ports',
    ),
    only('schedule', leaf, 'which hosts are next: pure'),
    only('protocol', leaf, 'pure'),
    only('host', leaf, 'sh, and the door to it'),
    only('compare', leaf, 'pure'),
    only('transport', leaf, 'effects, no domain'),
    only('probe', [...leaf, 'document', 'inventory', 'playbook', 'compile', 'compare'], 'effects by port'),
    only('run', [...leaf, 'protocol', 'transport', 'schedule', 'sh', 'host'], 'effects by port'),
    only('store', leaf, 'effects, no domain'),
    only('report', [...leaf, 'compare'], 'subscribers and renderers, never logic'),
    only('lab', leaf, 'effects, no domain'),
    {
      name: 'actions-import',
      severity: 'error',
      comment: 'recipes',
      from: { path: '^src/actions/' },
      to: { path: '^src/(cli|report|lab)/' },
    },
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
