import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallRow } from '../../local/row.ts'
import { startLocal, type Local } from '../../local/server.ts'
import { launchChromium, noBrowser } from '../support/chromium.ts'
import { CHEAP, run, T0 } from './conversations.ts'
import { id } from './otlp.ts'

const artifacts = fileURLToPath(new URL('../artifacts/', import.meta.url))
const lowContrast = readFileSync(new URL('low-contrast.js', import.meta.url), 'utf8')
/** A name that would be markup where it is not escaped. */
const EVIL = '<img src=x onerror=alert(1)>'

let browser: Browser
let local: Local

/** Now, not at T0: 10 conversations of prompt v1, 10 of v2 with a repeat each, tickets of which 15 are resolved. */
function fill({ store }: Local): void {
  const now = Date.now() - 600_000
  const move = (turn: number) => (row: CallRow) => ({
    ...row,
    ...{
      usage: { input: row.inputTokens ?? 0, output: 1_000 },
      turn,
      traceId: id(32),
      spanId: id(16),
    },
    startedAt: row.startedAt - T0 + now,
    endedAt: row.endedAt - T0 + now,
  })
  store.add([
    ...run(10, 0, () => CHEAP).map(move(1)),
    ...run(10, 100, () => ({ ...CHEAP, history: 1_000, attempts: 2, version: 'v2' })).map(move(2)),
    ...run(1, 200, () => CHEAP)
      .map(move(1))
      .map((row) => ({ ...row, feature: EVIL, promptName: EVIL, unitId: EVIL, waste: EVIL })),
  ])
  const fixed = { at: now, service: 'crm', tags: {}, unitType: 'conversation' }
  const units = [...store.units()].sort((x, y) => x.begunAt - y.begunAt)
  store.addOutcomes(
    units.map((unit, n) => ({
      ...fixed,
      name: unit.id === EVIL ? EVIL : 'ticket.resolved',
      success: n < 15,
      unitId: unit.id,
      recordId: id(26),
    })),
  )
  store.addCosts(
    units.map((unit) => ({
      ...fixed,
      ...{ component: unit.id === EVIL ? EVIL : 'vector_db', usd: 0.0012, source: 'rule' },
      origin: 'measured' as const,
      feature: unit.id === EVIL ? EVIL : 'support-bot',
      unitId: unit.id,
      recordId: id(26),
    })),
  )
}

beforeAll(async () => {
  mkdirSync(artifacts, { recursive: true })
  local = await startLocal({ port: 0 })
  fill(local)
  if (noBrowser !== undefined) return
  browser = await launchChromium()
})
afterAll(async () => {
  if (noBrowser === undefined) await browser.close()
  await local.close()
})

async function open(
  query: string,
  { scheme = 'light', width = 1440 }: { scheme?: 'light' | 'dark'; width?: number } = {},
): Promise<{ readonly page: Page; readonly complaints: readonly string[] }> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(local.url)) complaints.push(`asks ${request.url()}`)
  })
  page.on('dialog', (dialog) => {
    complaints.push('a dialog')
    dialog.dismiss().catch(() => complaints.push('it stayed'))
  })
  await page.goto(`${local.url}/${query}`)
  await page.waitForSelector('#view .card, #content:not([hidden])')
  return { page, complaints }
}

/** Words of an element in one line. */
const words = async (page: Page, selector: string): Promise<string> =>
  (await page.innerText(selector)).replaceAll(/\s+/g, ' ')

const VIEWS = ['units', 'waste', 'prompts', 'budget', 'calls'] as const

describe.skipIf(noBrowser !== undefined)(`the views in Chromium (${noBrowser ?? 'there'})`, () => {
  test.each(['light', 'dark'] as const)(
    'in %s at 1440 and 1024 px fit, have AA contrast and real tables, and take no name for markup',
    async (scheme) => {
      const { page, complaints } = await open('?view=units&budget=5', { scheme })
      for (const view of VIEWS) {
        await page.goto(`${local.url}/?view=${view}&budget=5`)
        await page.waitForSelector('#view .card')
        for (const width of [1440, 1024]) {
          await page.setViewportSize({ width, height: 900 })
          const path = `${artifacts}view-${view}-${scheme}-${width}.png`
          await page.screenshot({ path, fullPage: true })
          const overflow = await page.evaluate<number>(
            'document.documentElement.scrollWidth - innerWidth',
          )
          expect(overflow, view).toBeLessThanOrEqual(0)
        }
        expect(await page.evaluate(lowContrast), view).toEqual([])
        const bare = await page.$$eval(
          '#view table',
          (tables) =>
            tables.filter(
              (one) => one.caption === null || one.querySelectorAll('th:not([scope])').length > 0,
            ).length,
        )
        expect(bare, view).toBe(0)
        expect(await page.$$('#view img'), view).toEqual([])
        expect(await page.innerText('#view'), view).toContain(
          view === 'calls' ? EVIL : 'support-bot',
        )
      }
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )

  test('units: cost, percentiles, parts and outcomes, with the margin against a typed baseline', async () => {
    const { page } = await open('?view=units')
    expect(await words(page, '[aria-label="Cost per unit"] tbody')).toMatch(
      /support-bot conversation 20 1\.50 \$0\.0412 \$0\.0262 \$0\.0562 \$0\.0562 6\.8% \$0\.82/,
    )
    expect(await words(page, '[aria-label="What it is made of"]')).toMatch(
      /support-bot vector_db \$0\.00120 2\.9%/,
    )
    expect(await words(page, '[aria-label="Outcomes"]')).toMatch(
      /ticket\.resolved support-bot 20 15 5 20 \$0\.82\d* \$0\.0549 \$ – – –/,
    )
    await page.fill('input[data-outcome="ticket.resolved"]', '18')
    await page.keyboard.press('Enter')
    await page.locator('[aria-label="Outcomes"]', { hasText: '$17.95' }).waitFor()
    expect(await words(page, '[aria-label="Outcomes"]')).toContain('$17.95 328× $269.18')
    expect(page.url()).toContain('baseline=ticket.resolved%3D18')
    await page.context().close()
  })

  test('a row leads to its calls, a condition can be taken away, and back goes back', async () => {
    const { page } = await open('?view=waste')
    await page.click('a.calls >> text=Asked again, same request')
    await page.locator('caption', { hasText: '10 calls, $0.2750' }).waitFor()
    expect(await page.$$eval('#view tbody tr', (rows) => rows.length)).toBe(10)
    await page.click('.chip >> text=Waste: asked again')
    await page.locator('caption', { hasText: '30 calls, $0.8000, $0.0267 each' }).waitFor()
    await page.goBack()
    await page.goBack()
    await page.locator('[aria-label="Waste"] caption').waitFor()
    await page.click('a.calls >> text=Its outcome failed')
    await page.locator('caption', { hasText: '5 calls, $0.1375' }).waitFor()
    await page.context().close()
  })

  test.each([
    ['units', 'a.calls >> text=ticket.resolved', '30 calls'],
    ['units', '[aria-label="Dearest units"] a >> nth=0', '2 calls, $0.0550'],
    ['prompts', 'a.calls >> text=support-triage v2', '20 calls, $0.5500'],
    ['prompts', '[aria-label="Context by turn"] tbody a >> nth=0', '10 calls, $0.2500'],
    ['budget', 'a.calls >> text=support-bot', '30 calls, $0.8000'],
    ['waste', '[aria-label="Cache misses"] a >> nth=0', '20 calls'],
  ])('%s: %s shows %s', async (view, link, caption) => {
    const { page } = await open(`?view=${view}`)
    await page.click(link)
    await page.locator('#view caption', { hasText: caption }).waitFor()
    await page.context().close()
  })

  test('prompts: each version against the one before it, by cause, and what a turn adds', async () => {
    const { page } = await open('?view=prompts')
    expect(await words(page, '[aria-label="Prompt versions"]')).toMatch(
      /support-triage v2 support-bot 10 2\.00 5,000 1,000 \$0\.0562 \+\$0\.0300 \(\+115%\) \+\$0\.0275 repeated attempts \+\$0\.0025 ±\$0\.000\d longer history/,
    )
    expect(await words(page, '[aria-label="Context by turn"]')).toContain(
      'support-bot: +1,000 tokens a turn',
    )
    await page.context().close()
  })

  test('budget: a typed budget says when it runs out', async () => {
    const { page } = await open('?view=budget')
    expect(await page.innerText('#view')).toContain('State a budget')
    await page.fill('input[name="budget"]', '0.5')
    await page.keyboard.press('Tab')
    await page.locator('.sentence', { hasText: '$0.5000 was exceeded on' }).waitFor()
    expect(page.url()).toContain('budget=0.5')
    await page.context().close()
  })

  test('the views are reached with the keyboard, and the one shown is said', async () => {
    const { page } = await open('')
    await page.focus('#views a >> text=Waste')
    await page.keyboard.press('Enter')
    await page.locator('#view caption', { hasText: 'Waste' }).waitFor()
    expect(await page.innerText('#views [aria-current=page]')).toBe('Waste')
    expect(await page.title()).toBe('Waste · costspan')
    await page.context().close()
  })
})
