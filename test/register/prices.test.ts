/** Prices of one's own inside an application: by file, by code, refreshed. */

import { createServer } from 'node:http'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../instrumentation/config.ts'
import { runNode } from '../support/run-node.ts'

const folder = mkdtempSync(join(tmpdir(), 'costspan-use-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('usePrices', () => {
  const use = (source: string): string => `
    import { usePrices, PriceBookError } from 'costspan'
    try { usePrices(${source}); console.log('used') } catch (error) {
      console.log(error instanceof PriceBookError, error.message)
    }`
  const run = (source: string) =>
    runNode({
      args: ['--import', 'costspan/register', '--input-type=module', '--eval', use(source)],
      env: { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
    })

  test('takes a price file as a value', async () => {
    const { stdout, stderr } = await run('{ discounts: [{ percent: 10 }] }')
    expect([stdout.trim(), stderr]).toEqual(['used', ''])
  })

  test('throws what is wrong with it, in one line', async () => {
    const { stdout } = await run('{ discounts: [{ percent: 110 }] }')
    expect(stdout.trim()).toBe(
      'true usePrices: discounts.0.percent: 110 is not allowed; allowed: percent from 0 to 100, such as 12.5',
    )
  })
})

describe('refreshing in an application', () => {
  test('asks nobody unless a place is named; where one is, it holds no process open', async () => {
    let asked = 0
    const server = createServer((_, response) => {
      asked += 1
      response.writeHead(500).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const place = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const script = join(folder, 'app.mjs')
    writeFileSync(script, "console.log('done')\n")
    const args = ['--import', 'costspan/register', script]
    const quiet = { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }
    const started = performance.now()
    const runs = await Promise.all([
      runNode({ args, env: quiet }),
      runNode({ args, env: { ...quiet, COSTSPAN_PRICES_URL: place, XDG_CACHE_HOME: folder } }),
    ])
    server.close()
    expect(runs.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, 'done\n'],
      [0, 'done\n'],
    ])
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(asked).toBe(0)
  })

  test('is set by two variables, whose bad values are named', () => {
    const of = (env: Record<string, string>) => readConfig({ HOME: '/home/x', ...env })
    expect(of({})).toMatchObject({ pricesRefreshMs: 86_400_000, problems: [] })
    expect(of({}).pricesUrl).toBeUndefined()
    expect(of({ COSTSPAN_PRICES_URL: ' /p.json ', COSTSPAN_PRICES_REFRESH: '0.5' })).toMatchObject({
      pricesUrl: '/p.json',
      pricesRefreshMs: 1_800_000,
    })
    for (const hours of ['0', '-1', 'daily', '1000']) {
      expect(of({ COSTSPAN_PRICES_REFRESH: hours })).toMatchObject({
        pricesRefreshMs: 86_400_000,
        problems: [
          `COSTSPAN_PRICES_REFRESH=${hours} is not allowed; allowed: hours from 0.084 to 500. Using 24.`,
        ],
      })
    }
    expect(of({ XDG_CACHE_HOME: '/c' }).pricesCache).toBe('/c/costspan/prices.json')
  })
})
