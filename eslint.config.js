/** What the linter refuses, and why. `test/tooling/lint.test.ts` proves that each of our own rules fires. */

import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const generated = ['prices/book.ts']
const untyped = ['**/*.{js,jsx,mjs,cjs}', 'test/**/apps/**']

/** Syntax refused everywhere. */
const swallowed = [
  {
    // Unlike no-empty, a comment does not excuse it: say in code what happens instead.
    selector: 'CatchClause > BlockStatement[body.length=0]',
    message: 'Empty catch. Return a value, rethrow, or let guard() report it.',
  },
  {
    selector:
      "CallExpression[callee.property.name='catch'] > :function > BlockStatement[body.length=0]",
    message: 'Empty catch handler. Return a value, rethrow, or let guard() report it.',
  },
]

/** The ways to `process.env` that no-restricted-properties and no-restricted-imports do not see. */
const environment = [
  {
    selector: "MemberExpression[property.name='env'][object.property.name='process']",
    message: 'The environment is read in instrumentation/config.ts only.',
  },
  {
    selector: 'ImportExpression[source.value=/^(node:)?process$/]',
    message: 'process is a global; its environment is read in instrumentation/config.ts only.',
  },
]

/** `node --require costspan/register` cannot load a graph that has it (design: ERR_REQUIRE_ASYNC_MODULE). */
const topLevelAwait = [
  {
    selector: 'AwaitExpression:not(:function AwaitExpression)',
    message: 'Top-level await: --require costspan/register could no longer load this file.',
  },
  {
    selector: 'ForOfStatement[await=true]:not(:function ForOfStatement)',
    message: 'Top-level await: --require costspan/register could no longer load this file.',
  },
]

const processModule = ['process', 'node:process'].map((name) => ({
  name,
  message: 'process is a global; its environment is read in instrumentation/config.ts only.',
}))

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/node_modules/',
    '**/.next/',
    'coverage/',
    '.stryker-tmp/',
    'reports/',
    'test/artifacts/',
    'test/fixtures/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
  },

  {
    name: 'ours',
    rules: {
      // An unhandled rejection of ours kills the user's process, and `void` does not handle one.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          ignoreVoid: false,
          // The one place where our errors stop: what it returns never rejects. Write it without `void`.
          allowForKnownSafeCalls: [
            { from: 'file', name: 'guardAsync', path: 'instrumentation/guard.ts' },
          ],
        },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        // A default branch is a decision; only a silent fall-through is an oversight.
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        // `typeof import('…')` is how a module that is loaded only when needed gets its type.
        { disallowTypeAnnotations: false },
      ],
      // `import { type X }` alone leaves `import {}` behind: a file loaded for nothing.
      '@typescript-eslint/no-import-type-side-effects': 'error',

      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'The environment is read in instrumentation/config.ts only.',
        },
      ],
      'no-restricted-imports': ['error', { paths: processModule }],
      'no-restricted-syntax': ['error', ...swallowed, ...environment],

      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      // Three is the aim; OTLP alone nests three lists before the first question is asked.
      'max-depth': ['error', 4],
      // Twelve is the aim; ESLint counts each `??` and `?.`, so flat readers of optional fields come to 17.
      complexity: ['error', { max: 18, variant: 'modified' }],

      // Correctness rules of ESLint itself; the package of its recommended set is not installed with ESLint 10.
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-async-promise-executor': 'error',
      'no-case-declarations': 'error',
      'no-cond-assign': 'error',
      'no-constant-binary-expression': 'error',
      'no-control-regex': 'error',
      'no-debugger': 'error',
      'no-empty': 'error',
      'no-empty-pattern': 'error',
      'no-irregular-whitespace': 'error',
      'no-loss-of-precision': 'error',
      'no-misleading-character-class': 'error',
      'no-prototype-builtins': 'error',
      'no-self-assign': 'error',
      'no-self-compare': 'error',
      'no-unsafe-finally': 'error',
      'no-unsafe-optional-chaining': 'error',
      'no-useless-catch': 'error',
      'no-useless-escape': 'error',
    },
  },
  {
    name: 'noise',
    rules: {
      // A number in a template is what messages and ids are made of.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `return fail(error)` and `() => stream.end()` say what they do.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // A leading underscore says that a place is filled and not used, as for tsc.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // `async` without `await` turns a throw into the rejection that an interface promises.
      '@typescript-eslint/require-await': 'off',
      // `code: 0` for ExportResultCode.SUCCESS spares loading the package that holds the enum.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // What the application's own code threw passes through us as it is, Error or not.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
    },
  },

  {
    name: 'library',
    files: ['instrumentation/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...swallowed, ...environment, ...topLevelAwait] },
  },
  {
    name: 'interception',
    files: ['instrumentation/intercept/**/*.ts'],
    // Taking methods off prototypes is what interception is; they are called with their `this` restored.
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    name: 'environment',
    files: ['instrumentation/config.ts'],
    rules: {
      'no-restricted-properties': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', ...swallowed, ...topLevelAwait],
    },
  },
  {
    name: 'terminal',
    files: ['cli/**', 'demo/**', 'prices/generate.ts', 'local/page/build.mjs'],
    rules: { 'no-console': 'off' },
  },
  {
    name: 'examples',
    // Applications as somebody else would write them.
    files: ['docs/examples/**'],
    rules: {
      'no-console': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-syntax': 'off',
    },
  },
  {
    name: 'dashboards',
    files: ['dashboards/**/*.ts', 'test/dashboards/**/*.ts'],
    // The SDK calls the classic schema deprecated; it is what provisioning, Grafana 10 to 13 and grafana.com take.
    rules: { '@typescript-eslint/no-deprecated': 'off' },
  },
  {
    name: 'page',
    files: ['local/page/**/*.ts'],
    // In a page an unhandled rejection is a line in its console; `void` says that it was meant.
    rules: { '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: true }] },
  },
  { name: 'generated', files: generated, rules: { 'max-lines': 'off' } },

  {
    name: 'tests',
    files: ['test/**', '*.config.{js,ts}', '.dependency-cruiser.mjs'],
    rules: {
      // Tests start processes with the environment they need, and a table of cases is long.
      'no-console': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-imports': 'off',
      'no-restricted-syntax': ['error', ...swallowed],
      'max-lines': ['error', 400],
      'max-lines-per-function': 'off',
      'max-depth': 'off',
      complexity: 'off',
      // A test asks what the types already promise.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // JSON.parse of what a server received is checked by the assertion itself.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      // Misbehaving callers are among the cases.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
    },
  },
  {
    name: 'CommonJS',
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  { name: 'untyped', files: untyped, extends: [tseslint.configs.disableTypeChecked] },
)
