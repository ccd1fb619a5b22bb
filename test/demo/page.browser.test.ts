import { mkdirSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launchChromium, noBrowser } from '../support/chromium.ts'

const ROOT = join(import.meta.dirname, '../..')
const ARTIFACTS = join(ROOT, 'test/artifacts')

test('after the demo the page names the feature, its dollars and its causes', async (context) => {
  if (noBrowser !== undefined) {
    context.skip(`${noBrowser}: the page was not looked at`)
    return
  }
  const demo = spawn(process.execPath, [join(ROOT, 'dist/cli/main.js'), 'demo', '--seconds', '8'])
  let said = ''
  demo.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')))
  const ended = new Promise<number | null>((resolve) => {
    demo.on('close', resolve)
  })
  const deadline = Date.now() + 25_000
  while (!said.includes('stays up until Ctrl-C') && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const url = /stays up until Ctrl-C: (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1]
  expect(url, said).toBeDefined()
  const browser = await launchChromium()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(url ?? '')
    const change = page.locator('#change')
    await change.waitFor({ state: 'visible' })
    const text = await change.innerText()
    expect(text).toContain('support-bot')
    expect(text).toContain('$0.125 a conversation')
    expect(text).toMatch(/repeated attempts\s+\+\$\d/)
    expect(text).toContain('longer history')
    expect(text).toContain('support-triage v1 → v2')
    expect(await page.locator('body').innerText()).toContain('house-llm-7b') // unpriced, and why
    mkdirSync(ARTIFACTS, { recursive: true })
    await page.screenshot({ path: join(ARTIFACTS, 'demo-page.png'), fullPage: true })
    expect(errors).toEqual([])
  } finally {
    await browser.close()
    demo.kill('SIGINT')
  }
  expect(await ended).toBe(0)
}, 60_000)
