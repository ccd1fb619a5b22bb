import { describe, expect, test } from 'vitest'
import { toDashboard, toTraces } from '../../dashboards/destinations.ts'
import { HOURLY } from '../../dashboards/hourly.ts'
import { series, stat, UNIT, type Question } from '../../dashboards/panels.ts'
import { ranked } from '../../dashboards/tables.ts'
import { callsAbove, topSpenders } from '../../dashboards/traces.ts'
import { why } from '../../dashboards/why.ts'

const question: Question = {
  title: 'How much?',
  formula: 'All of it.',
  caveat: 'not more.',
  todo: 'pay.',
  unit: UNIT.usd,
  noValue: 'Nothing: send some',
  links: [toDashboard('feature', 'Explore')],
  width: 6,
}

describe('a money stat', () => {
  const panel = stat('sum(x)', question).build()

  test('asks once, for the value at the end of the range, of the picked data source', () => {
    expect(panel.targets).toEqual([
      expect.objectContaining({
        expr: 'sum(x)',
        instant: true,
        range: false,
        refId: 'A',
        datasource: { type: 'prometheus', uid: '${datasource}' },
      }),
    ])
    expect(panel.options).toMatchObject({ reduceOptions: { calcs: ['lastNotNull'] } })
  })

  test('shows USD with 2 decimals, and $0.0023 as “under 1 cent”', () => {
    expect(panel.fieldConfig?.defaults).toMatchObject({
      unit: 'currencyUSD',
      decimals: 2,
      mappings: [{ options: { from: 1e-12, to: 0.005, result: { text: 'under 1 cent' } } }],
    })
  })

  test('shows what a call costs with 6 decimals, and no text in place of it', () => {
    const { fieldConfig } = stat('sum(x)', { ...question, unit: UNIT.usdPerCall }).build()
    expect(fieldConfig?.defaults).toMatchObject({ decimals: 6, mappings: [] })
  })

  test('says formula, caveat and what to do in its description, and what is missing in its place', () => {
    expect(panel.description).toBe('All of it.\n\n**Mind:** not more.\n\n**What to do:** pay.')
    expect(panel.fieldConfig?.defaults.noValue).toBe('Nothing: send some')
  })

  test('has no colour without a threshold, and green below 2 that it is given', () => {
    expect(panel.options).toMatchObject({ colorMode: 'none' })
    expect(panel.fieldConfig?.defaults.thresholds?.steps).toEqual([{ value: null, color: 'text' }])
    const steps = [
      [0.8, 'orange'],
      [1, 'red'],
    ] as const
    const coloured = stat('x', { ...question, steps }).build()
    expect(coloured.options).toMatchObject({ colorMode: 'value' })
    expect(coloured.fieldConfig?.defaults.thresholds?.steps).toEqual([
      { value: null, color: 'green' },
      { value: 0.8, color: 'orange' },
      { value: 1, color: 'red' },
    ])
    expect(coloured.fieldConfig?.defaults.color).toEqual({ mode: 'thresholds' })
  })
})

describe('a money series', () => {
  const lines = [
    { expr: 'a', legend: 'first' },
    { expr: 'b', legend: 'second' },
  ]

  test('draws 2 lines with a legend, which the SDK leaves out by default', () => {
    const panel = series(lines, question).build()
    expect(panel.targets).toMatchObject([
      { expr: 'a', legendFormat: 'first', range: true, refId: 'A' },
      { expr: 'b', legendFormat: 'second', range: true, refId: 'B' },
    ])
    expect(panel.options).toMatchObject({ legend: { showLegend: true } })
    expect(panel.fieldConfig?.defaults.custom).toMatchObject({ stacking: { mode: 'none' } })
  })

  test('has points at most each 30 s, and leaps gaps of an hour where it divides', () => {
    const panel = series(lines, question).build()
    expect(panel).toMatchObject({ interval: '30s', maxDataPoints: 120 })
    expect(panel.fieldConfig?.defaults).toMatchObject({
      color: { mode: 'palette-classic' },
      custom: { spanNulls: 3_600_000 },
    })
    expect(series(lines, question, 'stacked').build()).toMatchObject({ maxDataPoints: 300 })
  })

  test('stacks what adds up', () => {
    const { fieldConfig } = series(lines, question, 'stacked').build()
    expect(fieldConfig?.defaults.custom).toMatchObject({ stacking: { mode: 'normal' } })
  })
})

describe('a ranked table', () => {
  const link = toDashboard('feature', 'Explore', { click: 'feature', cell: true })
  const panel = ranked(
    {
      labels: [{ label: 'costspan_feature', name: 'Feature', link }],
      figures: [
        { name: 'Spend', expr: 'cost', unit: UNIT.usd, bar: true },
        { name: 'Calls', expr: 'calls', unit: UNIT.count },
      ],
      rows: 5,
    },
    question,
  ).build()

  test('joins its 2 figures, names them, ranks by the first and shows 5 rows', () => {
    expect(panel.targets).toMatchObject([
      { expr: 'cost', format: 'table', instant: true },
      { expr: 'calls', format: 'table', instant: true },
    ])
    expect(panel.transformations).toMatchObject([
      { id: 'merge' },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          renameByName: { costspan_feature: 'Feature', 'Value #A': 'Spend', 'Value #B': 'Calls' },
        },
      },
      { id: 'sortBy', options: { sort: [{ field: 'Spend', desc: true }] } },
      { id: 'limit', options: { limitField: 5 } },
    ])
  })

  test('lets Grafana divide 2 of its figures, and writes a dash where there is nothing to divide by', () => {
    const divided = ranked(
      {
        labels: [{ label: 'costspan_feature', name: 'Feature' }],
        figures: [
          { name: 'A call', of: ['Spend', '/', 'Calls'], unit: UNIT.usdPerCall },
          { name: 'Spend', expr: 'cost', unit: UNIT.usd },
          { name: 'Calls', expr: 'calls', unit: UNIT.count },
        ],
      },
      question,
    ).build()
    expect(divided.targets).toMatchObject([{ expr: 'cost' }, { expr: 'calls' }])
    const binary = { left: 'Value #A', operator: '/', right: 'Value #B' }
    expect(divided.transformations).toMatchObject([
      { id: 'merge' },
      { id: 'calculateField', options: { mode: 'binary', alias: 'A call', binary } },
      { id: 'organize', options: { indexByName: { costspan_feature: 0, 'A call': 1 } } },
      { id: 'sortBy', options: { sort: [{ field: 'A call' }] } },
      { id: 'limit' },
    ])
    const [{ properties } = { properties: [] }] = divided.fieldConfig?.overrides ?? []
    expect(properties).toContainEqual({
      id: 'mappings',
      value: [
        { type: 'range', options: { from: 1e15, to: null, result: { text: '–', index: 1 } } },
        { type: 'special', options: { match: 'null+nan', result: { text: '–', index: 2 } } },
      ],
    })
  })

  test('names the figure of a single answer too, which Grafana calls Value without a letter', () => {
    expect(panel.transformations?.[1]?.options).toMatchObject({ renameByName: { Value: 'Spend' } })
  })

  test('says “not at this pace” for a day after the year 2100', () => {
    const figure = { name: 'Runs out', expr: 'x', unit: UNIT.day }
    const { fieldConfig } = ranked({ labels: [], figures: [figure] }, question).build()
    const [mappings] =
      fieldConfig?.overrides[0]?.properties.filter(({ id }) => id === 'mappings') ?? []
    expect(mappings?.value).toEqual([
      expect.objectContaining({
        options: {
          from: Date.UTC(2100, 0, 1),
          to: null,
          result: { text: 'not at this pace', index: 0 },
        },
      }),
    ])
  })

  test('draws a share’s bar of 100%, not of the largest', () => {
    const figure = { name: 'Share', expr: 'x', unit: UNIT.share, bar: true }
    const { fieldConfig } = ranked({ labels: [], figures: [figure] }, question).build()
    expect(fieldConfig?.overrides[0]?.properties).toContainEqual({ id: 'max', value: 1 })
  })

  test('leads deeper from its header, so that not every cell is a link', () => {
    expect(panel.links).toMatchObject([{ url: question.links[0]?.url }])
    expect(panel.fieldConfig?.defaults.links).toBeUndefined()
  })

  test('gives each column its unit and decimals, and the label its link', () => {
    const properties = Object.fromEntries(
      (panel.fieldConfig?.overrides ?? []).map(({ matcher, properties: own }) => [
        matcher.options,
        Object.fromEntries(own.map(({ id, value }) => [id, value])),
      ]),
    )
    expect(properties['Spend']).toMatchObject({
      unit: 'currencyUSD',
      decimals: 2,
      'custom.cellOptions': { type: 'gauge' },
    })
    expect(properties['Calls']).toMatchObject({ unit: 'locale', decimals: 0 })
    expect(properties['Feature']).toEqual({ links: [link], noValue: '–' })
  })
})

describe('a why-panel', () => {
  const asked = { selector: 'a="b"', by: ['costspan_cost_component'] }

  test('divides each part by all calls', () => {
    const { targets } = why({ ...asked, counter: HOURLY.costParts, per: 'call' }, question).build()
    const expr = String((targets?.[0] as { expr?: string }).expr)
    expect(expr).toMatch(/^\(sum by \(costspan_cost_component\)/)
    expect(expr).toMatch(/\/ on \(\) group_left \(\) \(\(sum \(/)
    expect(targets).toMatchObject([{ legendFormat: '{{costspan_cost_component}}' }])
  })

  test('divides each version by its own calls', () => {
    const by = ['gen_ai_prompt_version']
    const own = { ...asked, by, counter: HOURLY.cost, per: 'call of each' } as const
    const { targets } = why(own, question).build()
    const expr = String((targets?.[0] as { expr?: string }).expr)
    expect(expr.match(/sum by \(gen_ai_prompt_version\)/g)).toHaveLength(4)
    expect(expr).not.toContain('group_left')
  })
})

describe('a panel of traces', () => {
  const { unit: _unit, links: _links, ...rest } = question

  test('ranks the 10 users that spent most, and leads from each to its calls', () => {
    const panel = topSpenders(
      'user.id',
      'User',
      ['span.costspan.feature = "$feature"'],
      rest,
    ).build()
    expect(panel.targets).toMatchObject([
      {
        datasource: { type: 'tempo', uid: '${tempo}' },
        queryType: 'traceql',
        metricsQueryType: 'instant',
        query:
          '{ span.costspan.feature = "$feature" && span.gen_ai.usage.cost.amount > 0 } | sum_over_time(span.gen_ai.usage.cost.amount) by (span.user.id) | topk(10)',
      },
    ])
    const [, { properties } = { properties: [] }] = panel.fieldConfig?.overrides ?? []
    const [link] = properties[0]?.value as { url: string }[]
    expect(decodeURIComponent(link?.url ?? '')).toContain('span.user.id = \\"${__value.text}\\"')
  })

  test('lists spans from a threshold on, with what they cost in a column of 6 decimals', () => {
    const panel = callsAbove('$threshold', ['span.a = "b"'], rest).build()
    const [target] = (panel.targets ?? []) as {
      query?: string
      tableType?: string
      limit?: number
    }[]
    expect(target).toMatchObject({ tableType: 'spans', limit: 50 })
    expect(target?.query).toMatch(
      /^\{ span\.a = "b" && span\.gen_ai\.usage\.cost\.amount >= \$threshold \}/,
    )
    expect(panel.fieldConfig?.overrides[1]).toMatchObject({
      matcher: { options: 'gen_ai.usage.cost.amount' },
      properties: [{}, { value: 'currencyUSD' }, { value: 6 }],
    })
  })
})

describe('a link', () => {
  test('hands on data sources, what is chosen, what was clicked, and the time range', () => {
    expect(toDashboard('feature', 'x', { click: 'feature' }).url).toBe(
      '/d/costspan-feature?var-feature=${__field.labels.costspan_feature}&${datasource:queryparam}&${tempo:queryparam}&${environment:queryparam}&${__url_time_range}',
    )
    expect(toDashboard('spend', 'x', { click: 'team', cell: true, keep: [] }).url).toContain(
      'var-team=${__value.text}&',
    )
  })

  test('to Explore is encoded but for Grafana’s variables, and JSON once they are filled in', () => {
    const { url } = toTraces('x', '{ span.costspan.feature = "${__value.text}" }')
    expect(url).toMatch(/^\/explore\?schemaVersion=1&panes=%7B%22a%22/)
    expect(url).toContain('${__value.text}')
    const panes = JSON.parse(decodeURIComponent(url.split('panes=')[1] ?? ''))
    expect(panes.a).toMatchObject({
      datasource: '${tempo}',
      queries: [{ query: '{ span.costspan.feature = "${__value.text}" }' }],
      range: { from: '${__from}', to: '${__to}' },
    })
  })
})
