import { createServer, type RequestListener, type Server } from 'node:http'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPrices } from '../../instrumentation/prices.ts'
import { layerOf } from '../../instrumentation/pricing/layer.ts'
import { price } from '../../instrumentation/pricing/index.ts'
import { accept } from '../../instrumentation/refresh/accept.ts'
import { readLastGood } from '../../instrumentation/refresh/last-good.ts'
import {
  createRefresh,
  lastGoodLayer,
  startRefresh,
} from '../../instrumentation/refresh/refresh.ts'
import { fetchBook, MOST_BYTES } from '../../instrumentation/refresh/source.ts'

const DAY = '2026-12-01'
const OLDEST = '2026-11-24'
const book = (version = DAY, input = '9', more = {}): string =>
  JSON.stringify({
    format: 'costspan-prices/1',
    version,
    providers: { openai: { models: { 'gpt-4o': { rates: { input, output: '10' } } } } },
    ...more,
  })

let folder = ''
let file = ''
let server: Server | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'costspan-refresh-'))
  file = join(folder, 'cache', 'prices.json')
})

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = undefined
  rmSync(folder, { recursive: true })
})

async function serve(listener: RequestListener): Promise<string> {
  const own = createServer(listener)
  server = own
  await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}/prices.json`
}

const answer =
  (body: string, status = 200, headers = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, headers).end(body)
  }

const refreshOf = (place: string, version = OLDEST) =>
  createRefresh({ place, file, intervalMs: 1e9, timeoutMs: 300 }, () => version)

const usdOf = (prices: { book: () => Parameters<typeof price>[0] }): number | undefined => {
  const at = Date.parse('2026-12-02')
  const request = { provider: 'openai', models: ['gpt-4o'], usage: { input: 1_000_000 }, at }
  const cost = price(prices.book(), request)
  return cost.kind === 'unpriced' ? undefined : cost.amount
}

describe('a refresh', () => {
  test('brings newer list prices, which lie over the bundled and under the user’s', async () => {
    const place = await serve(answer(book(), 200, { etag: '"1"' }))
    const prices = createPrices()
    expect(usdOf(prices)).toBe(2.5)
    const layer = await refreshOf(place).look()
    if (layer === undefined) throw new Error('nothing came')
    const before = prices.book()
    prices.use(layer, 'refreshed')
    expect([usdOf(prices), prices.version()]).toEqual([9, DAY])
    expect(usdOf({ book: () => before })).toBe(2.5)
    prices.use(layerOf({ discounts: [{ percent: 50 }] }, 'mine'), 'file')
    expect(usdOf(prices)).toBe(4.5)
    const rates = { rates: { input: 1 } }
    prices.use(layerOf({ providers: { openai: { models: { 'gpt-4o': rates } } } }, 'c'), 'code')
    expect(usdOf(prices)).toBe(0.5)
    expect(prices.book().time).toBe(Date.parse(DAY))
  })

  test('asks with the ETag of what it has, and takes nothing where that is still the one', async () => {
    const asked: (string | undefined)[] = []
    const place = await serve((request, response) => {
      asked.push(request.headers['if-none-match'])
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end()
      else response.writeHead(200, { etag: '"1"' }).end(book())
    })
    const refresh = refreshOf(place)
    expect(await refresh.look()).toMatchObject({ version: DAY })
    expect(await refresh.look()).toBeUndefined()
    expect(asked).toEqual([undefined, '"1"'])
  })

  test('goes on from the last good one after a start, and asks only for what is newer', async () => {
    const asked: (string | undefined)[] = []
    const place = await serve((request, response) => {
      asked.push(request.headers['if-none-match'])
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end()
      else response.writeHead(200, { etag: '"1"' }).end(book())
    })
    await refreshOf(place).look()
    const next = refreshOf(place)
    expect(await next.resume()).toMatchObject({ version: DAY })
    expect(await next.look()).toBeUndefined()
    const older = refreshOf(place, '2027-01-01')
    expect(await older.resume()).toBeUndefined()
    await expect(older.look()).rejects.toThrow('older than 2027-01-01')
    expect(asked).toEqual([undefined, '"1"', undefined])
  })

  test('names a place without what may be secret in it', async () => {
    const place = `${await serve(answer('[]'))}?token=hush`
    const said = await refreshOf(place)
      .look()
      .catch((error: unknown) => String(error))
    expect(said).toContain('/prices.json: not a price book')
    expect(said).not.toContain('hush')
  })

  test('does not remember the ETag of what it refused', async () => {
    const asked: (string | undefined)[] = []
    const place = await serve((request, response) => {
      asked.push(request.headers['if-none-match'])
      response.writeHead(200, { etag: '"bad"' }).end('[]')
    })
    const refresh = refreshOf(place)
    await expect(refresh.look()).rejects.toThrow()
    await expect(refresh.look()).rejects.toThrow()
    expect(asked).toEqual([undefined, undefined])
  })

  test.each([
    ['an error', answer('no', 500), 'HTTP 500; allowed: 200 with a price book'],
    ['what is not JSON', answer('{"format":'), 'not JSON (Unexpected end of JSON input)'],
    ['a page', answer('<!doctype html><title>x</title>'), 'not a price book; allowed: a map'],
    ['a list', answer('[]'), 'not a price book; allowed: a map'],
    ['broken YAML', answer('a: [1'), 'prices.json:1: '],
    ['an older book', answer(book('2026-11-01')), 'of 2026-11-01, older than 2026-11-24'],
    ['a book of no day', answer(book('new')), 'version: not a day; allowed: such as 2026-11-24'],
    ['another format', answer(book(DAY, '9', { format: 'x/9' })), "format: 'x/9' is not allowed"],
    [
      'a mistake in it',
      answer(book(DAY, '-1')),
      "providers.openai.models.gpt-4o.rates.input: '-1' is not allowed; allowed: USD as a plain",
    ],
    [
      'an alias to nothing',
      answer(book(DAY, '1', { providers: { openai: { aliases: { a: 'b' } } } })),
      "providers.openai.aliases.a: no model 'b' in the price book",
    ],
    [
      'a discount',
      answer(book(DAY, '1', { discounts: [{ percent: 5 }] })),
      'discounts: not of a price list; allowed: in your own file',
    ],
    [
      '10 MB',
      answer(`{"a":"${'x'.repeat(10_000_000)}"}`),
      `larger than the ${MOST_BYTES} bytes that are allowed`,
    ],
    ['an answer that never comes', () => undefined, 'no answer in time'],
    [
      'a connection that breaks',
      (_: unknown, response: Parameters<RequestListener>[1]) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{')
        setTimeout(() => response.destroy(), 20)
      },
      'prices.json: ',
    ],
  ] satisfies readonly (readonly [string, RequestListener, string])[])(
    'that brings %s is refused in one line, and nothing is kept',
    async (_, listener, message) => {
      const place = await serve(listener)
      const failed = await refreshOf(place)
        .look()
        .then(
          () => '',
          (error: unknown) => (error instanceof Error ? error.message : ''),
        )
      expect(failed).toContain(message)
      expect(failed.startsWith(place.slice(0, 20))).toBe(true)
      expect(failed).not.toContain('\n')
      expect(await readLastGood(file, place)).toBeUndefined()
    },
  )

  test('from a port where nobody listens is refused in one line', async () => {
    const place = await serve(answer(book()))
    await new Promise((resolve) => server?.close(resolve))
    await expect(refreshOf(place).look()).rejects.toThrow('ECONNREFUSED')
  })

  test('reads a file, again only when it has changed', async () => {
    const path = join(folder, 'book.yaml')
    writeFileSync(path, 'version: 2026-12-01\nproviders: {}\n')
    const refresh = refreshOf(path)
    expect(await refresh.look()).toMatchObject({ version: DAY })
    expect(await refresh.look()).toBeUndefined()
    writeFileSync(path, 'version: 2026-12-02\nproviders: {}\n# longer\n')
    expect(await refresh.look()).toMatchObject({ version: '2026-12-02' })
    await expect(refreshOf(join(folder, 'none')).look()).rejects.toThrow('none: no such file')
    expect(await fetchBook(`file://${path}`, undefined, 1)).toMatchObject({ etag: /./ })
  })
})

describe('the last good book', () => {
  test('is kept whole, for its own place alone, and used while it is not older', async () => {
    const place = await serve(answer(book(), 200, { etag: '"1"' }))
    await refreshOf(place).look()
    expect(readdirSync(join(folder, 'cache'))).toEqual(['prices.json'])
    expect(await readLastGood(file, place)).toEqual({ place, etag: '"1"', text: book() })
    expect(await readLastGood(file, 'http://elsewhere')).toBeUndefined()
    expect(await lastGoodLayer({ place, file }, OLDEST)).toMatchObject({ version: DAY })
    expect(await lastGoodLayer({ place, file }, '2027-01-01')).toBeUndefined()
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 100))
    expect(await lastGoodLayer({ place, file }, OLDEST)).toBeUndefined()
  })

  test('survives many who write it at once', async () => {
    const place = await serve(answer(book()))
    await Promise.all(Array.from({ length: 20 }, () => refreshOf(place).look()))
    expect(await readLastGood(file, place)).toMatchObject({ text: book() })
    expect(readdirSync(join(folder, 'cache'))).toEqual(['prices.json'])
  })
})

describe('the timer', () => {
  test('swaps in what is newer, keeps it when the next look fails, and says why once', async () => {
    let round = 0
    const place = await serve((request, response) => {
      round += 1
      answer(round === 1 ? book() : 'oops', 200)(request, response)
    })
    const prices = createPrices()
    const said: string[] = []
    const stop = startRefresh(
      { place, file, intervalMs: 20, firstMs: 1 },
      {
        version: prices.version,
        use: (layer) => {
          prices.use(layer, 'refreshed')
        },
      },
      (line) => said.push(line),
    )
    await expect.poll(() => round, { timeout: 5_000 }).toBeGreaterThan(3)
    stop()
    expect(usdOf(prices)).toBe(9)
    expect(said).toEqual([
      `prices not refreshed: ${place}: not a price book; allowed: a map. The last good ones stay.`,
    ])
  })
})

describe('checking a book', () => {
  test('gives the event loop its turn between providers', async () => {
    const models = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [`m${n}`, { rates: { input: '1', output: '2' } }]),
    )
    const providers = Object.fromEntries(
      Array.from({ length: 20 }, (_, n) => [`p${n}`, { models }]),
    )
    let turns = 0
    const counting = setInterval(() => (turns += 1), 0)
    const accepted = accept(book(DAY, '1', { providers }), 'here', OLDEST)
    await expect(accepted).resolves.toMatchObject({ version: DAY })
    clearInterval(counting)
    expect(turns).toBeGreaterThan(3)
  })
})
