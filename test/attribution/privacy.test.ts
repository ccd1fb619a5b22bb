import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { startLocal, type Local } from '../../local/server.ts'
import { launchChromium, noBrowser } from '../support/chromium.ts'
import { REGISTER, runNode, type RunResult } from '../support/run-node.ts'

const CANARY = 'canary-3f9c1d'
const ANSWER = 'answer-canary-77ab'
const USER = 'user-canary-0be2'
const CALLS = 9

/** Takes OTLP, keeps what it was sent as text, and hands it on. */
async function startRelay(target: string) {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const raw = Buffer.concat(pieces)
      const zipped = request.headers['content-encoding'] === 'gzip'
      bodies.push((zipped ? gunzipSync(raw) : raw).toString('latin1'))
      const headers = Object.entries(request.headers).filter(([name]) => name.startsWith('content'))
      fetch(target + (request.url ?? ''), {
        method: 'POST',
        headers: Object.fromEntries(headers) as Record<string, string>,
        body: raw,
      }).then(
        (answer) => response.writeHead(answer.status).end(),
        () => response.writeHead(502).end(),
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, bodies, close: () => server.close() }
}

let folder: string
let simulator: Simulator
let local: Local
let relay: Awaited<ReturnType<typeof startRelay>>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'costspan-privacy-'))
  simulator = await startSimulator({ scenario: () => ({ text: ANSWER }) })
  local = await startLocal({ port: 0, db: join(folder, 'calls.db') })
  relay = await startRelay(local.url)
})
afterAll(async () => {
  relay.close()
  await local.close()
  await simulator.close()
  rmSync(folder, { recursive: true })
})

function run(env: Record<string, string> = {}): Promise<RunResult> {
  return runNode({
    args: ['--require', REGISTER, 'test/attribution/apps/all-clients.cjs'],
    env: {
      BASE_URL: simulator.url,
      BEDROCK_URL: simulator.bedrockUrl,
      OTEL_EXPORTER_OTLP_ENDPOINT: relay.url,
      CANARY,
      USER,
      ...env,
    },
  })
}

const settings = { promptVersion: 'hash', hashUsers: true, rules: [{ set: { team: 'care' } }] }

describe('an application with a canary in every text and a user in its context', () => {
  beforeAll(async () => {
    const env = {
      COSTSPAN_CONFIG: join(folder, 'costspan.json'),
      COSTSPAN_HASH_KEY: 'secret-key-5512',
    }
    writeFileSync(env.COSTSPAN_CONFIG, JSON.stringify(settings))
    expect(await run(env)).toMatchObject({ code: 0, stdout: '', stderr: '' })
  }, 60_000)

  test(`sends ${CALLS} requests with the canary in them, and all of them are recorded`, () => {
    expect(simulator.requests.length).toBe(CALLS)
    expect(simulator.requests.every(({ raw }) => raw.includes(CANARY))).toBe(true)
    const rows = local.store.rows({})
    expect(rows.length).toBe(CALLS)
    expect(rows.every((row) => row.feature === 'all' && row.team === 'care')).toBe(true)
  })

  test('has no user id in a header or body that a provider gets, and traceparent all the same', () => {
    const sent = simulator.requests.map(({ headers, raw }) => JSON.stringify(headers) + raw).join()
    expect(sent).not.toContain(USER)
    expect(sent).not.toContain('baggage')
    const traced = simulator.requests.filter(({ headers }) => headers['traceparent'] !== undefined)
    expect(traced.map(({ provider }) => provider)).toContain('anthropic')
  })

  test.each([
    ['prompt', CANARY],
    ['answer', ANSWER],
    ['user id, which is hashed', USER],
    ['key', 'secret-key-5512'],
  ])(
    'exports no %s: not in a span, a metric or a log, not to the store, not to its answers',
    async (_, word) => {
      expect(relay.bodies.length).toBeGreaterThanOrEqual(2)
      expect(relay.bodies.join()).toContain('gpt-5.4')
      expect(relay.bodies.join()).not.toContain(word)

      const files = readdirSync(folder).filter((name) => name.startsWith('calls.db'))
      const stored = files.map((name) => readFileSync(join(folder, name), 'latin1')).join()
      expect(stored).toContain('gpt-5.4')
      expect(stored).not.toContain(word)

      for (const path of [
        'overview',
        'report?by=feature,promptVersion,model',
        'changes',
        'calls',
      ]) {
        const answer = await fetch(`${local.url}/api/${path}`)
        expect(answer.status).toBe(200)
        expect(await answer.text()).not.toContain(word)
      }
    },
  )

  test.skipIf(noBrowser !== undefined)('shows none of it on the page', async () => {
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      await page.goto(local.url)
      await page.getByText('gpt-5.4').first().waitFor({ state: 'attached' })
      const shown = await page.content()
      for (const word of [CANARY, ANSWER, USER]) expect(shown).not.toContain(word)
    } finally {
      await browser.close()
    }
  })
})

test('without hashing the user id is on the spans, and on nothing else: no metric, no provider', async () => {
  const before = relay.bodies.length
  expect(await run()).toMatchObject({ code: 0, stdout: '', stderr: '' })
  const bodies = relay.bodies.slice(before)
  const spans = bodies.filter(
    (body) =>
      body.includes('gen_ai.operation.name') &&
      body.includes('costspan.call.end') &&
      body.includes('user.id'),
  )
  expect(spans.length).toBeGreaterThan(0)
  expect(bodies.filter((body) => body.includes(USER))).toEqual(spans)
  expect(JSON.stringify(simulator.requests)).not.toContain(USER)
}, 60_000)
