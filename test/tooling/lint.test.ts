import { ESLint } from 'eslint'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Paths that need not exist: the typed rules take them into the default project. */
const library = 'instrumentation/core/snippet.ts'
const command = 'cli/snippet.ts'
const inTests = 'test/tooling/snippet.ts'

const eslint = new ESLint({
  cwd: root,
  overrideConfig: [
    {
      languageOptions: {
        parserOptions: {
          projectService: { allowDefaultProject: [library, command, inTests] },
          tsconfigRootDir: root,
        },
      },
    },
  ],
})

async function rulesBrokenBy(code: string, filePath = library): Promise<readonly string[]> {
  const results = await eslint.lintText(code, { filePath: `${root}${filePath}` })
  const messages = results.flatMap((result) => result.messages)
  // A snippet that does not parse would break no rule.
  expect(messages.filter((message) => message.fatal)).toEqual([])
  return [...new Set(messages.map((message) => message.ruleId ?? message.message))]
}

const floating = '@typescript-eslint/no-floating-promises'
const noAny = '@typescript-eslint/no-explicit-any'

const refused: readonly (readonly [what: string, rule: string, code: string])[] = [
  ['a promise left to itself', floating, 'export function f(p: Promise<void>) { p }'],
  ['a promise waved away with void', floating, 'export function f(p: Promise<void>) { void p }'],
  [
    'an async callback where nobody awaits',
    '@typescript-eslint/no-misused-promises',
    'export const f = (list: string[], p: Promise<void>) => { list.forEach(async () => { await p }) }',
  ],
  ['any', noAny, 'export const f = (x: any): void => { x }'],
  [
    'a value of JSON.parse used as if its type were known',
    '@typescript-eslint/no-unsafe-member-access',
    "export const f = (): unknown => JSON.parse('{}').usage",
  ],
  ['process.env', 'no-restricted-properties', 'export const home = process.env.HOME'],
  ["process['env']", 'no-restricted-properties', "export const env = process['env']"],
  ['env taken out of process', 'no-restricted-properties', 'export const { env } = process'],
  [
    'env imported from node:process',
    'no-restricted-imports',
    "import { env } from 'node:process'\nexport const home = env.HOME",
  ],
  [
    'process imported under another name',
    'no-restricted-imports',
    "import host from 'process'\nexport const home = host.env.HOME",
  ],
  ['globalThis.process.env', 'no-restricted-syntax', 'export const e = globalThis.process.env'],
  [
    'node:process imported at run time',
    'no-restricted-syntax',
    "export const f = async () => (await import('node:process')).env",
  ],
  [
    'an empty catch',
    'no-restricted-syntax',
    'export const f = (g: () => void) => { try { g() } catch {} }',
  ],
  [
    'a catch with a comment for a body',
    'no-restricted-syntax',
    'export const f = (g: () => void) => { try { g() } catch { /* never mind */ } }',
  ],
  [
    'an empty catch handler',
    'no-restricted-syntax',
    'export const f = (p: Promise<void>) => p.catch(() => {})',
  ],
  ['top-level await', 'no-restricted-syntax', 'export const x = await Promise.resolve(1)'],
  [
    'top-level for await',
    'no-restricted-syntax',
    'declare const s: AsyncIterable<string>\nfor await (const x of s) String(x)',
  ],
  ['console in the library', 'no-console', "console.log('here')"],
  [
    'a type imported as a value',
    '@typescript-eslint/consistent-type-imports',
    "import { Usage } from './usage.ts'\nexport type Copy = Usage",
  ],
  [
    'a switch that forgets a member',
    '@typescript-eslint/switch-exhaustiveness-check',
    "export function f(k: 'a' | 'b') { switch (k) { case 'a': return 1 } return 0 }",
  ],
  ['a file of 301 lines', 'max-lines', '// line\n'.repeat(301)],
  [
    'a function of 61 lines of code',
    'max-lines-per-function',
    `export function f() {\n${'  String(1)\n'.repeat(59)}}\n`.replace(
      'String(1)',
      'String(1)\n  String(2)',
    ),
  ],
  [
    'a function with 19 ways through',
    'complexity',
    `export function f(n: number) {\n${'  if (n > 1) return 1\n'.repeat(18)}  return 0\n}`,
  ],
  [
    'nesting five deep',
    'max-depth',
    'export function f(n: number) { if (n) { if (n) { if (n) { if (n) { if (n) { String(n) } } } } } }',
  ],
  [
    'a swallowing finally',
    'no-unsafe-finally',
    'export function f() { try { return 1 } finally { return 2 } }',
  ],
  ['a rate that loses digits', 'no-loss-of-precision', 'export const rate = 9007199254740993'],
]

describe('the linter refuses', () => {
  test.each(refused)('%s', async (_what, rule, code) => {
    expect(await rulesBrokenBy(code)).toContain(rule)
  })
})

describe('the linter allows', () => {
  const allowed: readonly (readonly [what: string, file: string, code: string])[] = [
    [
      'process.env in config.ts',
      'instrumentation/config.ts',
      'export const home = process.env.HOME\n',
    ],
    ['console in a command', command, "console.error('done')\n"],
    ['300 lines', library, '// line\n'.repeat(299)],
    [
      'a catch that returns',
      library,
      'export const f = (g: () => number) => { try { return g() } catch { return undefined } }\n',
    ],
    ['a number in a template', library, 'export const f = (n: number) => `${n} calls`\n'],
    [
      'a guarded promise left to itself',
      'instrumentation/intercept/response.ts',
      "import { guardAsync } from '../guard.ts'\nexport function f(p: Promise<void>) { guardAsync('it', () => p) }\n",
    ],
    ['process.env in a test', inTests, 'export const home = process.env.HOME\n'],
  ]
  test.each(allowed)('%s', async (_what, file, code) => {
    expect(await rulesBrokenBy(code, file)).toEqual([])
  })

  test.each([
    ['a floating promise', floating, 'export function f(p: Promise<void>) { p }'],
    ['any', noAny, 'export const f = (x: any): void => { x }'],
  ])('%s not even in tests', async (_what, rule, code) => {
    expect(await rulesBrokenBy(code, inTests)).toContain(rule)
  })
})
