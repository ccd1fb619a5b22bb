/** One run of the demo: provider, receiver and application, watched while they run and checked at the end. */

import type { OutcomesReport, UnitsReport } from '../local/reports/answers.ts'
import { outcomesReport } from '../local/reports/outcomes.ts'
import { unitsReport } from '../local/reports/units.ts'
import type { Local } from '../local/server.ts'
import type { Explanation } from '../local/explain/explanation.ts'
import { findChange } from '../local/explain/find-change.ts'
import { checkCauses, type CausesCheck } from './show/causes.ts'
import { checkLedger, type LedgerCheck } from './show/check.ts'
import type { Moment } from './show/screen.ts'
import type { LedgerEntry } from './simulator/ledger.ts'
import { startSimulator } from './simulator/server.ts'
import { perform } from './stage.ts'
import { BASELINES, BOT_FEATURE, PHASES } from './story/phases.ts'
import { storyScenario } from './story/scenario.ts'

export type Play =
  | { readonly kind: 'story'; readonly seconds: number }
  | { readonly kind: 'replay'; readonly file: string; readonly calls: number }

export interface Run {
  readonly ended: Promise<Outcome>
  moment(): Moment
  stop(): void
}

export interface Outcome {
  /** Exit code of the application; -1 where it was stopped. */
  readonly code: number
  readonly complaints: string
  readonly check: LedgerCheck
  /** What was found to have changed, and the ledger's own account of it; of the story only. */
  readonly story?: Story
}

export interface Story {
  readonly change: Explanation | undefined
  readonly causes: CausesCheck
  /** What a conversation cost in each phase, by prompt version. */
  readonly units: UnitsReport
  /** What the tickets that were resolved cost, against a person. */
  readonly outcomes: OutcomesReport
}

/** Milliseconds that a call's telemetry may take to arrive once the application has ended. */
const ARRIVAL = 5_000
/** Milliseconds that count as now. */
const LATELY = 6_000

export async function startRun(play: Play, local: Local): Promise<Run> {
  const simulator = await startSimulator({
    ...(play.kind === 'story' ? { scenario: storyScenario() } : {}),
    // The replay's prompts are large, and nobody looks at them.
    keep: 10,
  })
  const started = Date.now()
  let phase = play.kind === 'story' ? 'starting' : `replaying ${play.calls} calls`
  const app = perform(play.kind === 'story' ? 'support-bot' : 'replay', {
    simulator: simulator.url,
    endpoint: local.url,
    arguments:
      play.kind === 'story'
        ? ['--seconds', String(play.seconds)]
        : ['--trace', play.file, '--calls', String(play.calls)],
    tell: (line) => {
      phase = phaseOf(line) ?? phase
    },
  })
  const ended = async (): Promise<Outcome> => {
    try {
      const code = await app.ended
      const calls = simulator.ledger.totals().calls
      if (code === 0) await arrival(local, calls)
      const check = checkLedger(local.store.totals(), simulator.ledger.totals())
      return {
        code,
        complaints: app.complaints(),
        check,
        ...(play.kind === 'story' ? { story: storyOf(local, simulator.ledger.entries) } : {}),
      }
    } finally {
      await simulator.close()
    }
  }
  return {
    ended: ended(),
    moment: () => momentOf(local, phase, started),
    stop: () => app.stop(),
  }
}

function storyOf({ store }: Local, entries: readonly LedgerEntry[]): Story {
  const change = findChange(store.rows(), store.costs())
  const period = { feature: BOT_FEATURE }
  return {
    change,
    causes: checkCauses(change, entries),
    units: unitsReport(store, period, ['promptVersion']),
    outcomes: outcomesReport(store, period, BASELINES),
  }
}

/** A line of the bot's output, in words. */
function phaseOf(line: string): string | undefined {
  const phase = PHASES.find((each) => line === JSON.stringify({ phase: each.name }))
  return phase === undefined ? undefined : `${phase.name}: ${phase.news}`
}

async function arrival(local: Local, calls: number): Promise<void> {
  const until = Date.now() + ARRIVAL
  while (local.store.extent().calls < calls && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function momentOf({ store }: Local, phase: string, started: number): Moment {
  const now = Date.now()
  const totals = store.totals()
  const lately = store.groups({ from: now - LATELY }, ['feature'])
  const spent = lately.reduce((sum, group) => sum + group.usd, 0)
  return {
    seconds: (now - started) / 1_000,
    phase,
    usd: totals.usd,
    calls: totals.calls,
    ...(now - started > LATELY ? { usdPerHour: (spent / LATELY) * 3_600_000 } : {}),
    features: store.groups({}, ['feature']),
    lately,
  }
}
