/**
 * `npm run screenshots`: pictures of the dashboards, drawn with Grafana's own components from what the real Prometheus
 * answers after the demo's story. Needs the engines (`npm run test:stack` builds them) and a Chromium.
 *
 *   --answers FILE   draws what an earlier run was answered: test/artifacts/dashboards/answers.json
 *   --only UID       one dashboard
 *   --docs           also puts the best of each into docs/images/dashboards
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium, type Browser } from 'playwright-core'
import { readDashboards } from '../dashboards/model.ts'
import { playStory } from '../dashboards/story.ts'
import { onPath } from '../engines/engines.ts'
import { ROOT } from '../support/stack.ts'
import { bundled, type Bundle } from './bundle.ts'
import { gather, withoutTraces, type Drawn } from './gather.ts'
import { installedComponents } from './install.ts'
import { withPalette } from './palette.ts'
import { VIEWS } from './views.ts'

const ARTIFACTS = join(ROOT, 'test/artifacts/dashboards')
const DOCS = join(ROOT, 'docs/images/dashboards')
const WIDTHS = [1_440, 1_024]
const MODES = ['dark', 'light'] as const
/** Long enough for alerts to fire while it lasts. */
const STORY_SECONDS = 300
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const { values: flags } = parseArgs({
  options: {
    answers: { type: 'string' },
    only: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
})

async function answered(): Promise<readonly Drawn[]> {
  if (flags.answers !== undefined) {
    if (!existsSync(flags.answers)) misused(`--answers ${flags.answers}: no such file`)
    return JSON.parse(readFileSync(flags.answers, 'utf8')) as readonly Drawn[]
  }
  // The past ends when the story begins: a picture without a hole.
  const played = await playStory({ gapMinutes: 0, seconds: STORY_SECONDS })
  try {
    const drawn: Drawn[] = []
    for (const dashboard of readDashboards()) {
      const { hours, until, chosen = {} } = VIEWS[dashboard.uid] ?? misplaced(dashboard.uid)
      const to = until === 'its end' ? played.story.to : played.past.to
      drawn.push(
        await gather(dashboard, played.stack.prometheus, {
          range: { from: to - hours * 3_600_000, to },
          rangeText: `Last ${hours} hour${hours === 1 ? '' : 's'}`,
          chosen: { environment: 'demo', ...chosen },
        }),
      )
    }
    writeFileSync(join(ARTIFACTS, 'answers.json'), JSON.stringify(drawn))
    return drawn
  } finally {
    await played.close()
  }
}

async function picture(
  browser: Browser,
  bundle: Bundle,
  drawn: Drawn,
  { width, mode }: { readonly width: number; readonly mode: 'dark' | 'light' },
): Promise<Buffer> {
  // What is below the fold of a window is not drawn.
  const rows = Math.max(
    ...drawn.panels.map(({ panel: { gridPos } }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)),
  )
  const page = await browser.newPage({ viewport: { width, height: rows * 38 + 150 } })
  const wrong: string[] = []
  page.on('pageerror', (error) => wrong.push(error.message))
  await page.route('**/*', async (route) => {
    const body = bundle.read(new URL(route.request().url()).pathname)
    await route.fulfill(
      body === undefined ? { status: 404 } : { body, contentType: typeOf(route.request().url()) },
    )
  })
  await page.goto('http://127.0.0.1/')
  await page.evaluate((shown) => (globalThis as unknown as Page).draw(shown), {
    ...drawn,
    width,
    mode,
  })
  await page.waitForTimeout(1_500)
  if (wrong.length > 0) throw new Error(`${drawn.uid}: ${wrong[0]}`)
  const image = await page.locator('#root > div').first().screenshot({ type: 'png' })
  await page.close()
  return image
}

interface Page {
  draw(shown: object): Promise<void>
}

function typeOf(url: string): string {
  if (url.endsWith('.js')) return 'text/javascript'
  if (url.endsWith('.css')) return 'text/css'
  return url.endsWith('.svg') ? 'image/svg+xml' : 'text/html'
}

function misplaced(uid: string): never {
  throw new Error(`${uid} has no view in views.ts`)
}

function misused(line: string): never {
  console.error(line)
  process.exit(2)
}

const executablePath = BROWSERS.map(onPath).find((path) => path !== undefined)
if (executablePath === undefined)
  misused(`no browser on the PATH; looked for ${BROWSERS.join(', ')}`)
mkdirSync(ARTIFACTS, { recursive: true })
const all = await answered()
const bundle = bundled(installedComponents())
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
try {
  for (const drawn of all.filter(({ uid }) => flags.only === undefined || uid === flags.only)) {
    for (const width of WIDTHS) {
      for (const mode of MODES) {
        const image = await picture(browser, bundle, drawn, { width, mode })
        const name = `${drawn.uid}-${width}-${mode}.png`
        writeFileSync(join(ARTIFACTS, name), image)
        console.log(`${name} ${Math.round(image.length / 1024)} KiB`)
        if (flags.docs && width === 1_440 && mode === (VIEWS[drawn.uid]?.mode ?? 'light')) {
          mkdirSync(DOCS, { recursive: true })
          const small = withPalette(
            await picture(browser, bundle, withoutTraces(drawn), { width, mode }),
          )
          writeFileSync(join(DOCS, `${drawn.uid}.png`), small)
          console.log(
            `docs/images/dashboards/${drawn.uid}.png ${Math.round(small.length / 1024)} KiB`,
          )
        }
      }
    }
  }
} finally {
  await browser.close()
}
