/**
 * OTLP/JSON: lowerCamelCase names, ids in hex, 64-bit integers as decimal strings, unknown fields ignored.
 * Source: OpenTelemetry Protocol 1.x, "JSON Protobuf Encoding" (opentelemetry.io/docs/specs/otlp, read November 2026).
 */

import { at, isObject } from '../../instrumentation/core/unknown.ts'
import { readLog, type OtlpLog } from './log.ts'
import {
  checkedSpan,
  MalformedBody,
  type Attributes,
  type AttributeValue,
  type DecodedTraces,
  type OtlpSpan,
} from './span.ts'

/** @throws MalformedBody naming the first thing that is not as it must be. */
export function decodeJsonTraces(body: Uint8Array): DecodedTraces {
  const spans: OtlpSpan[] = []
  let rejected = 0
  for (const resourceSpans of list(parseJsonObject(body), 'resourceSpans', 'body')) {
    const resource = readAttributes(at(resourceSpans, 'resource', 'attributes'))
    for (const scopeSpans of list(resourceSpans, 'scopeSpans', 'resourceSpans[]')) {
      const scope = string(at(scopeSpans, 'scope', 'name')) ?? ''
      for (const span of list(scopeSpans, 'spans', 'scopeSpans[]')) {
        const read = readSpan(span, scope, resource)
        if (read === undefined) rejected += 1
        else spans.push(read)
      }
    }
  }
  return { spans, rejected }
}

/** @throws MalformedBody naming the first thing that is not as it must be. */
export function decodeJsonLogs(body: Uint8Array): readonly OtlpLog[] {
  const logs: OtlpLog[] = []
  for (const resourceLogs of list(parseJsonObject(body), 'resourceLogs', 'body')) {
    const resource = readAttributes(at(resourceLogs, 'resource', 'attributes'))
    for (const scopeLogs of list(resourceLogs, 'scopeLogs', 'resourceLogs[]')) {
      for (const record of list(scopeLogs, 'logRecords', 'scopeLogs[]')) {
        logs.push(
          readLog({
            time: milliseconds(at(record, 'timeUnixNano')),
            observed: milliseconds(at(record, 'observedTimeUnixNano')),
            eventName: string(at(record, 'eventName')) ?? '',
            traceId: string(at(record, 'traceId')),
            spanId: string(at(record, 'spanId')),
            attributes: readAttributes(at(record, 'attributes')),
            resource,
          }),
        )
      }
    }
  }
  return logs
}

/** @throws MalformedBody where the body is not a JSON object. */
export function parseJsonObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new MalformedBody('the body is not valid JSON')
  }
  if (!isObject(value)) throw new MalformedBody('the body must be a JSON object')
  return value
}

function list(parent: unknown, key: string, where: string): readonly unknown[] {
  if (!isObject(parent)) throw new MalformedBody(`${where} must be an object`)
  const value = parent[key]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new MalformedBody(`${key} in ${where} must be an array`)
  return value
}

function readSpan(span: unknown, scope: string, resource: Attributes): OtlpSpan | undefined {
  const startedAt = milliseconds(at(span, 'startTimeUnixNano'))
  const name = at(span, 'name')
  const code = at(span, 'status', 'code')
  return checkedSpan({
    traceId: string(at(span, 'traceId')),
    spanId: string(at(span, 'spanId')),
    parentSpanId: string(at(span, 'parentSpanId')),
    name: typeof name === 'string' ? name : '',
    kind: integer(at(span, 'kind')) ?? 0,
    scope,
    startedAt,
    endedAt: milliseconds(at(span, 'endTimeUnixNano')),
    attributes: readAttributes(at(span, 'attributes')),
    failed: code === 2 || code === 'STATUS_CODE_ERROR',
    resource,
  })
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function milliseconds(nanoseconds: unknown): number {
  const value = integer(nanoseconds)
  return value === undefined ? 0 : value / 1e6
}

function integer(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? Number(value) : undefined
}

function readAttributes(value: unknown): Attributes {
  const result = new Map<string, AttributeValue>()
  if (!Array.isArray(value)) return result
  for (const entry of value as readonly unknown[]) {
    const key = at(entry, 'key')
    const read = readValue(at(entry, 'value'))
    if (typeof key === 'string' && read !== undefined) result.set(key, read)
  }
  return result
}

/** Maps and bytes hold nothing that is priced or reported. */
function readValue(value: unknown): AttributeValue | undefined {
  const scalar = readScalar(value)
  if (scalar !== undefined) return scalar
  const values = at(value, 'arrayValue', 'values')
  if (!Array.isArray(values)) return undefined
  return values.map(readScalar).filter((item) => typeof item === 'string')
}

function readScalar(value: unknown): string | number | boolean | undefined {
  const text = at(value, 'stringValue')
  if (typeof text === 'string') return text
  const flag = at(value, 'boolValue')
  if (typeof flag === 'boolean') return flag
  const whole = integer(at(value, 'intValue'))
  if (whole !== undefined) return whole
  const double = at(value, 'doubleValue')
  return typeof double === 'number' ? double : undefined
}
