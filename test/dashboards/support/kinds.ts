/**
 * What a dashboard's file is made of, as Grafana 13 itself types it. What it fills in when it loads a panel may be
 * missing in a file. Queries are typed by its foundation SDK, which has those of Prometheus and Tempo.
 */

import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus'
import type { Dataquery as TempoDataquery } from '@grafana/grafana-foundation-sdk/tempo'
import type { Options as Stat } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen'
import type {
  FieldConfig as TableField,
  Options as Table,
} from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen'
import type {
  FieldConfig as Line,
  Options as Chart,
} from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'
import type {
  AnnotationQuery,
  Dashboard,
  FieldConfig,
  VariableModel,
} from '@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen'

/** Prometheus' own. Source: Grafana, packages/grafana-prometheus/src/annotations.ts */
interface Annotation extends AnnotationQuery {
  readonly expr: string
  readonly step: string
  readonly titleFormat: string
  readonly textFormat: string
}
/** What a query variable shows of its query. Source: Grafana, packages/grafana-data/src/types/templateVars.ts */
interface Variable extends VariableModel {
  readonly definition?: string
}
export interface DashboardFile extends Omit<Dashboard, 'annotations' | 'templating'> {
  readonly annotations: { readonly list: readonly Annotation[] }
  readonly templating: { readonly list: readonly Variable[] }
}
/** Of fields of any kind of panel. */
export interface StandardField extends FieldConfig {
  /** Since 10.2, and missing in its schema. Source: Grafana, packages/grafana-data/src/types/dataFrame.ts */
  readonly fieldMinMax?: boolean
}
export type StatOptions = Partial<Stat>
export type TableOptions = Partial<Table>
export type TableCustom = Partial<TableField>
export type TimeseriesOptions = Partial<Chart>
export type TimeseriesCustom = Partial<Line>
export type PrometheusQuery = Dataquery
export type TempoQuery = TempoDataquery
