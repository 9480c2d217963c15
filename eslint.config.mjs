// Lint rules. Typed promise rules are the point: a floating promise in an SSH runner is a lost host.
import tseslint from 'typescript-eslint';

const syntaxForAll = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  {
    selector: "CallExpression[callee.property.name='once'][arguments.0.value='error']",
    message: "An 'error' that nobody hears ends the process, and a second one may come: use on().",
  },
];

const pureFolders = [
  'model',
  'document',
  'inventory',
  'playbook',
  'sh',
  'lint',
  'compile',
  'schedule',
  'protocol',
  'compare',
];

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '**/*.cjs', '**/*.mjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: './tsconfig.test.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // A promise that nobody handles ends the process, and with it the results of all hosts: `void` handles nothing.
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      'no-restricted-syntax': [
        'error',
        ...syntaxForAll,
        {
          selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
          message: 'Set process.exitCode; only a program of its own ends its process.',
        },
      ],
    },
  },
  {
    // What ends here ends a practice host or a test, which says so.
    files: ['src/lab/**/*.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }] },
  },
  {
    // Programs of their own: they end with what they keep, whatever sockets are still open.
    files: ['src/lab/embedded/keeper.ts', 'src/lab/embedded/supervisor.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...syntaxForAll],
    },
  },
  {
    files: pureFolders.map((folder) => `src/${folder}/**/*.ts`),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^node:(?!path/posix$|crypto$)', message: 'Pure folder: no effects.' },
            { regex: '^ssh2$', message: 'Pure folder: no effects.' },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'console', 'fetch', 'setTimeout', 'setInterval'],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Pure folder: the clock comes in as an argument.' },
        { object: 'Math', property: 'random', message: 'Pure folder: randomness comes in as an argument.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', '*.config.ts'],
    rules: {
      'max-lines': 'off',
      'no-restricted-syntax': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
);
