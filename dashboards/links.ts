/** Where an alert leads: the dashboard that shows it, and the traces. */

import * as names from '../instrumentation/semconv.ts'
import { LABEL } from './labels.ts'

/** Readable uids: they stand in links. */
export const DASHBOARD = {
  spend: 'costspan-spend',
  feature: 'costspan-feature',
  units: 'costspan-units',
  waste: 'costspan-waste',
  health: 'costspan-health',
} as const

const variable = (name: string, label: string): string =>
  `var-${name}={{ $labels.${label} | urlquery }}`

export function featureLink(grafana: string): string {
  const variables = [variable('environment', LABEL.environment), variable('feature', LABEL.feature)]
  return dashboardLink(grafana, DASHBOARD.feature, variables)
}

/** @param grafana its address, without a slash at the end */
export function dashboardLink(
  grafana: string,
  uid: string,
  variables: readonly string[] = [],
): string {
  return [`${grafana}/d/${uid}?from=now-3h&to=now`, ...variables].join('&')
}

/** TraceQL for the feature's dearest calls. */
export function traceQuery(): string {
  return `{ span.${names.ATTR_FEATURE} = "{{ $labels.${LABEL.feature} }}" && span.${names.ATTR_COST_AMOUNT} > 0 }`
}
