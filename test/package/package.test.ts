import { existsSync } from 'node:fs'
import { lstat, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pack, repository, run, type Packed } from './packed.ts'

const kilobyte = 1000
const megabyte = 1000 * kilobyte

let packed: Packed
beforeAll(async () => {
  packed = await pack()
})
afterAll(async () => {
  await packed.remove()
})

/** Every path that `exports` and `bin` name, without `./`. */
function targets({ exports, bin }: Packed['manifest']): readonly string[] {
  const exported = Object.values(exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  )
  return [...exported, ...Object.values(bin)].map((path) => path.replace(/^\.\//, ''))
}

describe('the packed package', () => {
  test('is at most 600 kB to download and 3 MB on disk', () => {
    expect(packed.size).toBeLessThan(600 * kilobyte)
    expect(packed.unpackedSize).toBeLessThan(3 * megabyte)
  })

  test('holds the build, the price sources and its papers, and nothing else', () => {
    const papers = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/
    const rest = packed.files.filter((path) => !papers.test(path))
    const expected =
      /^(dist\/(instrumentation|local|cli|demo|prices)\/|prices\/([^/]+\.yaml|schema\.json)$)/
    expect(rest.filter((path) => !expected.test(path))).toEqual([])
    expect(rest.filter((path) => /\.test\.|fixtures|\.tsbuildinfo$/.test(path))).toEqual([])
    expect(packed.files).toContain('LICENSE')
    expect(packed.files).toContain('README.md')
    expect(packed.files).toContain('CHANGELOG.md')
  })

  test('has no file left over from a source that is gone (remove dist and build again)', () => {
    const built = packed.files.filter((path) => /^dist\/(?!local\/page\/).*\.js$/.test(path))
    const source = (path: string): string =>
      join(repository, path.replace(/^dist\//, '').replace(/\.js$/, ''))
    const orphans = built.filter(
      (path) => !['.ts', '.js'].some((extension) => existsSync(source(path) + extension)),
    )
    expect(orphans).toEqual([])
  })

  test('has only source maps that carry their source', async () => {
    const maps = packed.files.filter((path) => path.endsWith('.js.map'))
    const read = (path: string): Promise<string> =>
      readFile(join(packed.consumer, 'node_modules/costspan', path), 'utf8')
    const texts = await Promise.all(maps.map(read))
    const blind = maps.filter((_, i) => !(texts[i] ?? '').includes('"sourcesContent"'))
    expect(blind).toEqual([])
  })

  test('names only files that exist in exports and bin', () => {
    const missing = targets(packed.manifest).filter((path) => !packed.files.includes(path))
    expect(missing).toEqual([])
  })

  test('gives ./register a default target, which --require needs', () => {
    expect(packed.manifest.exports['./register']).toHaveProperty('default')
  })

  test('starts its command line with a shebang', async () => {
    for (const path of Object.values(packed.manifest.bin)) {
      const text = await readFile(join(packed.consumer, 'node_modules/costspan', path), 'utf8')
      expect(text.slice(0, 20)).toBe('#!/usr/bin/env node\n')
    }
  })
})

describe('what it brings along', () => {
  // The others are the parts of OpenTelemetry that `sdk-node` would bring as one, with every exporter loaded.
  test("is 2 run-time dependencies beside OpenTelemetry's own, and 17 at most", () => {
    const names = Object.keys(packed.manifest.dependencies)
    const others = names.filter((name) => !name.startsWith('@opentelemetry/'))
    expect(others).toEqual(['protobufjs', 'yaml'])
    expect(names.length).toBeLessThanOrEqual(17)
  })

  test("is at most 20 MB installed beyond OpenTelemetry's own packages", async () => {
    const lock = JSON.parse(await readFile(join(repository, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; link?: boolean }>
    }
    const installed = Object.entries(lock.packages)
      .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.dev && !entry.link)
      .map(([path]) => path)
      .filter((path) => !path.includes('node_modules/@opentelemetry/'))
    expect(installed).toContain('node_modules/yaml')
    const sizes = await Promise.all(installed.map((path) => bytesIn(join(repository, path))))
    const total = sizes.reduce((sum, size) => sum + size, packed.unpackedSize)
    expect(total).toBeLessThan(20 * megabyte)
  })
})

/** Bytes of a package's own files, without the packages nested in it (they have lines of their own). */
async function bytesIn(folder: string): Promise<number> {
  // Optional packages of other platforms are in the lock file and not on the disk.
  if (!existsSync(folder)) return 0
  const entries = await readdir(folder, { withFileTypes: true })
  const sizes = entries
    .filter((entry) => entry.name !== 'node_modules')
    .map(async (entry) => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? await bytesIn(path) : (await lstat(path)).size
    })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

describe('an application that has only the run-time dependencies', () => {
  const node = (...args: readonly string[]) => run(process.execPath, args, packed.consumer)

  test.each([
    ['--require', 'costspan/register'],
    ['--import', 'costspan/register'],
  ])('starts and ends in silence with %s %s', async (flag, entry) => {
    expect(await node(flag, entry, '-e', '0')).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test.each([
    'costspan',
    'costspan/pricing',
    'costspan/express',
    'costspan/fastify',
    'costspan/next',
    'costspan/register',
  ])('can require(%o), so nothing in its graph awaits at top level', async (entry) => {
    // Node tells that require() of an ES module is experimental up to 22.12 and 23.4; engines ask for more.
    const script = `console.log(Object.keys(require('${entry}')).length > ${entry.endsWith('register') ? -1 : 0})`
    const got = await node('--input-type=commonjs', '-e', script)
    expect(got).toEqual({ code: 0, stdout: 'true\n', stderr: '' })
  })

  test('can run the command line', async () => {
    const main = join('node_modules/costspan', packed.manifest.bin['costspan'] ?? '')
    const { code, stderr } = await node(main, '--help')
    expect(stderr).toMatch(/^ +report /m)
    expect(code).toBe(0)
  })
})

/** What an application writes. */
const application = `
import { AttributionRequiredError, CostSpanProcessor, withAttribution } from 'costspan'
import { attributeRequests as forExpress } from 'costspan/express'
import { attributeRequests as forFastify } from 'costspan/fastify'
import { withAttributedRoute } from 'costspan/next'
import { buildBook, price, type PriceBook } from 'costspan/pricing'
import 'costspan/register'

export const processor = new CostSpanProcessor()

export const answer: string = withAttribution(
  { feature: 'support', team: 'care', customer: 'acme', unit: { type: 'ticket', id: '7' } },
  () => 'yes',
)

export const plugin = [forExpress({ team: 'care' }), forFastify((request) => ({ user: String(request.headers['x-user']) }))]

export const POST = withAttributedRoute(
  async (request: Request, { params }: { params: Promise<{ id: string }> }) => ({ conversation: (await params).id }),
  async (request) => new Response(await request.text()),
)

export const missing = (error: unknown): readonly string[] =>
  error instanceof AttributionRequiredError ? error.missing : []

export const later: Promise<number> = withAttribution({ conversation: 'c1' }, async () => 1)

// @ts-expect-error a misspelt attribution is an error, not an ignored key
withAttribution({ featur: 'support' }, () => undefined)

export const load: (source: Parameters<typeof buildBook>[0]) => PriceBook = buildBook
export type Cost = ReturnType<typeof price>
`

describe('a TypeScript application compiles against the published types', () => {
  test.each([
    ['node16', 'node16', 'app.ts'],
    ['bundler', 'esnext', 'app.ts'],
    // CommonJS may require() ES modules from TypeScript 5.8 on.
    ['nodenext', 'nodenext', 'app.cts'],
  ])('with moduleResolution %s, module %s, as %s', async (moduleResolution, module, file) => {
    const compilerOptions = {
      module,
      moduleResolution,
      target: 'es2022',
      strict: true,
      noEmit: true,
      types: ['node'],
    }
    const config = JSON.stringify({ compilerOptions, files: [file] })
    await writeFile(join(packed.consumer, file), application)
    await writeFile(join(packed.consumer, 'tsconfig.json'), config)
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    const { stdout } = await run(process.execPath, [tsc, '-p', '.'], packed.consumer)
    expect(stdout).toBe('')
  })
})
