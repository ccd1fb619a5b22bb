/**
 * Why a feature costs more than it did: what has grown against the hour before, each as a series with the same two
 * labels, so that an alert's text can list whatever there is.
 */

import { LABEL } from '../labels.ts'
import { labelled, type Recording } from './rule.ts'
import { FEATURE, ON_FEATURE, signal, type Time } from './signals.ts'

export const CAUSE_LABEL = 'costspan_cause'
export const CAUSE_NOW = signal('cause', 'now')
export const CAUSE_BEFORE = signal('cause', 'before')

interface Cause {
  /** As the alert's text says it. */
  readonly text: string
  /** Per call. */
  readonly expr: (time: Time) => string
  /** Named where it is above this many times what it was, and by this much. */
  readonly times: number
  readonly more: number
}

const perCall = (name: string) => (time: Time) =>
  `${signal(name, time)} / ${ON_FEATURE} ${signal('calls', time)}`

const contextPart = (part: string) => (time: Time) =>
  `sum by (${FEATURE.join(', ')}) (${signal('context_tokens', time)}{${LABEL.contextPart}="${part}"})
    / ${ON_FEATURE} ${signal('calls', time)}`

const CAUSES: readonly Cause[] = [
  { text: 'retries: attempts per call', expr: perCall('attempts'), times: 1.15, more: 0.1 },
  {
    text: 'repeats (costspan.waste=repeat): share of calls',
    expr: perCall('repeats'),
    times: 1.5,
    more: 0.1,
  },
  ...['history', 'system', 'tools', 'rest'].map((part) => ({
    text: `context ${part}: tokens per call`,
    expr: contextPart(part),
    times: 1.15,
    more: 100,
  })),
  { text: 'answers: output tokens per call', expr: perCall('output_tokens'), times: 1.3, more: 50 },
]

const everything = (time: Time): string =>
  CAUSES.map(({ text, expr }) => labelled(expr(time), CAUSE_LABEL, text)).join('\n  or ')

/** Those that have grown. One that was not there at all has grown from 0. */
function grown(): string {
  return CAUSES.map(({ text, expr, times, more }) => {
    const before = `(${expr('before')} or ${ON_FEATURE} ${signal('calls', 'before')} * 0)`
    const now = `(${expr('now')})`
    const condition = `${now} > ${ON_FEATURE} ${times} * ${before} and ${now} > ${ON_FEATURE} ${more} + ${before}`
    return labelled(condition, CAUSE_LABEL, text)
  }).join('\n  or ')
}

export const causeRules: readonly Recording[] = [
  { record: CAUSE_BEFORE, expr: everything('before') },
  { record: CAUSE_NOW, expr: grown() },
]

/** Template: the feature's value of a recorded series. */
export const ofFeature = (series: string, condition = ''): string =>
  `(printf "${series}{${FEATURE.map((label) => `${label}=%q`).join(',')}}${condition}" ${FEATURE.map(
    (label) => `$labels.${label}`,
  ).join(' ')})`

/** Alert text: each cause with its figure, and what it was in the hour before. */
export const CAUSES_TEXT = [
  `{{ range query ${ofFeature(CAUSE_NOW)} }}`,
  `{{ $cause := .Labels.${CAUSE_LABEL} }}{{ $before := 0.0 }}`,
  `{{ range query ${ofFeature(CAUSE_BEFORE)} }}{{ if eq .Labels.${CAUSE_LABEL} $cause }}{{ $before = .Value }}{{ end }}{{ end }}`,
  '{{ $cause }} {{ printf "%.4g" .Value }} (was {{ printf "%.4g" $before }}); ',
  '{{ else }}none of attempts, repeats, context and answers has grown: look at the model; {{ end }}',
].join('')

/** Alert text: the prompt version that makes most calls now. */
export const promptText = (promptCalls: string): string =>
  [
    `{{ range query ${ofFeature(`topk(1, ${promptCalls}`, ')')} }}`,
    `prompt {{ .Labels.${LABEL.promptName} }} version {{ .Labels.${LABEL.promptVersion} }}`,
    '{{ end }}',
  ].join('')
