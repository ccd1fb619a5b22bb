/** A dashboard: its identity, its rows, and what all five have in common. */

import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  VariableHide,
  type AnnotationQuery,
  type Dashboard as BuiltDashboard,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import { annotations } from './annotations.ts'
import type { Dashboard } from './destinations.ts'
import { DASHBOARD } from './links.ts'
import type { PanelBuilder } from './panels.ts'
import { datasources, filters, gates } from './variables.ts'

const TAG = 'costspan'

const TITLES: Readonly<Record<Dashboard, string>> = {
  spend: 'Spend',
  feature: 'Explore a feature',
  units: 'Unit economics',
  waste: 'Waste and anomalies',
  health: 'Health',
}

export interface Row {
  readonly title: string
  readonly panels: readonly PanelBuilder[]
}

export interface Board {
  readonly name: Dashboard
  readonly description: string
  readonly pace: keyof typeof PACE
  readonly variables: readonly Builder<VariableModel>[]
  readonly annotations?: readonly Builder<AnnotationQuery>[]
  readonly rows: readonly Row[]
}

/** Finance looks at days, who is on call at hours: where the links of alerts begin. */
const PACE = {
  days: { from: 'now-24h', refresh: '5m' },
  hours: { from: 'now-3h', refresh: '1m' },
} as const

export function board(of: Board): BuiltDashboard {
  const { from, refresh } = PACE[of.pace]
  const builder = new DashboardBuilder(`LLM cost / ${TITLES[of.name]}`)
    .uid(DASHBOARD[of.name])
    .description(of.description)
    .tags([TAG])
    .timezone('browser')
    .refresh(refresh)
    .time({ from, to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .readonly()
    .links(navigation(of.name))
    .variables([...datasources, ...of.variables, filters, ...gates])
    .annotations([...annotations, ...(of.annotations ?? [])])
  for (const { title, panels } of of.rows) {
    builder.withRow(new RowBuilder(title))
    for (const panel of panels) builder.withPanel(panel)
  }
  return finished(builder.build())
}

function navigation(from: Dashboard): DashboardLinkBuilder[] {
  const others = (Object.keys(DASHBOARD) as Dashboard[]).filter((name) => name !== from)
  return others.map((name) =>
    new DashboardLinkBuilder(TITLES[name])
      .type(DashboardLinkType.Link)
      .icon('dashboard')
      .url(`/d/${DASHBOARD[name]}`)
      .includeVars(true)
      .keepTime(true),
  )
}

/**
 * What the SDK can't be told: ids, which it leaves to Grafana though links to panels need them; links and annotations
 * beside the variables instead of in a menu, which costs a click; that hidden variables stay out of addresses; and that
 * no variable is an interval and no table has a footer, as which and with which it writes each of them.
 */
function finished(dashboard: BuiltDashboard): BuiltDashboard {
  const list = (dashboard.annotations.list ?? []).map(withoutPlacement)
  const variables = dashboard.templating.list ?? []
  return {
    ...dashboard,
    links: (dashboard.links ?? []).map(withoutPlacement),
    annotations: { ...dashboard.annotations, list },
    templating: {
      list: variables
        .map(withoutInterval)
        .map((variable) =>
          variable.hide === VariableHide.HideVariable
            ? { ...variable, skipUrlSync: true }
            : variable,
        ),
    },
    panels: (dashboard.panels ?? []).map((panel, index) => ({
      ...withoutFooter(panel),
      id: index + 1,
    })),
  }
}

function withoutFooter<P extends object>(panel: P): P {
  if (!('options' in panel) || typeof panel.options !== 'object') return panel
  const { footer: _, ...options } = panel.options as { readonly footer?: unknown }
  return { ...panel, options }
}

function withoutInterval({ auto: _a, auto_min: _m, auto_count: _c, ...rest }: VariableModel) {
  return rest
}

function withoutPlacement<T extends { placement?: unknown }>({
  placement: _,
  ...rest
}: T): Omit<T, 'placement'> {
  return rest
}
