/** A span that another instrumentation made, read as a Call: what its attributes say, and what they leave open. */

import type { Attributes } from '@opentelemetry/api'
import type { Attribution } from '../core/attribution.ts'
import type { Answer, Call, CallEnd } from '../core/call.ts'
import { count, text } from '../core/unknown.ts'
import * as names from '../semconv.ts'
import { spanContext, spanUsage } from '../span-usage.ts'

/** The parts of a span of OpenTelemetry JS 2.x or 3.x that are read here. */
export interface EndedSpan {
  readonly attributes: Attributes
  readonly startTime: readonly [number, number]
  readonly endTime: readonly [number, number]
  readonly status: { readonly code: number }
}

/** `SpanStatusCode.ERROR`. */
const ERROR = 2

export function foreignCall(span: EndedSpan): Call {
  const { attributes } = span
  const get = (name: string): string | undefined => text(attributes[name])
  const number = (name: string): number | undefined => count(attributes[name])
  const operation = get(names.ATTR_OPERATION_NAME) ?? 'chat'
  const model = get(names.ATTR_REQUEST_MODEL)
  const errorType =
    get(names.ATTR_ERROR_TYPE) ?? (span.status.code === ERROR ? '_OTHER' : undefined)
  const answer = foreignAnswer(attributes, operation)
  const end: CallEnd =
    errorType === undefined ? 'completed' : answer.usage === undefined ? 'failed' : 'broken_off'
  const resends = Math.min(number(names.ATTR_RESEND_COUNT) ?? 0, 100)
  const startedAt = milliseconds(span.startTime)
  return {
    request: {
      operation,
      provider: get(names.ATTR_PROVIDER_NAME) ?? get(names.ATTR_SYSTEM_LEGACY) ?? 'unknown',
      stream: attributes[names.ATTR_REQUEST_STREAM] === true,
      serverAddress: get(names.ATTR_SERVER_ADDRESS) ?? '',
      serverPort: number(names.ATTR_SERVER_PORT) ?? 0,
      ...(model !== undefined ? { model } : {}),
    },
    answer,
    attribution: attributionOf(attributes),
    startedAt,
    endedAt: milliseconds(span.endTime),
    end,
    ...(errorType !== undefined ? { errorType } : {}),
    failedAttempts: Array.from({ length: resends }, () => ({ at: startedAt, errorType: '_OTHER' })),
  }
}

function foreignAnswer(attributes: Attributes, operation: string): Answer {
  const model = text(attributes[names.ATTR_RESPONSE_MODEL])
  const context = spanContext((name) => text(attributes[name]))
  const reasons = attributes[names.ATTR_RESPONSE_FINISH_REASONS]
  return {
    ...(model !== undefined ? { model } : {}),
    ...spanUsage((name) => count(attributes[name]), operation),
    ...(context !== undefined ? { context } : {}),
    ...(Array.isArray(reasons)
      ? { finishReasons: reasons.filter((one) => typeof one === 'string') }
      : {}),
  }
}

/** What the span says of whom it was for; the process's defaults came on it when it started. */
export function attributionOf(attributes: Attributes): Attribution {
  const get = (name: string): string | undefined => text(attributes[name])
  const feature = get(names.ATTR_FEATURE)
  const team = get(names.ATTR_TEAM)
  const customer = get(names.ATTR_CUSTOMER)
  const name = get(names.ATTR_PROMPT_NAME)
  const version = get(names.ATTR_PROMPT_VERSION)
  const prompt = { ...(name ? { name } : {}), ...(version ? { version } : {}) }
  const conversation = get(names.ATTR_CONVERSATION_ID)
  const type = get(names.ATTR_UNIT_TYPE) ?? (conversation ? 'conversation' : undefined)
  const id = get(names.ATTR_UNIT_ID) ?? conversation
  return {
    ...(feature ? { feature } : {}),
    ...(team ? { team } : {}),
    ...(customer ? { customer } : {}),
    ...(Object.keys(prompt).length > 0 ? { prompt } : {}),
    ...(type && id ? { unit: { type, id } } : {}),
  }
}

function milliseconds([seconds, nanoseconds]: readonly [number, number]): number {
  return seconds * 1000 + nanoseconds / 1e6
}
