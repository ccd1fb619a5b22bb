/** Labels as Prometheus has them, under the short names that rules and dashboards use. */

import * as names from '../instrumentation/semconv.ts'

export const LABEL = {
  environment: names.prometheusLabel(names.ATTR_ENVIRONMENT),
  team: names.prometheusLabel(names.ATTR_TEAM),
  feature: names.prometheusLabel(names.ATTR_FEATURE),
  promptName: names.prometheusLabel(names.ATTR_PROMPT_NAME),
  promptVersion: names.prometheusLabel(names.ATTR_PROMPT_VERSION),
  provider: names.prometheusLabel(names.ATTR_PROVIDER_NAME),
  model: names.prometheusLabel(names.ATTR_REQUEST_MODEL),
  component: names.prometheusLabel(names.ATTR_COST_COMPONENT),
  waste: names.prometheusLabel(names.ATTR_WASTE),
  status: names.prometheusLabel(names.ATTR_COST_STATUS),
  costReason: names.prometheusLabel(names.ATTR_COST_REASON),
  end: names.prometheusLabel(names.ATTR_CALL_END),
  httpStatus: names.prometheusLabel(names.ATTR_HTTP_STATUS),
  contextPart: names.prometheusLabel(names.ATTR_CONTEXT_PART),
  unitType: names.prometheusLabel(names.ATTR_UNIT_TYPE),
  unitCounted: names.prometheusLabel(names.ATTR_UNIT_COUNTED),
  outcome: names.prometheusLabel(names.ATTR_OUTCOME_NAME),
  success: names.prometheusLabel(names.ATTR_OUTCOME_SUCCESS),
  signal: names.prometheusLabel(names.ATTR_SIGNAL),
  reason: names.prometheusLabel(names.ATTR_REASON),
  /** `service.name`, as Prometheus' OTLP receiver names it. */
  service: 'job',
  /** `service.instance.id`: one for each process that ran. */
  instance: 'instance',
  /** `service.version`, promoted by collector-config/prometheus.yaml. */
  serviceVersion: 'service_version',
} as const

/** The model of what `recordCost` and priced spans cost. */
export const NO_MODEL = 'none'

/** `{a="b"}` without the braces. */
export function matching(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')
}
