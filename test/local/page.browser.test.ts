import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Explanation } from '../../local/explain/explanation.ts'
import type { CallRow } from '../../local/row.ts'
import { startLocal, type Local } from '../../local/server.ts'
import { launchChromium, noBrowser } from '../support/chromium.ts'
import { id } from './otlp.ts'

const artifacts = fileURLToPath(new URL('../artifacts/', import.meta.url))
const MINUTE = 60_000

/** A support bot whose calls double in size and number half an hour ago, and other features beside it. */
function traffic(now: number): readonly CallRow[] {
  const rows: CallRow[] = []
  for (let n = 0; n < 600; n += 1) {
    const startedAt = now - 60 * MINUTE + n * 6_000
    const grown = n >= 300
    const customer = ['acme', 'globex', 'initech'][n % 3]
    const conversation = { conversation: `c${n}`, unitType: 'conversation', unitId: `c${n}` }
    const bot = {
      ...conversation,
      feature: 'support-bot',
      team: 'support',
      promptName: 'answer',
      promptVersion: grown ? 'v2' : 'v1',
      ...(customer ? { customer } : {}),
    }
    rows.push(
      row({ ...bot, startedAt, inputTokens: grown ? 9_000 : 4_000, usd: grown ? 0.03 : 0.0125 }),
    )
    if (grown)
      rows.push(
        row({
          ...bot,
          startedAt: startedAt + 500,
          inputTokens: 9_000,
          usd: 0.03,
          waste: 'repeat',
          repeat: 2,
        }),
      )
    if (n % 2 === 0)
      rows.push(
        row({ startedAt, feature: 'search', team: 'platform', inputTokens: 1_200, usd: 0.000024 }),
      )
    if (n % 5 === 0) rows.push(row({ startedAt, requestModel: 'gpt-4.1-mini', usd: 0.0007 }))
    if (n % 50 === 0) rows.push(unpriced(startedAt))
  }
  return rows
}

function row(more: Partial<CallRow>): CallRow {
  return {
    ...unpriced(0),
    status: 'priced',
    pricedBy: 'sdk',
    outputTokens: 900,
    parts: {},
    tags: {},
    ...more,
  }
}

function unpriced(startedAt: number): CallRow {
  return {
    traceId: id(32),
    spanId: id(16),
    service: 'support-api',
    startedAt,
    endedAt: startedAt + 900,
    operation: 'chat',
    provider: 'openai',
    requestModel: 'gpt-4.1',
    attempts: 1,
    ...(startedAt > 0
      ? { requestModel: 'acme-finetune', feature: 'search', reason: 'unknown_model' }
      : {}),
    status: 'unpriced',
    parts: {},
    tags: {},
  }
}

function period(usd: number, units: number, calls: number): Explanation['before'] {
  return { usd, usdExact: String(usd), units, calls, usdPerUnit: usd / units, unpricedCalls: 0 }
}

const change: Explanation = {
  feature: 'support-bot',
  since: Date.now() - 30 * MINUTE,
  unitType: 'conversation',
  before: period(3.75, 300, 300),
  after: period(18, 300, 600),
  causes: [
    { name: 'attempts', label: 'second attempts at the same answer', usd: 3.75, usdExact: '3.75' },
    {
      name: 'history',
      label: 'earlier exchanges sent along',
      usd: 8.3,
      usdExact: '8.3',
      plusMinusUsd: 0.4,
    },
    {
      name: 'system',
      label: 'a longer system prompt (v2)',
      usd: 2.4,
      usdExact: '2.4',
      plusMinusUsd: 0.4,
    },
    { name: 'output', label: 'shorter answers', usd: -0.2, usdExact: '-0.2' },
  ],
  scale: 1,
  totalUsd: 14.25,
  totalUsdExact: '14.25',
  sentence: 'support-bot costs 4.8 times as much per conversation: $0.0600 instead of $0.0125.',
}

let browser: Browser
let local: Local
beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true })
  local = await startLocal({ port: 0 })
  if (noBrowser !== undefined) return
  browser = await launchChromium()
})
afterAll(async () => {
  if (noBrowser === undefined) await browser.close()
  await local.close()
})

interface Opened {
  readonly page: Page
  /** Errors in its console, and requests to anywhere else. */
  readonly complaints: readonly string[]
}

async function open(
  scheme: 'light' | 'dark',
  width: number,
  query = '',
  url = local.url,
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    timezoneId: 'Europe/Berlin',
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complaints.push(`asks ${request.url()}`)
  })
  await page.route('**/api/changes', (route) => route.fulfill({ json: { change } }))
  await page.goto(url + query)
  await page.waitForSelector('#content:not([hidden]), #empty:not([hidden])')
  return { page, complaints }
}

const lowContrast = readFileSync(new URL('low-contrast.js', import.meta.url), 'utf8')

describe(`the page in Chromium${noBrowser === undefined ? '' : ` (skipped: ${noBrowser})`}`, () => {
  test('before the first call says how to send it, to this very port', async (context) => {
    if (noBrowser !== undefined) context.skip(noBrowser)
    const { page, complaints } = await open('light', 1440)
    const text = await page.innerText('#empty')
    expect(text).toContain('Waiting for the first call')
    expect(text).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=${local.url}`)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  describe('with an hour of traffic', () => {
    beforeAll(() => void local.store.add(traffic(Date.now())))

    test.for([
      ['light', 1440],
      ['light', 1024],
      ['dark', 1440],
      ['dark', 1024],
    ] as const)(
      '%s at %i px: fits, AA contrast, no complaint',
      async ([scheme, width], context) => {
        if (noBrowser !== undefined) context.skip(noBrowser)
        const { page, complaints } = await open(scheme, width)
        await page.waitForSelector('#spend-plot canvas')
        await page.screenshot({ path: `${artifacts}local-${scheme}-${width}.png`, fullPage: true })
        expect(await page.evaluate(lowContrast)).toEqual([])
        const overflow = await page.evaluate<number>(
          'document.documentElement.scrollWidth - innerWidth',
        )
        expect(overflow).toBeLessThanOrEqual(0)
        expect(complaints).toEqual([])
        await page.context().close()
      },
    )

    test('shows the total, cost per conversation, and what changed in words and dollars', async (context) => {
      if (noBrowser !== undefined) context.skip(noBrowser)
      const { page } = await open('light', 1440)
      expect(await page.innerText('.amount')).toBe('$21.84')
      expect(await page.innerText('#metrics')).toMatch(
        /Cost per conversation\s+\$0\.0363\s+600 conversations, 1\.5 calls each/,
      )
      expect(await page.innerText('#metrics')).toMatch(/Unpriced\s+0\.9%\s+12 of 1,332 calls/)
      const panel = await page.innerText('#change')
      expect(panel).toContain('support-bot costs 4.8 times as much per conversation')
      expect(panel).toMatch(/earlier exchanges sent along\s+\+\$8\.30/)
      expect(panel).toMatch(/shorter answers\s+−\$0\.20/)
      await page.context().close()
    })

    test('says what is unpriced and unattributed, why, and what to do', async (context) => {
      if (noBrowser !== undefined) context.skip(noBrowser)
      const { page } = await open('light', 1440)
      expect(await page.innerText('#unpriced')).toMatch(
        /acme-finetune\s+12\s+The price book does not know this model[^]*COSTSPAN_PRICES/,
      )
      expect(await page.innerText('#unattributed')).toMatch(
        /120 calls of no feature, \$0\.0840[^]*withAttribution/,
      )
      await page.context().close()
    })

    test('groups by what the keyboard chooses, and keeps it in the address', async (context) => {
      if (noBrowser !== undefined) context.skip(noBrowser)
      const { page } = await open('light', 1440, '/?by=team')
      expect(await page.innerText('#groups caption')).toBe('Spend by team')
      await page.focus('#grouping input:checked')
      await page.keyboard.press('ArrowRight')
      await page.locator('#groups caption', { hasText: 'Spend by prompt version' }).waitFor()
      expect(page.url()).toContain('by=promptVersion')
      expect(await page.innerText('#groups tbody')).toMatch(/v2\s+600\s/)
      await page.context().close()
    })

    test('has real tables: captions, scopes, and one under each chart with the chart’s figures', async (context) => {
      if (noBrowser !== undefined) context.skip(noBrowser)
      const { page } = await open('light', 1440)
      for (const chart of ['#spend-data', '#tokens-data']) await page.click(`${chart} summary`)
      // The tables are made when a details element opens, which the browser tells a moment after the click.
      for (const chart of ['#spend-data', '#tokens-data']) await page.waitForSelector(`${chart} td`)
      const bare = await page.$$eval(
        'table',
        (tables) =>
          tables.filter(
            (one) => one.caption === null || one.querySelectorAll('th:not([scope])').length > 0,
          ).length,
      )
      expect(await page.$$eval('table', (tables) => tables.length)).toBe(8)
      expect(bare).toBe(0)
      const spent = await page.$$eval('#spend-data tbody td', (cells) =>
        cells.map((cell) => Number(cell.textContent.replace(/^<?[$]/, ''))),
      )
      expect(spent.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(21.84, 1)
      await page.context().close()
    })

    test('shows a call within 3 seconds of its arrival, and a name as text, never as markup', async (context) => {
      if (noBrowser !== undefined) context.skip(noBrowser)
      const { page, complaints } = await open('light', 1440)
      const feature = '<img src=x onerror=alert(1)>'
      const body = {
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: id(32),
                    spanId: id(16),
                    startTimeUnixNano: `${Date.now()}000000`,
                    endTimeUnixNano: `${Date.now()}000000`,
                    attributes: [
                      ['gen_ai.operation.name', 'chat'],
                      ['gen_ai.provider.name', 'openai'],
                      ['costspan.feature', feature],
                    ]
                      .map(([key, stringValue]) => ({ key, value: { stringValue } }))
                      .concat([
                        { key: 'gen_ai.usage.cost.amount', value: { doubleValue: 100 } } as never,
                      ]),
                  },
                ],
              },
            ],
          },
        ],
      }
      await fetch(`${local.url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      await page.locator('.amount', { hasText: '$121.84' }).waitFor({ timeout: 3_000 })
      expect(await page.innerText('#groups tbody tr:first-child th')).toBe(feature)
      expect(complaints).toEqual([])
      await page.context().close()
    })
  })

  test('says that costspan local no longer answers', async (context) => {
    if (noBrowser !== undefined) context.skip(noBrowser)
    const other = await startLocal({ port: 0 })
    const { page } = await open('light', 1440, '', other.url)
    await other.close()
    await page
      .locator('#status-text', { hasText: 'costspan local does not answer' })
      .waitFor({ timeout: 10_000 })
    await page.context().close()
  })
})
