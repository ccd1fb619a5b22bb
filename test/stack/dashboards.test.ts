/** What the dashboards show: every query of every panel, asked of the real Prometheus after the demo's story. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { number } from './support/prometheus.ts'
import { missingEngines } from './engines/engines.ts'
import { evaluate, isEmpty, total, valuesBy, type Answer } from './dashboards/evaluate.ts'
import type { Range } from './dashboards/expand.ts'
import {
  CHOSEN,
  ELSE,
  EMPTY,
  EXPECTED,
  type Compared,
  type Scenario,
} from './dashboards/expected.ts'
import { ofHours, ofStory, type Figures } from './dashboards/figures.ts'
import { spentBetween } from './dashboards/history.ts'
import { readTruth, type Labels, type Truth } from './dashboards/truth.ts'
import { HOURLY } from '../../dashboards/hourly.ts'
import { LABEL } from '../../dashboards/labels.ts'
import {
  panelsOf,
  prometheusTargets,
  readDashboards,
  type Dashboard,
  type Panel,
} from './dashboards/model.ts'
import { roundedAway, shown } from './dashboards/shown.ts'
import { countersOver, LIMIT_MS } from './dashboards/speed.ts'
import { playStory, type Played } from './dashboards/story.ts'
import { TRAP_ENVIRONMENT, TRAPS } from './dashboards/traps.ts'
import { fillVariables, type Filled } from './dashboards/variables.ts'

const dashboards = readDashboards()
const DAY = 86_400_000

describe.skipIf(missingEngines().length > 0)('the dashboards', () => {
  let played: Played

  beforeAll(async () => {
    played = await playStory()
    // A month is written and recorded first: 3 minutes on two cores that have nothing else to do.
  }, 900_000)
  afterAll(async () => {
    await played?.close()
  })

  const ranges = (): Readonly<Record<Scenario, Range>> => {
    const { to } = played.story
    return {
      '5 minutes': { from: to - 300_000, to },
      '15 minutes': played.story,
      '24 hours': { from: to - DAY, to },
      '30 days': { from: to - 30 * DAY, to },
    }
  }

  const opened = new Map<string, Promise<ReadonlyMap<Panel, readonly Answer[]>>>()
  const fill = (dashboard: Dashboard, range: Range, environment: string): Promise<Filled> =>
    fillVariables(dashboard, played.stack.prometheus, range, {
      environment,
      ...CHOSEN[dashboard.uid],
    })

  /** All of its answers, asked once. */
  function open(
    dashboard: Dashboard,
    scenario: Scenario,
    environment = 'demo',
  ): Promise<ReadonlyMap<Panel, readonly Answer[]>> {
    const key = `${dashboard.uid} ${scenario} ${environment}`
    const known = opened.get(key) ?? ask(dashboard, ranges()[scenario], environment)
    opened.set(key, known)
    return known
  }

  async function ask(
    dashboard: Dashboard,
    range: Range,
    environment: string,
  ): Promise<ReadonlyMap<Panel, readonly Answer[]>> {
    const { prometheus } = played.stack
    const { values: variables } = await fill(dashboard, range, environment)
    const found = new Map<Panel, readonly Answer[]>()
    for (const [panel, targets] of prometheusTargets(dashboard)) {
      const answers: Answer[] = []
      for (const target of targets) {
        answers.push(await evaluate(panel, target, { prometheus, range, variables }))
      }
      found.set(panel, answers)
    }
    return found
  }

  /** What the panels are compared with, worked out once. */
  const worked = new Map<Scenario, Promise<Compared>>()
  let read: Promise<Truth> | undefined
  function comparedWith(scenario: Scenario): Promise<Compared> {
    const known = worked.get(scenario) ?? workOut(scenario)
    worked.set(scenario, known)
    return known
  }

  async function workOut(scenario: Scenario): Promise<Compared> {
    const { story, past, stack } = played
    read ??= readTruth(past, stack.prometheus, story)
    const truth = await read
    const range = ranges()[scenario]
    const back = (milliseconds: number): Figures =>
      ofHours(truth, { from: range.from - milliseconds, to: range.to - milliseconds })
    const long = scenario === '24 hours' || scenario === '30 days'
    const day = { from: story.to - DAY, to: story.to }
    const hour = { from: story.to - 3_600_000, to: story.to }
    // When the rules last looked.
    const at = 1000 * (await number(stack.prometheus, 'min(timestamp(costspan:budget_spent_USD))'))
    const budget = (limit: number, where?: (labels: Labels) => boolean) => ({
      limit,
      spent: truth.hours(HOURLY.cost, { from: at - 30 * DAY, to: at }, where),
      pace: truth.hours(HOURLY.cost, { from: at - DAY / 4, to: at }, where),
    })
    return {
      range: long ? ofHours(truth, range) : ofStory(played),
      before: back(range.to - range.from),
      yesterday: back(DAY),
      lastHour: ofStory(played).usd + spentBetween(past, hour),
      lastDay: truth.sum(HOURLY.cost, day),
      hoursOfDay: truth.hours(HOURLY.cost, day),
      recorded: {
        day: truth.recorded(day),
        sixHours: truth.recorded({ from: story.to - DAY / 4, to: story.to }),
      },
      // collector-config/budgets.yaml
      budgets: [budget(5_000), budget(1_500, (labels) => labels[LABEL.feature] === 'support-bot')],
    }
  }

  function dashboardOf(uid: string): Dashboard {
    const found = dashboards.find((dashboard) => dashboard.uid === uid)
    if (found === undefined) throw new Error(`no dashboard ${uid}`)
    return found
  }

  /** What one panel answers. @throws Error where a title has changed */
  async function answerOf(
    { uid, title, refId = 'A' }: { uid: string; title: string; refId?: string },
    scenario: Scenario,
    environment = 'demo',
  ): Promise<{ panel: Panel; answer: Answer }> {
    const answers = await open(dashboardOf(uid), scenario, environment)
    const [panel, all] = [...answers].find(([each]) => each.title === title) ?? []
    const answer = all?.find((each) => each.refId === refId)
    if (panel === undefined || answer === undefined) throw new Error(`no '${title}' in ${uid}`)
    return { panel, answer }
  }

  describe.each(dashboards.map((dashboard) => [dashboard.uid, dashboard] as const))(
    '%s',
    (uid, dashboard) => {
      it('offers at least one value for each variable that asks Prometheus', async () => {
        const { choices } = await fill(dashboard, ranges()['15 minutes'], 'demo')
        expect([...choices].filter(([, own]) => own.length === 0)).toEqual([])
      })

      it.each(['5 minutes', '15 minutes', '24 hours', '30 days'] as const)(
        'over %s: no query errs, and no panel is empty but those that say why',
        async (scenario) => {
          const answers = await open(dashboard, scenario)
          const errors = [...answers].flatMap(([{ title }, all]) =>
            all.flatMap(({ refId, error }) =>
              error === undefined ? [] : [`${title} ${refId}: ${error}`],
            ),
          )
          expect(errors).toEqual([])
          const empty = [...answers].filter(([, all]) => all.every(isEmpty)).map(([panel]) => panel)
          const mayBe = EMPTY.filter((each) => each.uid === uid && each.over.includes(scenario))
          const titles = empty.map(({ title }) => title ?? '')
          expect(titles.filter((title) => !mayBe.some((each) => each.title === title))).toEqual([])
          const must = mayBe.filter(({ mayHave }) => mayHave !== true)
          expect(must.filter(({ title }) => !titles.includes(title))).toEqual([])
          const silent = empty.filter(
            (panel) => (panel.fieldConfig?.defaults?.noValue ?? '') === '',
          )
          expect(silent.map(({ title }) => title)).toEqual([])
        },
      )

      it('over 30 days: no query reads a month of counters, and none takes 5 seconds', async () => {
        const range = ranges()['30 days']
        for (const [{ title }, all] of await open(dashboard, '30 days')) {
          for (const { refId, promql, milliseconds } of all) {
            expect(countersOver(promql, range), `${title} ${refId}`).toEqual([])
            expect(milliseconds, `${title} ${refId}`).toBeLessThan(LIMIT_MS)
          }
        }
      })

      it('has annotations that Prometheus understands', async () => {
        const range = ranges()['15 minutes']
        const { values: variables } = await fill(dashboard, range, 'demo')
        for (const { name, expr, step } of dashboard.annotations?.list ?? []) {
          if (expr === undefined) continue
          const target = { refId: name, expr, range: true, ...(step ? { interval: step } : {}) }
          const { prometheus } = played.stack
          const answer = await evaluate({ type: 'annotation' }, target, {
            prometheus,
            range,
            variables,
          })
          expect(answer.error, name).toBeUndefined()
        }
      })

      it('has a panel for each of its titles once', () => {
        const titles = panelsOf(dashboard).map(({ title }) => title)
        expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
      })
    },
  )

  /** 0 stays 0; everything else may be off by a thousandth. */
  const isOff = (found: number, truth: number): boolean =>
    truth === 0 ? found !== 0 : !(Math.abs(found / truth - 1) < 0.001)

  it.each(EXPECTED.map((each) => [each.uid, each.title, each.refId, each] as const))(
    '%s, %s (%s): the ledger’s number within 0.1%, in long ranges that of its recorded hours',
    async (_uid, _title, _refId, { of, over, ...where }) => {
      for (const scenario of over) {
        const { answer } = await answerOf(where, scenario)
        const truth = of(await comparedWith(scenario))
        expect(Number.isFinite(truth), `${scenario}: nothing to compare with`).toBe(true)
        const found = total(answer)
        expect(isOff(found, truth), `${scenario}: ${found}, should be ${truth}`).toBe(false)
      }
    },
  )

  it('compares every tile and table of Prometheus’ with a number, or says what else it states', () => {
    const all = dashboards.flatMap((dashboard) =>
      [...prometheusTargets(dashboard)]
        .filter(([{ type }]) => type !== 'timeseries')
        .map(([{ title }]) => `${dashboard.uid}: ${title}`),
    )
    const known = [...EXPECTED.map(({ uid, title }) => [uid, title]), ...ELSE]
    expect([...new Set(known.map(([uid, title]) => `${uid}: ${title}`))].toSorted()).toEqual(
      all.toSorted(),
    )
  })

  const SPENT = { uid: 'costspan-spend', title: 'What was spent in this time range?' }
  const BY_FEATURE = { uid: 'costspan-spend', title: 'Which features spend it?' }

  it('a first sample of $5, a call of $0.0023 and a restart from $40 to $9 are all counted, over 5 minutes and 15', async () => {
    const usd = TRAPS.reduce((sum, trap) => sum + trap.usd, 0)
    for (const scenario of ['5 minutes', '15 minutes'] as const) {
      const { answer } = await answerOf(SPENT, scenario, TRAP_ENVIRONMENT)
      expect(total(answer)).toBeCloseTo(usd, 9)
      const table = await answerOf(BY_FEATURE, scenario, TRAP_ENVIRONMENT)
      const found = valuesBy(table.answer, 'costspan_feature')
      for (const trap of TRAPS)
        expect(found.get(trap.feature), trap.feature).toBeCloseTo(trap.usd, 9)
    }
    const increase = `sum(increase(costspan_cost_USD_total{deployment_environment_name="${TRAP_ENVIRONMENT}"}[5m]))`
    const wrong = await number(played.stack.prometheus, increase)
    expect(Math.abs(wrong / usd - 1)).toBeGreaterThan(0.01)
  })

  it('$0.0023 is not written as $0.00, in the total or in a table', async () => {
    const { panel: stat } = await answerOf(SPENT, '15 minutes', TRAP_ENVIRONMENT)
    expect(roundedAway(shown(stat, 0.0023), 0.0023)).toBe(false)
    const { panel: table } = await answerOf(BY_FEATURE, '15 minutes', TRAP_ENVIRONMENT)
    expect(roundedAway(shown(table, 0.0023, 'Spend'), 0.0023)).toBe(false)
  })
})
