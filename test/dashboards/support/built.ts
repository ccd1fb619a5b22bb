/** The dashboards as they are committed, in both variants. */

import { readFileSync, readdirSync } from 'node:fs'

export interface Datasource {
  readonly type: string
  readonly uid: string
}

export interface Link {
  readonly title: string
  readonly url: string
}

export interface Target {
  readonly refId: string
  readonly datasource: Datasource
  readonly expr?: string
  readonly query?: string
  readonly legendFormat?: string
  readonly instant?: boolean
  readonly range?: boolean
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: Datasource
  /** In its header. */
  readonly links?: readonly Link[]
  readonly gridPos: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly targets?: readonly Target[]
  readonly transformations?: readonly { readonly id: string; readonly options: never }[]
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string
      readonly decimals?: number
      readonly noValue?: string
      readonly thresholds?: { readonly steps: readonly { readonly color: string }[] }
      readonly links?: readonly Link[]
    }
    readonly overrides: readonly {
      readonly matcher: { readonly options: string }
      readonly properties: readonly { readonly id: string; readonly value: never }[]
    }[]
  }
}

export interface Variable {
  readonly name: string
  readonly type: string
  readonly label?: string
  readonly query?: string | { readonly query: string }
  readonly datasource?: Datasource
  readonly refresh?: number
  readonly regex?: string
  readonly hide?: number
  readonly skipUrlSync?: boolean
  readonly current?: { readonly value: string }
}

export interface Annotation {
  readonly name: string
  readonly expr: string
  readonly datasource: Datasource
  readonly placement?: string
}

export interface Dashboard {
  readonly uid: string
  readonly id: null
  readonly title: string
  readonly tags: readonly string[]
  readonly timezone: string
  readonly editable: boolean
  readonly refresh: string
  readonly schemaVersion: number
  readonly time: { readonly from: string; readonly to: string }
  readonly links: readonly (Link & {
    readonly includeVars: boolean
    readonly keepTime: boolean
    readonly placement?: string
  })[]
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly Variable[] }
  readonly annotations: { readonly list: readonly Annotation[] }
  readonly __inputs?: readonly { readonly name: string; readonly pluginId: string }[]
  readonly __requires?: readonly { readonly type: string; readonly id: string }[]
}

const FOLDER = 'dashboards/json'

function read(variant: 'provisioned' | 'import'): readonly Dashboard[] {
  return readdirSync(`${FOLDER}/${variant}`)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(`${FOLDER}/${variant}/${file}`, 'utf8')))
}

export const provisioned = read('provisioned')
export const importable = read('import')

/** Without rows, which are headings. */
export const panelsOf = ({ panels }: Dashboard): readonly Panel[] =>
  panels.filter(({ type }) => type !== 'row')

/** Links of cells, by the name of their column. */
export const cellLinks = ({
  fieldConfig,
}: Panel): readonly (readonly [string, readonly Link[]])[] =>
  (fieldConfig?.overrides ?? []).flatMap(({ matcher, properties }) =>
    properties
      .filter(({ id }) => id === 'links')
      .map(({ value }) => [matcher.options, value as readonly Link[]] as const),
  )

/** Of the panel as a whole: in its header, or on every value. */
export const panelLinks = ({ links = [], fieldConfig }: Panel): readonly Link[] => [
  ...links,
  ...(fieldConfig?.defaults.links ?? []),
]

export const linksOf = (panel: Panel): readonly Link[] => [
  ...panelLinks(panel),
  ...cellLinks(panel).flatMap(([, links]) => links),
]

/** Every text anywhere in it. */
export function texts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(texts)
}

/** Every data source that is named anywhere in it. */
export function datasources(value: unknown): readonly Datasource[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === 'datasource' ? [sourceOf(inner)] : []),
    ...datasources(inner),
  ])
}

const sourceOf = (value: unknown): Datasource =>
  typeof value === 'object'
    ? (value as Datasource)
    : { type: 'by name', uid: JSON.stringify(value) }
