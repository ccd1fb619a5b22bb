/**
 * What Grafana would trip over, or a reader: the rules of grafana/dashboard-linter that apply (not those on `job` and
 * `instance` variables, for money has owners and no hosts), and our own.
 */

import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { readdirSync, readFileSync } from 'node:fs'
import { DASHBOARD } from '../../dashboards/links.ts'
import {
  cellLinks,
  datasources,
  importable,
  linksOf,
  panelsOf,
  provisioned,
  texts,
  type Dashboard,
} from './support/built.ts'

const both = [
  ...provisioned.map((dashboard) => [`provisioned ${dashboard.uid}`, dashboard] as const),
  ...importable.map((dashboard) => [`import ${dashboard.uid}`, dashboard] as const),
]
const panels = provisioned.flatMap((dashboard) =>
  panelsOf(dashboard).map(
    (panel) => [`${dashboard.uid}: ${panel.title}`, panel, dashboard] as const,
  ),
)

/** What Grafana itself replaces. */
const BUILT_IN =
  /^__(all|range|range_s|rate_interval|interval|from|to|url_time_range|value\.text|field\.labels\.\w+)$/

const named = (text: string): readonly string[] =>
  [...text.matchAll(/\$(?:\{([^}:]+)(?::\w+)?\}|([a-z_]\w*))/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  )

const byUid = (url: string): Dashboard | undefined => {
  const uid = /^\/d\/([\w-]+)/.exec(url)?.[1]
  return provisioned.find((dashboard) => dashboard.uid === uid)
}
const variableNames = ({ templating }: Dashboard): readonly string[] =>
  templating.list.map(({ name }) => name)

test('the 5 dashboards that alerts and links know are there, once in each variant', () => {
  const uids = Object.values(DASHBOARD).sort()
  expect(provisioned.map(({ uid }) => uid).sort()).toEqual(uids)
  expect(importable.map(({ uid }) => uid).sort()).toEqual(uids)
})

describe.each(both)('%s', (_name, dashboard) => {
  test('has an identity that stays: uid up to 40 characters, no id, a tag, the reader’s time zone', () => {
    expect(dashboard.uid).toMatch(/^costspan-[a-z]{1,31}$/)
    expect(dashboard).toMatchObject({
      id: null,
      tags: ['costspan'],
      timezone: 'browser',
      editable: false,
    })
    const days = /spend|units/.test(dashboard.uid)
    expect([dashboard.time.from, dashboard.refresh]).toEqual(
      days ? ['now-24h', '5m'] : ['now-3h', '1m'],
    )
    // Up to 42 Grafana 10 to 13 migrate by themselves.
    expect(dashboard.schemaVersion).toBeLessThanOrEqual(42)
  })

  test('asks for data sources first, then for the environment', () => {
    const [first, second, third] = dashboard.templating.list
    expect(first).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' })
    expect(second).toMatchObject({ name: 'tempo', type: 'datasource', query: 'tempo' })
    expect(third).toMatchObject({ name: 'environment', type: 'query' })
  })

  test('has no variable twice, and asks for values again when the time range changes', () => {
    const names = variableNames(dashboard)
    expect(new Set(names).size).toBe(names.length)
    const asked = dashboard.templating.list.filter(({ type }) => type === 'query')
    expect(asked.filter(({ refresh }) => refresh !== 2)).toEqual([])
  })

  test('chains its choices: each asks for values under all before it', () => {
    const asked = dashboard.templating.list.filter(({ type, hide }) => type === 'query' && !hide)
    for (const [index, { query }] of asked.entries()) {
      const text = typeof query === 'string' ? query : query?.query
      const before = asked.slice(0, index).map(({ name }) => name)
      expect(named(text ?? '')).toEqual(before)
    }
  })

  test('keeps what is computed out of addresses, which would hand it on', () => {
    const hidden = dashboard.templating.list.filter(({ hide }) => hide === 2)
    expect(hidden.map(({ name, skipUrlSync }) => [name, skipUrlSync])).toEqual([
      ['live', true],
      ['curve', true],
      ['hours', true],
      ['restarts', true],
    ])
  })

  test('names no data source but the pickers', () => {
    const sources = datasources(dashboard)
    expect(sources.length).toBeGreaterThan(20)
    const uids = new Set(sources.map((source) => `${source.type} ${source.uid}`))
    expect([...uids].sort()).toEqual(
      ['prometheus ${datasource}', 'tempo ${tempo}'].slice(0, uids.size),
    )
  })

  test('can resolve every ${…}', () => {
    const inputs = (dashboard.__inputs ?? []).map(({ name }) => name)
    const known = new Set([...variableNames(dashboard), ...inputs])
    const { __inputs: _, ...rest } = dashboard
    const unknown = texts(rest)
      .map((text) => decodeURIComponent(text.replaceAll(/%(?![0-9A-F]{2})/g, '%25')))
      .flatMap(named)
      .filter((name) => !known.has(name) && !BUILT_IN.test(name))
    expect(unknown).toEqual([])
  })

  test('has its panels beside each other on 24 columns, each with an id of its own', () => {
    const ids = dashboard.panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.every((id) => id > 0)).toBe(true)
    const taken = new Map<string, string>()
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect([x, y, taken.get(`${x} ${y}`)]).toEqual([x, y, undefined])
          taken.set(`${x} ${y}`, title)
        }
      }
    }
  })

  test('has no gap under a panel: those that stand side by side are equally high', () => {
    const heights = new Map<number, Set<number>>()
    for (const { gridPos } of dashboard.panels) {
      heights.set(gridPos.y, (heights.get(gridPos.y) ?? new Set()).add(gridPos.h))
    }
    expect([...heights].filter(([, different]) => different.size > 1)).toEqual([])
  })

  test('fills its rows: no gap is left between panels that stand side by side', () => {
    const rows = new Map<number, number>()
    for (const { gridPos } of dashboard.panels) {
      rows.set(gridPos.y, (rows.get(gridPos.y) ?? 0) + gridPos.w)
    }
    expect([...rows].filter(([, width]) => width % 24 !== 0)).toEqual([])
  })

  test('links to the 4 others at its top, in sight, with variables and time kept', () => {
    const others = Object.values(DASHBOARD).filter((uid) => uid !== dashboard.uid)
    expect(dashboard.links.map(({ url }) => url)).toEqual(others.map((uid) => `/d/${uid}`))
    for (const link of dashboard.links) {
      expect(link).toMatchObject({ includeVars: true, keepTime: true })
      expect(link.placement).toBeUndefined()
    }
  })

  test('marks releases, prices, budgets and alerts', () => {
    const marks = dashboard.annotations.list.map(({ name }) => name)
    expect(marks.slice(0, 4)).toEqual(['Releases', 'Prices', 'Budgets', 'Alerts'])
    expect(dashboard.annotations.list.filter(({ placement }) => placement !== undefined)).toEqual(
      [],
    )
  })
})

describe('import variant', () => {
  test.each(importable.map((dashboard) => [dashboard.uid, dashboard] as const))(
    '%s fills both pickers with what is picked on import, under names that no picker has',
    (_uid, dashboard) => {
      const inputs = dashboard.__inputs ?? []
      expect(inputs.map(({ pluginId }) => pluginId)).toEqual(['prometheus', 'tempo'])
      const pickers = dashboard.templating.list.filter(({ type }) => type === 'datasource')
      expect(pickers.map(({ current }) => current?.value)).toEqual(
        inputs.map(({ name }) => `\${${name}}`),
      )
      expect(variableNames(dashboard)).not.toEqual(
        expect.arrayContaining(inputs.map(({ name }) => name)),
      )
    },
  )

  test('requires each kind of panel that it has', () => {
    for (const dashboard of importable) {
      const required = (dashboard.__requires ?? [])
        .filter(({ type }) => type === 'panel')
        .map(({ id }) => id)
      const used = new Set(panelsOf(dashboard).map(({ type }) => type))
      expect(required.sort()).toEqual([...used].sort())
    }
  })

  test('is the provisioned one but for inputs, requirements and pickers', () => {
    for (const [index, { __inputs, __requires, ...rest }] of importable.entries()) {
      expect(__inputs).toBeDefined()
      expect(__requires).toBeDefined()
      const { templating, ...same } = rest
      expect(provisioned[index]).toMatchObject(
        JSON.parse(JSON.stringify({ ...same, __elements: undefined })),
      )
      expect(templating.list.length).toBe(provisioned[index]?.templating.list.length)
    }
    expect(provisioned.filter(({ __inputs }) => __inputs !== undefined)).toEqual([])
  })
})

describe.each(panels)('%s', (_title, panel, dashboard) => {
  test('is a question that says how it is answered, what to mind and what to do', () => {
    expect(panel.title).toMatch(/^[A-Z].*\?$/)
    expect(panel.description).toMatch(/^.+\n\n\*\*Mind:\*\* .+\n\n\*\*What to do:\*\* .+\.$/s)
  })

  test('has targets of its own data source', () => {
    expect(panel.targets?.length).toBeGreaterThan(0)
    const refIds = panel.targets?.map(({ refId }) => refId)
    expect(new Set(refIds).size).toBe(refIds?.length)
    for (const target of panel.targets ?? []) expect(target.datasource).toEqual(panel.datasource)
  })

  test('has a unit with decimals, thresholds, and a text for when there is nothing', () => {
    const defaults = panel.fieldConfig?.defaults
    expect(defaults?.unit).toMatch(/^\w+$/)
    expect(defaults?.decimals).toBeGreaterThanOrEqual(0)
    expect(defaults?.noValue?.length).toBeGreaterThan(5)
    expect(defaults?.thresholds?.steps.length).toBeGreaterThan(0)
  })

  test('leads deeper: to dashboards that exist, with variables that they have, or to Explore', () => {
    const links = linksOf(panel)
    expect(links.length).toBeGreaterThan(0)
    for (const { url } of links) {
      if (url.startsWith('/explore?')) continue
      const target = byUid(url)
      expect(target?.uid).toBeDefined()
      const handed = [...url.matchAll(/[?&](?:var-(\w+)=|\$\{(\w+):queryparam\})/g)]
      const names = handed.map((match) => match[1] ?? match[2] ?? '')
      expect(variableNames(target as Dashboard)).toEqual(expect.arrayContaining(names))
      expect(url).toContain('${__url_time_range}')
    }
    expect(dashboard.uid).toBeDefined()
  })
})

const series = panels.filter(([, { type }]) => type === 'timeseries')
test.each(series)('%s: a link that needs a label finds it on each line', (_title, panel) => {
  const needed = linksOf(panel).flatMap(({ url }) =>
    [...decodeURIComponent(url).matchAll(/__field\.labels\.(\w+)/g)].map((match) => match[1] ?? ''),
  )
  for (const label of needed) {
    for (const { legendFormat } of panel.targets ?? [])
      expect(legendFormat).toContain(`{{${label}}}`)
  }
})

const tables = panels.filter(([, { type, datasource }]) => {
  return type === 'table' && datasource?.uid === '${datasource}'
})
test.each(tables)(
  '%s: a cell without a value is a dash, and no cell is a link but a label',
  (_title, panel) => {
    expect(panel.fieldConfig?.defaults.links ?? []).toEqual([])
    for (const { properties } of panel.fieldConfig?.overrides ?? []) {
      expect(properties).toContainEqual({ id: 'noValue', value: '–' })
    }
  },
)

test.each(tables)('%s: every column that has a link or a unit is there', (_title, panel) => {
  const organize = panel.transformations?.find(({ id }) => id === 'organize')
  const { renameByName } = organize?.options as unknown as { renameByName: Record<string, string> }
  const columns = new Set(Object.values(renameByName))
  for (const { matcher } of panel.fieldConfig?.overrides ?? []) {
    expect(columns).toContain(matcher.options)
  }
  const kept = panel.targets?.[0]?.expr ?? ''
  for (const [column] of cellLinks(panel)) {
    const label = Object.entries(renameByName).find(([, name]) => name === column)?.[0] ?? ''
    // A budget's labels are those it is of.
    if (!kept.includes('costspan:budget'))
      expect(kept).toMatch(new RegExp(`by \\([^)]*\\b${label}\\b`))
  }
})

test('figures in USD with 2 decimals never show $0.00 for what is under half a cent', () => {
  const rounded = panels.filter(([, { fieldConfig }]) => {
    const { unit, decimals } = fieldConfig?.defaults ?? {}
    return unit === 'currencyUSD' && decimals === 2
  })
  expect(rounded.length).toBeGreaterThan(5)
  for (const [, { fieldConfig }] of rounded) {
    expect(fieldConfig?.defaults).toMatchObject({
      mappings: [{ type: 'range', options: { result: { text: 'under 1 cent' } } }],
    })
  }
})

test('alerts lead to dashboards that exist, with variables that they have', () => {
  const rules = readdirSync('collector-config/rules').map((file) =>
    readFileSync(`collector-config/rules/${file}`, 'utf8'),
  )
  const links = rules.flatMap((text) => text.match(/\/d\/costspan-[^\n]*/g) ?? [])
  expect(links.length).toBeGreaterThan(10)
  for (const link of new Set(links)) {
    const handed = [...link.matchAll(/&var-(\w+)=/g)].map((match) => match[1] ?? '')
    expect(variableNames(byUid(link) as Dashboard)).toEqual(expect.arrayContaining(handed))
  }
})

test('docker-compose.yml mounts the provisioned dashboards where Grafana’s provider looks', () => {
  const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true })
  const { providers } = parse(
    readFileSync('dashboards/provisioning/dashboards/costspan.yaml', 'utf8'),
  )
  const { path } = providers[0].options
  expect(compose.services.grafana.volumes).toContain(`./dashboards/json/provisioned:${path}:ro`)
})
