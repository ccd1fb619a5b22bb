/** The ten questions of docs/dashboards.md, and how many clicks their answers are away. */

import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DASHBOARD } from '../../dashboards/links.ts'
import {
  cellLinks,
  panelLinks,
  panelsOf,
  provisioned,
  type Dashboard,
  type Link,
} from './support/built.ts'

const FIRST = DASHBOARD.spend
const TRACE = ', then its trace'

const questions = readFileSync('docs/dashboards.md', 'utf8')
  .split('\n## ')
  .find((section) => section.startsWith('Ten questions'))
  ?.split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, question = '', name = '', panel = '', clicks = '']) => ({
    question,
    uid: DASHBOARD[name as keyof typeof DASHBOARD],
    panel: panel.replace(TRACE, ''),
    trace: panel.endsWith(TRACE),
    clicks: Number(clicks),
  }))

interface Step {
  readonly to: string
  readonly clicks: number
}

const target = ({ url }: Link): string => /^\/d\/([\w-]+)/.exec(url)?.[1] ?? ''

/** The page of a feature answers only for the feature that was clicked. */
const counts = (link: Link): boolean =>
  target(link) !== '' && (target(link) !== DASHBOARD.feature || link.url.includes('var-feature='))

/** A cell with one link and a link at the top are one click; what shows its links first, two. */
function steps(dashboard: Dashboard): readonly Step[] {
  const top = dashboard.links.filter(counts).map((link) => ({ to: target(link), clicks: 1 }))
  const inPanels = panelsOf(dashboard).flatMap((panel) => [
    ...cellLinks(panel).flatMap(([, links]) =>
      links
        .filter(counts)
        .map((link) => ({ to: target(link), clicks: links.length === 1 ? 1 : 2 })),
    ),
    ...panelLinks(panel)
      .filter(counts)
      .map((link) => ({ to: target(link), clicks: 2 })),
  ])
  return [...top, ...inPanels]
}

/** Fewest clicks to each dashboard. */
function distances(from: string): ReadonlyMap<string, number> {
  const known = new Map([[from, 0]])
  const open = [from]
  for (let uid = open.shift(); uid !== undefined; uid = open.shift()) {
    const here = known.get(uid) ?? 0
    const dashboard = provisioned.find((one) => one.uid === uid)
    for (const { to, clicks } of dashboard === undefined ? [] : steps(dashboard)) {
      if (here + clicks >= (known.get(to) ?? Infinity)) continue
      known.set(to, here + clicks)
      open.push(to)
    }
  }
  return known
}

const away = distances(FIRST)

test('there are 10 questions', () => {
  expect(questions).toHaveLength(10)
})

describe.each(questions ?? [])('$question', ({ uid, panel, trace, clicks }) => {
  test(`is answered by a panel that is ${clicks} clicks away, at most 2`, () => {
    const dashboard = provisioned.find((one) => one.uid === uid) as Dashboard
    const found = panelsOf(dashboard).find(({ title }) => title === panel)
    expect(found?.title).toBe(panel)
    expect((away.get(uid) ?? Infinity) + (trace ? 1 : 0)).toBe(clicks)
    expect(clicks).toBeLessThanOrEqual(2)
  })

  test.runIf(trace)('and the trace is a click further: its panel lists spans of Tempo', () => {
    const dashboard = provisioned.find((one) => one.uid === uid) as Dashboard
    const found = panelsOf(dashboard).find(({ title }) => title === panel)
    expect(found?.datasource?.type).toBe('tempo')
    expect(found?.targets).toMatchObject([{ queryType: 'traceql', tableType: 'spans' }])
  })
})

test('every dashboard is 1 click from every other', () => {
  for (const { uid, links } of provisioned) {
    const others = provisioned.filter((other) => other.uid !== uid).map((other) => other.uid)
    expect(links.map(target).sort()).toEqual(others.sort())
  }
})
