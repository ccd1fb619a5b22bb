/** Seconds, not weeks: what a changed feature shows within two minutes. */

import { LABEL } from '../labels.ts'
import { featureLink, traceQuery } from '../links.ts'
import { causeRules, CAUSES_TEXT, ofFeature, promptText } from './causes.ts'
import type { BudgetFile } from './budget-file.ts'
import { LIMIT_UNIT_COST, limitRule } from './limits.ts'
import type { Alert, Group, Recording } from './rule.ts'
import {
  INTERVAL,
  MIN_BASELINE_CALLS,
  MIN_CALLS,
  MIN_UNITS,
  ON_FEATURE,
  PROMPT_CALLS,
  signal,
  signalRules,
} from './signals.ts'

const now = (name: string): string => signal(name, 'now')
const before = (name: string): string => signal(name, 'before')
const and = `and ${ON_FEATURE}`
const per = `/ ${ON_FEATURE}`

const ENOUGH_CALLS = `${now('calls')} >= ${MIN_CALLS}`
const BASELINE = `${before('calls')} >= ${MIN_BASELINE_CALLS}`

/** A feature whose hour before has no conversation is measured by the call, then and now. */
const COUNTS_UNITS = `${before('units')} > 0`
const units = (time: (name: string) => string): string =>
  `((${time('units')} > 0 ${and} (${COUNTS_UNITS})) or (${time('calls')} unless ${ON_FEATURE} (${COUNTS_UNITS})))`
const unitCost = (time: (name: string) => string): string =>
  `${time('cost_USD')} ${per} ${units(time)}`
/** A limit needs no hour before, but more than one conversation: in a quiet night a single long one passed it. */
const MIN_LIMITED_UNITS = 5
const limitedCost = `${now('cost_USD')} ${per} (${now('units')} >= ${MIN_LIMITED_UNITS})`
const attemptsPerCall = (time: (name: string) => string): string =>
  `${time('attempts')} ${per} ${time('calls')}`
const repeatShare = (time: (name: string) => string): string =>
  `${time('repeats')} ${per} ${time('calls')}`
const inputPerCall = (time: (name: string) => string): string =>
  `sum by (${LABEL.environment}, ${LABEL.feature}) (${time('context_tokens')}) ${per} ${time('calls')}`

/** Of 20 calls that are refused one time in fifty, six refusals and more are two windows in a million (binomial). */
const RETRIES = `(
  ${attemptsPerCall(now)} > ${ON_FEATURE} 1.25 * (${attemptsPerCall(before)})
  ${and} (${now('attempts')} - ${ON_FEATURE} ${now('calls')}) >= 6
)`
const REPEATS = `(
  ${repeatShare(now)} > ${ON_FEATURE} 0.15 + 2 * (${repeatShare(before)} or ${before('calls')} * 0)
  ${and} ${now('repeats')} >= 6
)`

/**
 * Whether the usual call has changed, whatever the tail does: half of the calls are above what 97 in a hundred were below,
 * of more conversations nine in ten, of many three in four. By chance that is, of 10, five windows in a million, of 24 one,
 * of 60 thirty (binomial); of 12 above nine in ten it was one a week (docs/alerts.md).
 */
const shifted = (name: string): string => `(
  ${now(`${name}_p50`)} > ${ON_FEATURE} ${before(`${name}_p97`)}
  or ${now(`${name}_p50`)} > ${ON_FEATURE} ${before(`${name}_p90`)} ${and} ${units(now)} >= 24
  or ${now(`${name}_p50`)} > ${ON_FEATURE} ${before(`${name}_p75`)} ${and} ${units(now)} >= 60
)`
const LONGER = `(
  ${inputPerCall(now)} > ${ON_FEATURE} 1.5 * (${inputPerCall(before)})
  ${and} ${shifted('call_input_tokens')}
  ${and} ${units(now)} >= ${MIN_UNITS}
)`
const DEARER = `(${shifted('call_cost_USD')} ${and} ${units(now)} >= ${MIN_UNITS})`

const ready = (condition: string): string =>
  `${condition}\n${and} (${ENOUGH_CALLS})\n${and} (${BASELINE})`

const UNIT_TEXT = `{{ if query ${ofFeature(before('units'), ' > 0')} }}conversation{{ else }}call{{ end }}`
const COST_TEXT = [
  `{{ range query ${ofFeature(now('unit_cost_USD'))} }}\${{ printf "%.4f" .Value }}{{ end }}`,
  `{{ range query ${ofFeature(before('unit_cost_USD'))} }} instead of \${{ printf "%.4f" .Value }}{{ end }}`,
].join('')

const unitCostRules: readonly Recording[] = [
  { record: now('unit_cost_USD'), expr: unitCost(now) },
  { record: before('unit_cost_USD'), expr: unitCost(before) },
]

interface Text {
  readonly summary: string
  readonly description: string
}

function alertsTo(grafana: string) {
  return (name: string, expr: string, { summary, description }: Text): Alert => ({
    alert: name,
    expr,
    keep_firing_for: '5m',
    labels: { severity: 'page' },
    annotations: {
      summary: `{{ $labels.${LABEL.feature} }}: ${summary}`,
      description: `Feature {{ $labels.${LABEL.feature} }} ({{ $labels.${LABEL.environment} }}), ${promptText(PROMPT_CALLS)}: ${description} Causes: ${CAUSES_TEXT}against the hour before.`,
      dashboard: featureLink(grafana),
      traces: traceQuery(),
    },
  })
}

function fastAlerts(grafana: string): readonly Alert[] {
  const alert = alertsTo(grafana)
  return [
    alert(
      'CostspanConversationCost',
      ready(`(
  ${now('unit_cost_USD')} ${per} ${before('unit_cost_USD')} > 2
  ${and} (${RETRIES} or ${REPEATS} or ${LONGER} or ${DEARER})
)`),
      {
        summary: `a ${UNIT_TEXT} costs {{ printf "%.1f" $value }} times what it did`,
        description: `a ${UNIT_TEXT} costs {{ printf "%.1f" $value }} times what it did: ${COST_TEXT}.`,
      },
    ),
    alert('CostspanRetries', ready(RETRIES), {
      summary: '{{ printf "%.2f" $value }} attempts per call',
      description: '{{ printf "%.2f" $value }} HTTP attempts per call.',
    }),
    alert('CostspanRepeats', ready(REPEATS), {
      summary: '{{ $value | humanizePercentage }} of calls repeat an earlier one',
      description:
        '{{ $value | humanizePercentage }} of calls are the same request once more within their conversation.',
    }),
    alert('CostspanContextGrowth', ready(LONGER), {
      summary: '{{ printf "%.0f" $value }} input tokens per call',
      description: '{{ printf "%.0f" $value }} input tokens per call.',
    }),
    alert(
      'CostspanConversationLimit',
      `${limitedCost} > ${ON_FEATURE} ${LIMIT_UNIT_COST}\n${and} (${ENOUGH_CALLS})`,
      {
        summary: 'a conversation costs ${{ printf "%.4f" $value }}, above its limit',
        description:
          'a conversation costs ${{ printf "%.4f" $value }}, above the limit set for it.',
      },
    ),
  ]
}

export const fastGroup = (file: BudgetFile): Group => ({
  name: 'costspan-fast',
  interval: INTERVAL,
  rules: [
    ...signalRules,
    ...unitCostRules,
    ...causeRules,
    ...limitRule(file),
    ...fastAlerts(file.grafana),
  ],
})
