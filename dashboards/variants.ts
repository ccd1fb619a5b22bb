/** A dashboard's file as Grafana is provisioned with it, and as grafana.com offers it for import. */

import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'

/** Written on import by what the user picks. Unlike the pickers' names, which it must not replace. */
const INPUTS = {
  datasource: {
    name: 'DS_COSTSPAN_PROMETHEUS',
    label: 'Prometheus with costspan’s metrics',
    pluginId: 'prometheus',
    pluginName: 'Prometheus',
  },
  tempo: {
    name: 'DS_COSTSPAN_TEMPO',
    label: 'Tempo with its traces',
    pluginId: 'tempo',
    pluginName: 'Tempo',
  },
} as const

/** Data links in table cells and `timezone` variables work as they do here from then on. */
const GRAFANA = '10.4.0'
const PANELS = { stat: 'Stat', table: 'Table', timeseries: 'Time series', text: 'Text' } as const

const text = (json: unknown): string => `${JSON.stringify(json, undefined, 2)}\n`

export const provisioned = (dashboard: Dashboard): string => text({ ...dashboard, id: null })

export function importable(dashboard: Dashboard): string {
  const types = new Set((dashboard.panels ?? []).map(({ type }) => type))
  return text({
    __inputs: Object.values(INPUTS).map((input) => ({
      ...input,
      type: 'datasource',
      description: '',
    })),
    __elements: {},
    __requires: [
      { type: 'grafana', id: 'grafana', name: 'Grafana', version: GRAFANA },
      ...Object.values(INPUTS).map(({ pluginId, pluginName }) => ({
        type: 'datasource',
        id: pluginId,
        name: pluginName,
        version: '1.0.0',
      })),
      ...Object.entries(PANELS)
        .filter(([id]) => types.has(id))
        .map(([id, name]) => ({ type: 'panel', id, name, version: '' })),
    ],
    ...dashboard,
    id: null,
    templating: { list: (dashboard.templating.list ?? []).map(picked) },
  })
}

/** The pickers start with what was picked on import. */
function picked<V extends { readonly type: string; readonly name: string }>(variable: V): V {
  if (variable.type !== 'datasource') return variable
  const { name } = INPUTS[variable.name as keyof typeof INPUTS]
  return { ...variable, current: { selected: false, text: `\${${name}}`, value: `\${${name}}` } }
}
