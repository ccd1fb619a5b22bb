/**
 * What dashboards are tried on: a past of a month, then the demo's own story, through `register`, Collector and
 * Prometheus with the rules that are shipped, and the counters that tend to be miscounted.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { startSimulator } from '../../../demo/simulator/server.ts'
import type { LedgerEntry, LedgerTotals } from '../../../demo/simulator/ledger.ts'
import { perform } from '../../../demo/stage.ts'
import { storyScenario } from '../../../demo/story/scenario.ts'
import { METRIC_COST, prometheusName } from '../../../instrumentation/semconv.ts'
import { query, until } from '../support/prometheus.ts'
import { CONFIG, startStack, type Stack } from '../support/stack.ts'
import { writeBlocks } from './blocks.ts'
import { demoPast } from './company.ts'
import type { Range } from './expand.ts'
import type { History } from './history.ts'
import { recordPast } from './recorded-past.ts'
import { pushTraps } from './traps.ts'

export interface Played {
  readonly stack: Stack
  readonly past: History
  /** The story alone: 15 minutes that begin after the past has ended. */
  readonly story: Range
  readonly totals: LedgerTotals
  readonly entries: readonly LedgerEntry[]
  close(): Promise<void>
}

const MINUTE = 60_000
/** More than twice the range of the story, so that nothing is in it or in the range before. */
const GAP_MINUTES = 31
const STORY_RANGE = 15 * MINUTE
const STORY_SECONDS = 60

/** @param gapMinutes between the end of the past and the story, which takes so many seconds */
export async function playStory({
  gapMinutes = GAP_MINUTES,
  seconds = STORY_SECONDS,
} = {}): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-dashboards-'))
  // What comes before the story takes half a minute itself.
  const past = demoPast(Date.now(), gapMinutes)
  await writeBlocks(past, folder)
  const stack = await startStack({
    prometheus: withoutHours(folder),
    // Blocks that begin before the head does are its own past.
    flags: (flags) =>
      flags.map((flag) =>
        flag.startsWith('--storage.tsdb.path=') ? `--storage.tsdb.path=${folder}` : flag,
      ),
  })
  const simulator = await startSimulator({ scenario: storyScenario(), keep: 10 })
  const close = async (): Promise<void> => {
    await simulator.close()
    await stack.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await recordPast(stack, folder, past.to)
    const traps = pushTraps(stack.otlp)
    const app = perform('support-bot', {
      simulator: simulator.url,
      endpoint: stack.otlp,
      arguments: ['--seconds', String(seconds)],
      tell: () => undefined,
    })
    const code = await app.ended
    if (code !== 0) throw new Error(`the demo ended with ${code}: ${app.complaints()}`)
    await traps
    await arrival(stack)
    const to = Date.now()
    return {
      stack,
      past,
      story: { from: to - STORY_RANGE, to },
      totals: simulator.ledger.totals(),
      entries: simulator.ledger.entries,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * The shipped configuration but for the hourly rules: hours are written with the past, and one that ends at any minute,
 * as they are recorded once Prometheus runs, would count the past's last hour again.
 */
function withoutHours(folder: string): string {
  const config = parse(readFileSync(join(CONFIG, 'prometheus.yaml'), 'utf8'))
  const rules = readdirSync(join(CONFIG, 'rules')).filter((name) => name !== 'spend.yaml')
  const file = join(folder, 'prometheus.json')
  const rule_files = rules.map((name) => join(CONFIG, 'rules', name))
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ ...config, rule_files }))
  return file
}

/** The last export is in Prometheus, and rules have been evaluated with it. */
async function arrival(stack: Stack): Promise<void> {
  const spent = `sum(last_over_time(${prometheusName(METRIC_COST)}{job="support-bot"}[5m]))`
  let before = NaN
  await until(
    async () => (await query(stack.prometheus, spent))[0]?.value ?? 0,
    (usd) => {
      const same = usd === before && usd > 0
      before = usd
      return same
    },
    20_000,
  )
  // The last of the rules to speak: it is evaluated each minute.
  const unpriced = 'ALERTS{alertname="CostspanUnpriced",alertstate="firing"}'
  await until(
    () => query(stack.prometheus, unpriced),
    (alerts) => alerts.length > 0,
    150_000,
  )
}
