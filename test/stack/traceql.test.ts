/**
 * Queries of Tempo, by the grammar that Grafana's own editor has. Tempo itself is not asked: its source is not built here
 * (docs/pipeline.md says why).
 */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { panelsOf, readDashboards, sourceOf, variablesOf } from './dashboards/model.ts'
import { found, GRAMMAR } from './look/install.ts'

interface Tree {
  iterate(options: {
    enter: (node: {
      readonly from: number
      readonly to: number
      readonly type: { readonly isError: boolean }
    }) => void
  }): void
}

const folder = found(GRAMMAR)

const queries = readDashboards().flatMap((dashboard) =>
  panelsOf(dashboard).flatMap((panel) =>
    (panel.targets ?? [])
      .filter((target) => sourceOf(panel, target) === 'tempo')
      .map(({ refId, query = '' }) => ({
        name: `${dashboard.uid}: ${panel.title} ${refId}`,
        query,
        names: variablesOf(dashboard).map(({ name }) => name),
      })),
  ),
)

/** A number, where it is compared with one; else the text of a regular expression. */
function withValues(query: string): string {
  return query
    .replaceAll(/(?<=[<>=]\s*)\$(?:\{\w+(?::\w+)?\}|\w+)/g, '0.5')
    .replaceAll(/\$(?:\{\w+(?::\w+)?\}|\w+)/g, '.*')
}

describe.skipIf(folder === undefined)('TraceQL', async () => {
  const { parser } = (await import(
    pathToFileURL(join(folder ?? '', 'node_modules/@grafana/lezer-traceql/index.es.js')).href
  )) as { parser: { parse(query: string): Tree } }

  function mistakes(query: string): readonly string[] {
    const wrong: string[] = []
    parser.parse(query).iterate({
      enter: ({ from, to, type }) => {
        if (type.isError) wrong.push(`at ${from}: '${query.slice(from, Math.max(to, from + 12))}'`)
      },
    })
    return wrong
  }

  it('finds a mistake where there is one', () => {
    expect(mistakes('{ span.costspan.feature = "a" | }')).not.toEqual([])
    expect(mistakes('{ span.costspan.feature = "a" } | topk(3)')).toEqual([])
  })

  it.each(queries.map((each) => [each.name, each] as const))(
    '%s has none, and names no variable that the dashboard lacks',
    (_name, { query, names }) => {
      expect(mistakes(withValues(query))).toEqual([])
      const used = [...query.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name ?? '')
      expect(used.filter((name) => !names.includes(name) && !name.startsWith('__'))).toEqual([])
    },
  )
})
