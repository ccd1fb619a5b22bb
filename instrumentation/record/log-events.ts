/** Outcomes and costs as OpenTelemetry log events: what joins them to calls, in whichever process these were made. */

import type { LoggerProvider } from '@opentelemetry/api'
import { randomUUID } from 'node:crypto'
import type { OtherCost, Outcome } from '../core/recorded.ts'
import * as names from '../semconv.ts'
import { newAttributeList, put, toAttributes, type AttributeList } from './attribute-list.ts'
import { putAttribution } from './attributes.ts'
import type { Metrics } from './metrics.ts'
import { activeContext, isSetUp, loggerProvider } from './otel-globals.ts'

export interface LogEvents {
  outcome(outcome: Outcome): void
  cost(cost: OtherCost): void
}

export interface LogEventsOptions {
  readonly version: string
  /** Our own, where the application has registered none; absent where none of the two is to be used. */
  readonly ownProvider: () => LoggerProvider | undefined
  readonly metrics: Pick<Metrics, 'dropped'>
  /** Takes one line for the user. */
  readonly warn: (line: string) => void
}

/** `SeverityNumber.INFO`. */
const INFO = 9

/** What an event is comes before whom it is for: beyond its limit, 128 attributes, the SDK drops the last. */
export function createLogEvents(options: LogEventsOptions): LogEvents {
  const { version, ownProvider } = options
  const onLost = lossOf(options)
  const emit = (eventName: string, at: number, body: string, attributes: AttributeList): void => {
    const provider = loggerProvider() ?? ownProvider()
    if (provider === undefined) {
      onLost()
      return
    }
    provider.getLogger(names.SCOPE_NAME, version).emit({
      eventName,
      timestamp: at,
      observedTimestamp: Date.now(),
      severityNumber: INFO,
      severityText: 'INFO',
      body,
      attributes: toAttributes(attributes),
      context: activeContext(),
    })
  }
  return {
    outcome(outcome) {
      const { name, success, value, idempotencyKey, at, attribution } = outcome
      const attributes = identified()
      put(attributes, names.ATTR_OUTCOME_NAME, name)
      put(attributes, names.ATTR_OUTCOME_SUCCESS, success)
      put(attributes, names.ATTR_OUTCOME_VALUE, value)
      put(attributes, names.ATTR_OUTCOME_IDEMPOTENCY_KEY, idempotencyKey)
      emit(names.EVENT_OUTCOME, at, name, putAttribution(attributes, attribution))
    },
    cost(cost) {
      const { component, usd, at, attribution } = cost
      const attributes = putRecordedCost(identified(), cost)
      const body = `${component} ${usd} USD`
      emit(names.EVENT_COST, at, body, putAttribution(attributes, attribution))
    },
  }
}

/** Told apart from every other record: what an exporter sends twice is kept once. */
function identified(): AttributeList {
  const attributes = newAttributeList()
  put(attributes, names.ATTR_LOG_RECORD_UID, randomUUID())
  return attributes
}

/** Nobody takes an event. Where there is no telemetry at all nobody expects any; else it is said once. */
function lossOf({ metrics, warn }: LogEventsOptions): () => void {
  let told = false
  return () => {
    metrics.dropped('logs', 'no_logger_provider')
    if (told || !isSetUp()) return
    told = true
    warn(
      'outcomes and costs are counted on metrics, but their events go nowhere: OpenTelemetry is set up without a ' +
        'logger provider. Add logRecordProcessors to NodeSDK.',
    )
  }
}

/** The same on log events and on spans. */
export function putRecordedCost(
  target: AttributeList,
  cost: Omit<OtherCost, 'at' | 'attribution'>,
): AttributeList {
  put(target, names.ATTR_COST_COMPONENT, cost.component)
  put(target, names.ATTR_RECORDED_AMOUNT, cost.usd)
  put(target, names.ATTR_COST_CURRENCY, 'USD')
  put(target, names.ATTR_RECORDED_SOURCE, cost.source)
  put(target, names.ATTR_RECORDED_ORIGIN, cost.origin)
  put(target, names.ATTR_RECORDED_QUANTITY, cost.quantity)
  put(target, names.ATTR_COST_BY, 'sdk')
  return target
}
