/** A log record as OTLP carries it, whatever its encoding: only what outcomes and costs are read from. */

import { hexId, microseconds, type Attributes } from './span.ts'

export interface OtlpLog {
  /** When it was so: the record's time, else when it was observed; absent where it says neither. Epoch milliseconds. */
  readonly at?: number
  /** Empty where the record is no event. */
  readonly eventName: string
  readonly traceId?: string
  readonly spanId?: string
  readonly attributes: Attributes
  readonly resource: Attributes
}

interface LogFields extends Pick<OtlpLog, 'eventName' | 'attributes' | 'resource'> {
  readonly time: number
  readonly observed: number
  readonly traceId: string | undefined
  readonly spanId: string | undefined
}

/** Ids that are none are left out: an outcome needs no trace. */
export function readLog(fields: LogFields): OtlpLog {
  const traceId = hexId(fields.traceId, 32)
  const spanId = hexId(fields.spanId, 16)
  const at = microseconds(fields.time > 0 ? fields.time : fields.observed)
  return {
    ...(at > 0 ? { at } : {}),
    eventName: fields.eventName,
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
    attributes: fields.attributes,
    resource: fields.resource,
  }
}
