// Lint rules. Typed promise rules are the point: a floating promise in an SSH runner is a lost host.
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const syntaxForAll = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
  {
    selector: "CallExpression[callee.property.name='once'][arguments.0.value='error']",
    message: "An 'error' that nobody hears ends the process, and a second one may come: use on().",
  },
];

const endsItself = {
  selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
  message: 'Set process.exitCode; only a program of its own ends its process.',
};

/** A clone that was never built is checked too. */
const noBuilt = { regex: '^[.]+/(.*/)?dist/', message: 'Checks run before a build: import the source.' };

/** Effects that are no import of a module: the same in every pure folder. */
const syntaxForPure = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0], CallExpression[callee.name='Date']",
    message: 'Pure folder: the clock comes in as an argument.',
  },
  { selector: 'ImportExpression', message: 'Pure folder: nothing is loaded at run time.' },
  {
    selector: "MemberExpression[object.meta.name='import']",
    message: 'Pure folder: it does not know where it lies.',
  },
];

const pureFolders = [
  'model',
  'document',
  'inventory',
  'foreign',
  'playbook',
  'sh',
  'lint',
  'compile',
  'schedule',
  'protocol',
  'compare',
];

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '**/*.cjs'] },
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
      'no-restricted-syntax': ['error', ...syntaxForAll, endsItself],
      'no-restricted-imports': ['error', { patterns: [noBuilt] }],
    },
  },
  {
    files: ['src/page/**/*.{ts,tsx}'],
    languageOptions: {
      parserOptions: { project: './tsconfig.page.json', tsconfigRootDir: import.meta.dirname },
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
          paths: [
            {
              name: 'node:crypto',
              // Functions of what they are given.
              allowImportNames: ['createHash', 'createHmac', 'scrypt'],
              message: 'Pure folder: no randomness.',
            },
            { name: 'node:zlib', allowImportNames: ['gzip'], message: 'Pure folder: no streams.' },
          ],
          patterns: [
            noBuilt,
            { regex: '^node:(?!path/posix$|crypto$|zlib$)', message: 'Pure folder: no effects.' },
            {
              regex: '^(fs|os|net|dns|dgram|http|https|child_process|process|timers|crypto)(/|$)',
              message: 'Pure folder: no effects.',
            },
            { regex: '^(ssh2|testcontainers)$', message: 'Pure folder: no effects.' },
          ],
        },
      ],
      'no-restricted-syntax': ['error', ...syntaxForAll, endsItself, ...syntaxForPure],
      'no-restricted-globals': [
        'error',
        ...['process', 'globalThis', 'console', 'fetch', 'performance', 'crypto'],
        ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Pure folder: the clock comes in as an argument.' },
        { object: 'Math', property: 'random', message: 'Pure folder: randomness comes in as an argument.' },
      ],
    },
  },
  {
    // Scripts print, and a script or a test is no part of what runs in production.
    files: ['**/*.mjs'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.{ts,mjs}', '*.config.{ts,mjs}'],
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
