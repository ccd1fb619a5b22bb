/** Outcomes and costs that are no calls, read off log events and off spans that a price rule has priced, or prices here. */

import { createHash } from 'node:crypto'
import { ruledCost, type CostRule } from '../instrumentation/core/cost-rule.ts'
import * as semconv from '../instrumentation/semconv.ts'
import { reader, type AttributeReader } from './attribute-reader.ts'
import { compact, originOf, tagsOf, unitOf, whoOf } from './attributed.ts'
import type { CostRow } from './cost-row.ts'
import type { OutcomeRow } from './outcome-row.ts'
import type { OtlpLog } from './receiver/log.ts'
import type { OtlpSpan } from './receiver/span.ts'

/** More than any single outcome is worth or any record costs: beyond it an amount is a mistake. USD. */
const HIGHEST_AMOUNT = 1_000_000

export type ReadLog =
  | { readonly kind: 'outcome'; readonly row: OutcomeRow }
  | { readonly kind: 'cost'; readonly row: CostRow }
  /** It says that it is one of these, and lacks what makes it one. */
  | { readonly kind: 'rejected' }
  /** Somebody's log line. */
  | { readonly kind: 'other' }

/**
 * Told by the event's name, or by the attributes where a logger drops event names.
 * @param now the arrival, epoch milliseconds. A later time can only be the fault of a clock, and becomes the arrival.
 */
export function recordOfLog(log: OtlpLog, now: number): ReadLog {
  const read = reader(log.attributes)
  const name = read.text(semconv.ATTR_OUTCOME_NAME)
  const component = read.text(semconv.ATTR_COST_COMPONENT)
  if (log.eventName === semconv.EVENT_OUTCOME || (log.eventName === '' && name !== undefined)) {
    if (name === undefined) return { kind: 'rejected' }
    return { kind: 'outcome', row: outcome(log, read, name, now) }
  }
  if (log.eventName === semconv.EVENT_COST || (log.eventName === '' && component !== undefined)) {
    const usd = amount(read, semconv.ATTR_RECORDED_AMOUNT)
    if (component === undefined || usd === undefined) return { kind: 'rejected' }
    const row = cost(read, { component, usd, ...recorded(log, read, now) })
    return { kind: 'cost', row }
  }
  return { kind: 'other' }
}

/** The cost of a span that is no call: what it says, else what the first rule that means it says. */
export function costOfSpan(span: OtlpSpan, rules: readonly CostRule[]): CostRow | undefined {
  const read = reader(span.attributes)
  const place = {
    at: span.startedAt,
    ...originOf(span.resource),
    traceId: span.traceId,
    spanId: span.spanId,
    recordId: undefined,
  }
  const component = read.text(semconv.ATTR_COST_COMPONENT)
  const usd = amount(read, semconv.ATTR_RECORDED_AMOUNT)
  if (component !== undefined && usd !== undefined) return cost(read, { component, usd, ...place })
  if (component !== undefined || rules.length === 0) return undefined
  const ruled = ruledCost(rules, { ...span, attributes: Object.fromEntries(span.attributes) })
  if (ruled === undefined) return undefined
  const { rule, usd: price, quantity } = ruled
  const row = cost(read, { component: rule.component, usd: price, ...place })
  const counted = quantity === undefined ? {} : { quantity }
  return { ...row, source: rule.name, origin: rule.origin, ...counted }
}

type Recorded = ReturnType<typeof recorded>

/** What log records of both kinds have in common. */
function recorded(log: OtlpLog, read: AttributeReader, now: number) {
  return {
    at: Math.min(log.at ?? now, now),
    ...originOf(log.resource),
    traceId: log.traceId,
    spanId: log.spanId,
    recordId: read.text(semconv.ATTR_LOG_RECORD_UID) ?? digest(log),
  }
}

function outcome(log: OtlpLog, read: AttributeReader, name: string, now: number): OutcomeRow {
  const { unitType, unitId } = unitOf(read)
  return compact<OutcomeRow>({
    ...recorded(log, read, now),
    name,
    success: read.flag(semconv.ATTR_OUTCOME_SUCCESS),
    value: amount(read, semconv.ATTR_OUTCOME_VALUE),
    unitType,
    unitId,
    ...whoOf(read),
    user: read.text(semconv.ATTR_USER_ID),
    session: read.text(semconv.ATTR_SESSION_ID),
    tags: tagsOf(read),
    idempotencyKey: read.text(semconv.ATTR_OUTCOME_IDEMPOTENCY_KEY),
  })
}

function cost(
  read: AttributeReader,
  known: Omit<Recorded, 'recordId'> &
    Pick<CostRow, 'component' | 'usd'> & {
      readonly recordId: string | undefined
    },
): CostRow {
  const { unitType, unitId } = unitOf(read)
  const origin = read.text(semconv.ATTR_RECORDED_ORIGIN)
  return compact<CostRow>({
    ...known,
    source: read.text(semconv.ATTR_RECORDED_SOURCE) ?? 'not stated',
    // What nobody says was measured was shared out.
    origin: origin === 'measured' ? 'measured' : 'allocated',
    unitType,
    unitId,
    ...whoOf(read),
    tags: tagsOf(read),
    quantity: positive(read, semconv.ATTR_RECORDED_QUANTITY),
  })
}

function amount(read: AttributeReader, name: string): number | undefined {
  const usd = read.number(name)
  return usd !== undefined && usd >= 0 && usd <= HIGHEST_AMOUNT ? usd : undefined
}

function positive(read: AttributeReader, name: string): number | undefined {
  const value = read.number(name)
  return value !== undefined && value >= 0 ? value : undefined
}

/** What tells a record without an id: all of it, so that the batch sent again is known. */
function digest(log: OtlpLog): string {
  const content = [
    log.at,
    log.eventName,
    log.traceId,
    log.spanId,
    ...log.attributes,
    ...log.resource,
  ]
  return createHash('sha256').update(JSON.stringify(content)).digest('base64url')
}
