import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folders = ['instrumentation', 'local', 'cli', 'demo', 'prices', 'dashboards']

interface Violation {
  readonly from: string
  readonly to: string
  readonly rule: { readonly name: string }
}

/** A small package with these files, under the repository's own rules. */
async function violationsIn(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const place = realpathSync(mkdtempSync(join(tmpdir(), 'costspan-imports-')))
  try {
    for (const folder of folders) mkdirSync(join(place, folder))
    const all = { ...surroundings, ...files }
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(place, path)), { recursive: true })
      writeFileSync(join(place, path), text)
    }
    const output = await depcruise(place)
    const { summary } = JSON.parse(output) as { summary: { violations: readonly Violation[] } }
    return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)
  } finally {
    rmSync(place, { recursive: true })
  }
}

function depcruise(cwd: string): Promise<string> {
  const tool = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
  const config = join(root, '.dependency-cruiser.mjs')
  const args = [tool, '--config', config, '--output-type', 'json', ...folders]
  return new Promise((resolve, reject) => {
    // The exit code is the number of violations; only a missing report is a failure.
    execFile(process.execPath, args, { cwd, maxBuffer: 1e8 }, (_violations, stdout, stderr) => {
      if (stdout.startsWith('{')) resolve(stdout)
      else reject(new Error(`dependency-cruiser: ${stderr}`))
    })
  })
}

const surroundings = {
  'package.json': JSON.stringify({
    type: 'module',
    dependencies: { '@opentelemetry/api': '*' },
    devDependencies: { openai: '*', vitest: '*' },
  }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: { module: 'nodenext', allowImportingTsExtensions: true, noEmit: true },
  }),
  ...installed('@opentelemetry/api'),
  ...installed('openai'),
  ...installed('vitest'),
}

function installed(name: string): Record<string, string> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, main: 'index.js' }),
    [`node_modules/${name}/index.js`]: 'module.exports = {}',
  }
}

const sound = {
  'instrumentation/core/usage.ts': 'export const usage = 1',
  'instrumentation/semconv.ts': 'export const name = 1',
  'instrumentation/guard.ts': "import '@opentelemetry/api'",
  'instrumentation/config.ts': "import 'node:fs'\nimport './core/usage.ts'",
  'instrumentation/wire/sse.ts': "import '../core/usage.ts'",
  'instrumentation/providers/acme.ts': "import '../core/usage.ts'\nimport '../wire/sse.ts'",
  'instrumentation/providers/registry.ts': "import './acme.ts'",
  'instrumentation/pricing/price.ts': "import '../core/usage.ts'",
  'instrumentation/pricing/bundled.ts': "import '../../prices/book.ts'\nimport './price.ts'",
  'instrumentation/attribution/context.ts': "import 'node:async_hooks'\nimport '../core/usage.ts'",
  'instrumentation/propagation/inbound.ts':
    "import '../attribution/context.ts'\nimport '../guard.ts'",
  'instrumentation/middleware/express.ts': "import '../propagation/inbound.ts'",
  'instrumentation/intercept/fetch.ts': [
    '../core/usage.ts',
    '../wire/sse.ts',
    '../providers/registry.ts',
    '../attribution/context.ts',
    '../guard.ts',
    '../semconv.ts',
    '@opentelemetry/api',
  ]
    .map((path) => `import '${path}'`)
    .concat("import type { Config } from '../config.ts'")
    .join('\n'),
  'instrumentation/record/span.ts': "import '../semconv.ts'\nimport '../pricing/price.ts'",
  'instrumentation/compose/attribution.ts': "import '../record/span.ts'",
  'instrumentation/compose.ts': [
    './compose/attribution.ts',
    './intercept/fetch.ts',
    './record/span.ts',
    './config.ts',
    './pricing/bundled.ts',
  ]
    .map((path) => `import '${path}'`)
    .join('\n'),
  'instrumentation/register.ts': "import './compose.ts'",
  'instrumentation/index.ts': "import './compose.ts'",
  'prices/book.ts': 'export const book = 1',
  'local/server.ts': "import 'node:http'\nimport '../instrumentation/pricing/bundled.ts'",
  'cli/main.ts': "await import('./commands/local.ts')",
  'cli/commands/local.ts': "import '../../local/server.ts'",
  'demo/support-bot.ts': "import 'openai'",
}

/** Each adds one import to a sound tree: the file, what it imports, the rule that must say so. */
const refused: readonly (readonly [from: string, to: string, rule: string])[] = [
  ['instrumentation/core/usage.ts', '../wire/sse.ts', 'arrow-core'],
  ['instrumentation/core/usage.ts', '../guard.ts', 'arrow-core'],
  ['instrumentation/core/usage.ts', 'node:fs', 'pure'],
  ['instrumentation/core/usage.ts', '@opentelemetry/api', 'pure'],
  ['instrumentation/semconv.ts', '@opentelemetry/api', 'pure'],
  ['instrumentation/wire/sse.ts', 'node:buffer', 'pure'],
  ['instrumentation/wire/sse.ts', '../providers/acme.ts', 'arrow-wire'],
  ['instrumentation/providers/acme.ts', '@opentelemetry/api', 'pure'],
  ['instrumentation/providers/acme.ts', '../pricing/price.ts', 'arrow-providers'],
  ['instrumentation/providers/acme.ts', '../config.ts', 'arrow-providers'],
  ['instrumentation/providers/acme.ts', './registry.ts', 'providers-apart'],
  ['instrumentation/pricing/price.ts', '../providers/acme.ts', 'arrow-pricing'],
  ['instrumentation/pricing/price.ts', 'node:fs', 'pure'],
  ['instrumentation/pricing/price.ts', '../../prices/book.ts', 'book-has-one-reader'],
  ['instrumentation/attribution/context.ts', '../guard.ts', 'arrow-attribution'],
  ['instrumentation/attribution/context.ts', '@opentelemetry/api', 'attribution-is-light'],
  ['instrumentation/propagation/inbound.ts', '../record/span.ts', 'arrow-propagation'],
  ['instrumentation/middleware/express.ts', '../record/span.ts', 'arrow-middleware'],
  ['instrumentation/middleware/express.ts', '../compose.ts', 'compose-is-for-entries'],
  ['instrumentation/intercept/fetch.ts', '../record/span.ts', 'arrow-intercept'],
  ['instrumentation/intercept/fetch.ts', '../pricing/price.ts', 'arrow-intercept'],
  ['instrumentation/record/span.ts', '../intercept/fetch.ts', 'arrow-record'],
  ['instrumentation/record/span.ts', '../providers/acme.ts', 'arrow-record'],
  ['instrumentation/intercept/fetch.ts', '../config.ts', 'settings-are-handed-down'],
  ['instrumentation/config.ts', './pricing/price.ts', 'arrow-config'],
  ['local/server.ts', '../instrumentation/record/span.ts', 'arrow-local'],
  ['local/server.ts', '../instrumentation/compose.ts', 'compose-is-for-entries'],
  ['local/server.ts', '../instrumentation/compose/attribution.ts', 'compose-is-for-entries'],
  ['local/server.ts', '../cli/commands/local.ts', 'nobody-imports-cli'],
  ['local/server.ts', '../demo/support-bot.ts', 'demo-stays-outside'],
  ['local/server.ts', 'openai', 'clients-in-demo-only'],
  ['cli/commands/local.ts', '../../instrumentation/intercept/fetch.ts', 'arrow-cli'],
  ['cli/commands/local.ts', '../../instrumentation/register.ts', 'nobody-imports-an-entry'],
  ['cli/commands/local.ts', '../main.ts', 'no-cycle'],
  ['cli/commands/local.ts', 'vitest', 'no-dev-dependency'],
  ['cli/commands/local.ts', 'left-pad', 'no-unresolvable'],
  ['demo/support-bot.ts', '../instrumentation/pricing/price.ts', 'arrow-demo'],
]

describe('import rules', () => {
  /** All offences in one tree: a run of the tool takes most of a second. */
  let found: readonly string[]
  beforeAll(async () => {
    const files: Record<string, string> = { ...sound }
    for (const [from, to] of refused) files[from] = `${files[from] ?? ''}\nimport '${to}'`
    files['instrumentation/core/call.ts'] = "import type { Span } from '../record/span.ts'"
    files['local/lonely.ts'] = 'export const lonely = 1'
    files['local/helpers.ts'] = 'export const help = 1'
    files['local/store.ts'] = "import './helpers.ts'\nimport '../test/support.ts'"
    files['test/support.ts'] = 'export const support = 1'
    found = await violationsIn(files)
  })

  test('find nothing in a tree that follows the design', async () => {
    expect(await violationsIn(sound)).toEqual([])
  })

  test.each(refused)('refuse %s importing %s', (from, to, rule) => {
    const target = to.split('/').at(-1) ?? to
    const said = found.filter((line) => line.startsWith(`${rule}: ${from} -> `))
    expect(
      said.some((line) => line.includes(target.replace('node:', ''))),
      found.join('\n'),
    ).toBe(true)
  })

  test.each([
    ['a type import, like any other', 'arrow-core: instrumentation/core/call.ts'],
    ['an orphan', 'no-orphan: local/lonely.ts'],
    ['a catch-all file', 'no-catch-all-file: local/store.ts -> local/helpers.ts'],
    [
      'a test imported by production code',
      'no-test-in-production: local/store.ts -> test/support.ts',
    ],
  ])('refuse %s', (_what, start) => {
    expect(found.filter((line) => line.startsWith(start))).not.toEqual([])
  })
})
