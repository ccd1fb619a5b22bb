import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openStore } from '../../local/store.ts'
import { runNode } from '../support/run-node.ts'
import { id, logs, pricedCall, traces } from './otlp.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-durability-'))
afterAll(() => rmSync(folder, { recursive: true }))

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

interface Viewer {
  readonly child: ChildProcess
  readonly url: string
  /** Lines of stderr so far. */
  readonly said: readonly string[]
}

/** `costspan local`, as a user starts it. */
async function viewer(args: readonly string[], prefix: readonly string[] = []): Promise<Viewer> {
  const command = [...prefix, process.execPath, 'cli/main.ts', 'local', '--port', '0', ...args]
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] })
  running.add(child)
  const said: string[] = []
  const lines = createInterface({ input: child.stderr })
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line)
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => {
      reject(new Error(said.join('\n')))
    })
  })
  return { child, url, said }
}

async function post(url: string, path: string, body: object): Promise<number> {
  try {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 0 // killed under us
  }
}

describe('kill -9 under load', () => {
  interface Sent {
    readonly spans: readonly string[]
    readonly outcome: string
  }
  const PER_BATCH = 20

  /** One after another until the viewer is gone; what it has acknowledged. */
  async function load(
    url: string,
    acknowledged: Sent[],
    lost: (() => Promise<number>)[],
  ): Promise<void> {
    for (;;) {
      const spans = Array.from({ length: PER_BATCH }, () => id(16))
      const outcome = id(26)
      const body = traces(spans.map((spanId) => ({ spanId, attributes: pricedCall(0.01) })))
      const event = {
        eventName: 'costspan.outcome',
        attributes: { 'costspan.outcome.name': 'done', 'log.record.uid': outcome },
      }
      if ((await post(url, '/v1/traces', body)) !== 200) {
        lost.push(() => post(again, '/v1/traces', body))
        return
      }
      if ((await post(url, '/v1/logs', logs([event]))) !== 200) {
        acknowledged.push({ spans, outcome: '' })
        return
      }
      acknowledged.push({ spans, outcome })
    }
  }
  let again = ''

  test('loses no acknowledged span or outcome, 4 times on one file, and takes the unacknowledged again once', async () => {
    const db = join(folder, 'killed.db')
    const acknowledged: Sent[] = []
    for (let round = 0; round < 4; round += 1) {
      const lost: (() => Promise<number>)[] = []
      const { child, url } = await viewer(['--db', db])
      const senders = Array.from({ length: 6 }, () => load(url, acknowledged, lost))
      await new Promise((resolve) => setTimeout(resolve, 400 + round * 170))
      child.kill('SIGKILL')
      await Promise.all([...senders, once(child, 'exit')])

      const restarted = await viewer(['--db', db])
      expect(restarted.said.join('\n')).not.toMatch(/damaged/)
      again = restarted.url
      const store = openStore({ path: db, readOnly: true })
      const spans = new Set(store.rows().map(({ spanId }) => spanId))
      const outcomes = new Set(store.outcomes().map(({ recordId }) => recordId))
      const missing = acknowledged.flatMap((batch) => [
        ...batch.spans.filter((span) => !spans.has(span)),
        ...(batch.outcome === '' || outcomes.has(batch.outcome) ? [] : [batch.outcome]),
      ])
      expect(missing).toEqual([])
      // An exporter that heard no answer sends again: whether the first time arrived or not, it counts once.
      expect(await Promise.all(lost.map((send) => send()))).toEqual(lost.map(() => 200))
      expect(store.rows().length % PER_BATCH).toBe(0)
      expect(new Set(store.rows().map(({ spanId }) => spanId)).size).toBe(store.rows().length)
      store.close()
      restarted.child.kill('SIGTERM')
      await once(restarted.child, 'exit')
    }
    expect(acknowledged.length).toBeGreaterThan(100)
  }, 60_000)
})

describe('a file that is damaged', () => {
  function filled(name: string): string {
    const path = join(folder, name)
    const store = openStore({ path })
    for (let n = 0; n < 20; n += 1) store.add(Array.from({ length: 500 }, () => row()))
    store.close()
    return path
  }

  function overwrite(path: string): void {
    const bytes = readFileSync(path)
    // The header stays: it is the file that we know, with junk inside.
    bytes.fill(0xa5, 8_192)
    writeFileSync(path, bytes)
  }

  test('is set aside when costspan local starts, named in one line, and a new one takes calls', async () => {
    const path = filled('started.db')
    overwrite(path)
    const { url, said } = await viewer(['--db', path])
    const [aside = ''] = readdirSync(folder).filter((name) =>
      name.startsWith('started.db.damaged-'),
    )
    expect(said[0]).toBe(
      `costspan local: ${path} is damaged or not a database; it is kept as ${join(folder, aside)}, and a new one is begun`,
    )
    expect(aside).toMatch(/^started\.db\.damaged-\d{8}T\d{6}Z$/)
    expect(await post(url, '/v1/traces', traces([{ attributes: pricedCall(1) }]))).toBe(200)
    const report = await runNode({ args: ['cli/main.ts', 'report', '--json', '--db', path] })
    expect(JSON.parse(report.stdout)).toMatchObject({ totals: { calls: 1 } })
  })

  test('while it is written to is set aside, and the batch that found it is kept in the new one', () => {
    const path = filled('running.db')
    const told: string[] = []
    const store = openStore({ path, notice: (line) => told.push(line) })
    overwrite(path)
    for (let n = 0; n < 100 && told.length === 0; n += 1) {
      store.add(Array.from({ length: 50 }, () => row()))
    }
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(/running\.db is damaged .* kept as .*running\.db\.damaged-/)
    expect(store.totals().calls).toBe(50)
    store.close()
  })
})

test('a disk that is full is told to exporters as 503, loses nothing that was acknowledged, and ends nothing', async () => {
  const db = join(folder, 'full.db')
  // No file of that process grows beyond 2 MB: what a full disk does to it.
  const limited = ['sh', '-c', 'ulimit -f 4000; exec "$@"', 'sh']
  const { url } = await viewer(['--db', db], limited)
  let acknowledged = 0
  let status = 200
  while (status === 200 && acknowledged < 50_000) {
    const batch = Array.from({ length: 200 }, () => ({ attributes: pricedCall(0.01) }))
    status = await post(url, '/v1/traces', traces(batch))
    if (status === 200) acknowledged += batch.length
  }
  expect(status).toBe(503)
  expect(acknowledged).toBeGreaterThan(1_000)
  const response = await fetch(`${url}/api/report`)
  expect(await response.json()).toMatchObject({ totals: { calls: acknowledged } })
}, 60_000)

describe('--max-size', () => {
  test('of 10MB holds while 60,000 calls come in, and the total is that of all', async () => {
    const db = join(folder, 'sized.db')
    const { url, child } = await viewer(['--db', db, '--max-size', '10MB'])
    for (let n = 0; n < 60; n += 1) {
      const batch = Array.from({ length: 1_000 }, (_, k) => ({
        startedAt: 1_790_000_000_000 + n * 1_000 + k,
        attributes: pricedCall(0.001, { 'costspan.feature': `f${k % 7}` }),
      }))
      expect(await post(url, '/v1/traces', traces(batch))).toBe(200)
    }
    const response = await fetch(`${url}/api/report?by=feature`)
    const report = (await response.json()) as { totals: { usdExact: string }; rows: unknown[] }
    expect(report.totals).toMatchObject({ calls: 60_000, usdExact: '60' })
    expect(report.rows).toHaveLength(7)
    child.kill('SIGTERM')
    await once(child, 'exit')
    expect(statSync(db).size).toBeLessThan(12_000_000)
  }, 60_000)

  test('smaller than what is there makes the file smaller', () => {
    const path = join(folder, 'shrunk.db')
    const large = openStore({ path, maxBytes: 1e9 })
    for (let n = 0; n < 40; n += 1) {
      large.add(
        Array.from({ length: 500 }, (_, k) => ({
          ...row(),
          startedAt: 1_790_000_000_000 + n * 500 + k,
        })),
      )
    }
    large.close()
    expect(statSync(path).size).toBeGreaterThan(5_000_000)
    const small = openStore({ path, maxBytes: 3_000_000 })
    expect(small.totals()).toMatchObject({ calls: 20_000, usdExact: '200' })
    small.close()
    expect(statSync(path).size).toBeLessThan(3_750_000)
  })

  test.each(['10', '1MB', 'much', '-5GB', ''])(
    'of %o is refused with what is allowed',
    async (size) => {
      const result = await runNode({
        args: ['cli/main.ts', 'local', '--port', '0', `--max-size=${size}`],
      })
      expect(result.code).toBe(2)
      expect(result.stderr).toBe(
        `--max-size ${size}: must be a size of at least 10MB, such as 500MB or 2GB\n`,
      )
    },
  )
})

function row() {
  return {
    traceId: id(32),
    spanId: id(16),
    service: 'shop',
    startedAt: 1_790_000_000_000,
    endedAt: 1_790_000_000_100,
    operation: 'chat',
    provider: 'openai',
    requestModel: 'gpt-5.4',
    attempts: 1,
    status: 'priced' as const,
    usd: 0.01,
    parts: { input: 0.01 },
    tags: {},
  }
}
