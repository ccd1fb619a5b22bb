/** Names of groupings, times and reasons as the page says them. */

import type { Dimension } from '../store/dimensions.ts'

/** What the page offers; `/api/overview?by=` takes more. */
export const GROUPINGS: readonly (readonly [Dimension, string])[] = [
  ['feature', 'Feature'],
  ['team', 'Team'],
  ['promptVersion', 'Prompt version'],
  ['model', 'Model'],
  ['customer', 'Customer'],
]

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const PERIODS: readonly (readonly [string, string, number | undefined])[] = [
  ['15m', 'Last 15 minutes', 15 * MINUTE],
  ['1h', 'Last hour', HOUR],
  ['24h', 'Last 24 hours', DAY],
  ['7d', 'Last 7 days', 7 * DAY],
  ['30d', 'Last 30 days', 30 * DAY],
  ['all', 'All time', undefined],
]

export function groupingName(by: Dimension): string {
  return GROUPINGS.find(([name]) => name === by)?.[1] ?? by
}

/** What stands where a call says nothing. */
export function groupName(name: string | null, by: Dimension, others = 0): string {
  if (others > 0) return `${others} others`
  if (name !== null) return name
  return by === 'feature' || by === 'team' || by === 'customer' ? 'unattributed' : 'not stated'
}

export function clock(at: number, seconds = false): string {
  return new Date(at).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(seconds ? { second: '2-digit' } : {}),
  })
}

/** With the day where it is not today's. */
export function moment(at: number, now: number, seconds = false): string {
  const day = new Date(at)
  const time = clock(at, seconds)
  if (day.toDateString() === new Date(now).toDateString()) return time
  return `${day.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`
}

export function length(ms: number): string {
  if (ms < MINUTE) return count(Math.round(ms / 1000), 'second')
  if (ms < HOUR) return count(Math.round(ms / MINUTE), 'minute')
  return ms < DAY ? count(Math.round(ms / HOUR), 'hour') : count(Math.round(ms / DAY), 'day')
}

/** "1 minute" becomes "minute": spend per minute. */
export function each(ms: number): string {
  return length(ms).replace(/^1 /, '')
}

export function count(n: number, thing: string): string {
  return `${n.toLocaleString('en-US')} ${thing}${n === 1 ? '' : 's'}`
}

const WASTE: Readonly<Record<string, string>> = {
  repeat: 'Asked again, same request',
  retry: 'Sent again by the client',
  aborted: 'Aborted or broken off',
  failed: 'Failed',
  truncated: 'Cut at the token limit',
  outcome_failed: 'Its outcome failed',
}

/** A kind of waste as people say it. */
export function wasteWords(kind: string): string {
  return (Object.hasOwn(WASTE, kind) ? WASTE[kind] : undefined) ?? kind
}

interface Reason {
  readonly what: string
  readonly remedy: string
}

/** By `CostReason`. */
const REASONS: Readonly<Record<string, Reason>> = {
  unknown_model: {
    what: 'The price book does not know this model',
    remedy: 'Give it a price, or name the model it stands for, in a file named by COSTSPAN_PRICES.',
  },
  model_missing: {
    what: 'The call names no model',
    remedy:
      'Run the application with node --require costspan/register, which reads it from the call.',
  },
  out_of_range: {
    what: 'The price book has no rate for that date',
    remedy: 'Update costspan, or add the dated rate in a file named by COSTSPAN_PRICES.',
  },
  usage_missing: {
    what: 'The answer reported no token counts',
    remedy:
      'Streams: send stream_options.include_usage, or set COSTSPAN_STREAM_USAGE=on. Stopped early: not knowable from here.',
  },
  usage_incomplete: {
    what: 'The answer ended before its final token counts',
    remedy: 'The amount is a lower bound. Look at why the answer was cut short.',
  },
  usage_inconsistent: {
    what: 'The token counts contradict each other',
    remedy:
      'The emitter leaves cached tokens out of the input. Let costspan read the call: node --require costspan/register.',
  },
  rate_missing: {
    what: 'A rate for something that was used is missing',
    remedy: 'Add the rate in a file named by COSTSPAN_PRICES.',
  },
  tier_unknown: {
    what: 'The service tier has no known rate',
    remedy: 'Add the rate of that tier in a file named by COSTSPAN_PRICES.',
  },
  cache_lifetime_unknown: {
    what: 'How long the cache was written for is not stated',
    remedy:
      'The amount is a lower bound. Let costspan read the call: node --require costspan/register.',
  },
  commitment: {
    what: 'Billed by a commitment, not by the call',
    remedy:
      'Spread the committed amount in your own books, or give a rate in a file named by COSTSPAN_PRICES.',
  },
  unresolved_profile: {
    what: 'An alias stands for a model that is not known here',
    remedy: 'Name the model behind the deployment or profile in a file named by COSTSPAN_PRICES.',
  },
}

export function reasonWords(reason: string): Reason {
  const known = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined
  return known ?? { what: reason, remedy: 'The emitter of the span gave this reason.' }
}
