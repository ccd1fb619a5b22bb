/** The parts of a dashboard's JSON that say what it asks for and how the answer is shown. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../support/stack.ts'

export interface Datasource {
  readonly type?: string
  readonly uid?: string
}

export interface Target {
  readonly refId: string
  readonly datasource?: Datasource
  /** PromQL. */
  readonly expr?: string
  /** TraceQL. */
  readonly query?: string
  readonly instant?: boolean
  readonly range?: boolean
  readonly format?: string
  readonly legendFormat?: string
  /** Least step. */
  readonly interval?: string
  readonly hide?: boolean
}

export interface FieldConfig {
  readonly unit?: string
  readonly decimals?: number
  readonly noValue?: string
}

export interface Override {
  readonly matcher: { readonly id: string; readonly options?: unknown }
  readonly properties: readonly { readonly id: string; readonly value?: unknown }[]
}

export interface Panel {
  readonly id?: number
  readonly type: string
  readonly title?: string
  readonly description?: string
  readonly datasource?: Datasource
  readonly targets?: readonly Target[]
  readonly maxDataPoints?: number
  readonly interval?: string
  readonly timeFrom?: string
  readonly timeShift?: string
  readonly gridPos?: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly fieldConfig?: {
    readonly defaults?: FieldConfig
    readonly overrides?: readonly Override[]
  }
  readonly options?: Readonly<Record<string, unknown>>
  readonly transformations?: readonly { readonly id: string; readonly options?: unknown }[]
  /** Of a row that is folded. */
  readonly panels?: readonly Panel[]
}

export interface Variable {
  readonly name: string
  readonly type: string
  readonly label?: string
  readonly query?: string | { readonly query?: string }
  readonly datasource?: Datasource
  readonly current?: { readonly value?: string | readonly string[] }
  readonly options?: readonly { readonly value?: string | readonly string[] }[]
  readonly regex?: string
  /** 2: not shown. */
  readonly hide?: number
  readonly multi?: boolean
  readonly includeAll?: boolean
  readonly allValue?: string
}

export interface Annotation {
  readonly name: string
  readonly datasource?: Datasource
  readonly expr?: string
  readonly step?: string
  readonly target?: Target
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly time?: { readonly from: string; readonly to: string }
  readonly panels?: readonly Panel[]
  readonly templating?: { readonly list?: readonly Variable[] }
  readonly annotations?: { readonly list?: readonly Annotation[] }
}

const DASHBOARDS = join(ROOT, 'dashboards/json/provisioned')

/** In the order of their files' names. */
export function readDashboards(folder = DASHBOARDS): readonly Dashboard[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Dashboard)
}

/** Rows are opened. */
export function panelsAndRowsOf(dashboard: Pick<Dashboard, 'panels'>): readonly Panel[] {
  return (dashboard.panels ?? []).flatMap((panel) => [panel, ...panelsAndRowsOf(panel)])
}

/** Rows ask for nothing. */
export function panelsOf(dashboard: Dashboard): readonly Panel[] {
  return panelsAndRowsOf(dashboard).filter(({ type }) => type !== 'row')
}

export const variablesOf = (dashboard: Dashboard): readonly Variable[] =>
  dashboard.templating?.list ?? []

/** Of the data source that the target or else its panel names; `prometheus` where neither does. */
export function sourceOf(panel: Panel, target: Target): string {
  return target.datasource?.type ?? panel.datasource?.type ?? 'prometheus'
}

/** What is asked of Prometheus, by panel. */
export function prometheusTargets(dashboard: Dashboard): ReadonlyMap<Panel, readonly Target[]> {
  const asked = panelsOf(dashboard).map((panel) => {
    const own = (panel.targets ?? []).filter(
      (target) => sourceOf(panel, target) === 'prometheus' && target.expr !== undefined,
    )
    return [panel, own] as const
  })
  return new Map(asked.filter(([, own]) => own.length > 0))
}
