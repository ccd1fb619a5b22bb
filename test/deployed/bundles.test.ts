/** Applications as esbuild bundles them, with the flag: seen as those that are not bundled. */

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator } from '../../demo/simulator/server.ts'
import { startOtlpSink, type SunkPoint, type SunkSpan } from '../support/otlp-sink.ts'
import { REGISTER, runNode, type RunResult } from '../support/run-node.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** Inside the repository packages are found; elsewhere a bundle stands alone. */
const inside = path('../artifacts/bundles')
let alone: string
beforeAll(async () => {
  alone = await mkdtemp(join(tmpdir(), 'costspan-bundle-'))
  await mkdir(inside, { recursive: true })
})
afterAll(async () => {
  await rm(alone, { recursive: true })
  await rm(inside, { recursive: true })
})

const FORMATS = [
  { format: 'cjs', ending: 'cjs' },
  { format: 'esm', ending: 'mjs' },
] as const
type Format = (typeof FORMATS)[number]

/** What packages that are CommonJS need in an ES module, as esbuild's users write it. */
const REQUIRE =
  "import { createRequire as requireHere } from 'node:module'; const require = requireHere(import.meta.url);"

async function bundled(
  app: string,
  { format, ending }: Format,
  folder: string,
  external: readonly string[] = [],
): Promise<string> {
  const outfile = join(folder, `${app}-${external.length}.${ending}`)
  await build({
    entryPoints: [path(`./apps/${app}.js`)],
    outfile,
    format,
    bundle: true,
    platform: 'node',
    target: 'node22',
    external: [...external],
    // `import.meta` is empty in CommonJS, and esbuild says so of our files.
    logLevel: 'error',
    ...(format === 'esm' ? { banner: { js: REQUIRE } } : {}),
  })
  return outfile
}

interface Run extends RunResult {
  readonly spans: readonly SunkSpan[]
  readonly outcomes: readonly SunkPoint[]
}

async function run(file: string, observed: boolean): Promise<Run> {
  // A clock that stands still makes both providers' answers equal to the byte.
  const simulator = await startSimulator({ now: () => 1_790_000_000_000 })
  const sink = await startOtlpSink()
  try {
    const result = await runNode({
      args: ['--no-warnings', ...(observed ? ['--require', REGISTER] : []), file],
      env: {
        SIM_URL: simulator.url,
        SIM_BEDROCK_URL: simulator.bedrockUrl,
        COSTSPAN_STREAM_USAGE: 'on',
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      },
    })
    return { ...result, spans: sink.spans, outcomes: sink.points('costspan.outcomes') }
  } finally {
    await Promise.all([simulator.close(), sink.close()])
  }
}

const both = (file: string): Promise<readonly [bare: Run, observed: Run]> =>
  Promise.all([run(file, false), run(file, true)])

/** One priced record for each of these, for whom its code says, below the span that was active. */
function expectRecorded({ spans }: Run, calls: readonly string[]): void {
  const records = spans.filter(({ attributes }) => 'costspan.call.end' in attributes)
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const told = records.map(({ attributes, parentSpanId }) => ({
    feature: attributes['costspan.feature'],
    conversation: attributes['gen_ai.conversation.id'],
    status: attributes['costspan.cost.status'],
    end: attributes['costspan.call.end'],
    below: byId.get(parentSpanId ?? '')?.name,
  }))
  const expected = calls.map((name) => ({
    feature: name,
    conversation: `of ${name}`,
    status: 'priced',
    end: 'completed',
    below: name,
  }))
  const byFeature = (a: { feature: unknown }, b: { feature: unknown }): number =>
    String(a.feature).localeCompare(String(b.feature))
  expect(told.toSorted(byFeature)).toEqual(expected.toSorted(byFeature))
}

const CALLS = ['openai plain', 'openai stream', 'anthropic plain', 'anthropic stream']
const BEDROCK = ['bedrock plain', 'bedrock stream']

describe.each(FORMATS)('a bundle as $format', (format) => {
  test('of openai, @anthropic-ai/sdk and a second costspan, with no package beside it: 4 calls, 4 records', async () => {
    const [bare, observed] = await both(await bundled('clients', format, alone))
    expect(observed.stdout).toBe(bare.stdout)
    expect(observed.stdout.trim().split('\n').length).toBe(CALLS.length)
    expect(observed).toMatchObject({ code: 0, stderr: '' })
    expectRecorded(observed, CALLS)
    expect(observed.outcomes.map(({ value }) => value)).toEqual([1])
    // Without the flag there is nobody to hand on to, which is said once and does no harm.
    expect(bare.code).toBe(0)
    expect(bare.stderr).toMatch(/^costspan: could not start, .*--external:costspan\)\n$/)
  })

  test('of costspan/register says in a line that it must be preloaded, and with the flag nothing', async () => {
    const [bare, observed] = await both(await bundled('registered', format, alone))
    expect(observed.stdout).toBe(bare.stdout)
    expect(bare.code).toBe(0)
    expect(bare.stderr).toMatch(/^costspan: could not start, .*--require costspan\/register.*\n$/)
    expect(observed.stderr).toBe('')
    expectRecorded(observed, CALLS)
  })

  test('of costspan/register with costspan left out of it needs no flag', async () => {
    const file = await bundled('registered', format, inside, ['costspan'])
    const observed = await run(file, false)
    expect(observed).toMatchObject({ code: 0, stderr: '' })
    expectRecorded(observed, CALLS)
    expect(observed.outcomes.map(({ value }) => value)).toEqual([1])
  })

  test('with the AWS SDK in it works as bare, unseen; with it left out 2 calls are 2 records', async () => {
    const [bare, inIt] = await both(await bundled('bedrock', format, inside))
    expect(inIt.stdout).toBe(bare.stdout)
    expect(inIt).toMatchObject({ code: 0, stderr: '' })
    expectRecorded(inIt, [])
    const [bareBeside, beside] = await both(
      await bundled('bedrock', format, inside, ['@aws-sdk/*']),
    )
    expect(beside.stdout).toBe(bareBeside.stdout)
    expect(beside).toMatchObject({ code: 0, stderr: '' })
    expectRecorded(beside, BEDROCK)
  })
})
