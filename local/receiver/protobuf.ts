/**
 * OTLP/protobuf traces and logs. The descriptor holds the fields that are read; protobuf skips the others.
 * Field numbers: github.com/open-telemetry/opentelemetry-proto v1.x,
 * opentelemetry/proto/{collector/trace/v1/trace_service,trace/v1/trace,logs/v1/logs,resource/v1/resource,
 * common/v1/common}.proto; `Status` of errors: github.com/googleapis/googleapis, google/rpc/status.proto. Read November 2026.
 */

import protobuf from 'protobufjs/light.js'
import { readLog, type OtlpLog } from './log.ts'
import {
  checkedSpan,
  MalformedBody,
  type Attributes,
  type AttributeValue,
  type DecodedTraces,
  type OtlpSpan,
} from './span.ts'

const repeated = 'repeated'
const root = protobuf.Root.fromJSON({
  nested: {
    TracesData: { fields: { resourceSpans: { rule: repeated, type: 'ResourceSpans', id: 1 } } },
    ResourceSpans: {
      fields: {
        resource: { type: 'Resource', id: 1 },
        scopeSpans: { rule: repeated, type: 'ScopeSpans', id: 2 },
      },
    },
    Resource: { fields: { attributes: { rule: repeated, type: 'KeyValue', id: 1 } } },
    ScopeSpans: {
      fields: {
        scope: { type: 'Scope', id: 1 },
        spans: { rule: repeated, type: 'Span', id: 2 },
      },
    },
    Scope: { fields: { name: { type: 'string', id: 1 } } },
    Span: {
      fields: {
        traceId: { type: 'bytes', id: 1 },
        spanId: { type: 'bytes', id: 2 },
        parentSpanId: { type: 'bytes', id: 4 },
        name: { type: 'string', id: 5 },
        kind: { type: 'int32', id: 6 },
        startTimeUnixNano: { type: 'fixed64', id: 7 },
        endTimeUnixNano: { type: 'fixed64', id: 8 },
        attributes: { rule: repeated, type: 'KeyValue', id: 9 },
        status: { type: 'SpanStatus', id: 15 },
      },
    },
    LogsData: { fields: { resourceLogs: { rule: repeated, type: 'ResourceLogs', id: 1 } } },
    ResourceLogs: {
      fields: {
        resource: { type: 'Resource', id: 1 },
        scopeLogs: { rule: repeated, type: 'ScopeLogs', id: 2 },
      },
    },
    ScopeLogs: { fields: { logRecords: { rule: repeated, type: 'LogRecord', id: 2 } } },
    LogRecord: {
      fields: {
        timeUnixNano: { type: 'fixed64', id: 1 },
        attributes: { rule: repeated, type: 'KeyValue', id: 6 },
        traceId: { type: 'bytes', id: 9 },
        spanId: { type: 'bytes', id: 10 },
        observedTimeUnixNano: { type: 'fixed64', id: 11 },
        eventName: { type: 'string', id: 12 },
      },
    },
    SpanStatus: { fields: { code: { type: 'int32', id: 3 } } },
    KeyValue: { fields: { key: { type: 'string', id: 1 }, value: { type: 'AnyValue', id: 2 } } },
    AnyValue: {
      oneofs: {
        value: { oneof: ['stringValue', 'boolValue', 'intValue', 'doubleValue', 'arrayValue'] },
      },
      fields: {
        stringValue: { type: 'string', id: 1 },
        boolValue: { type: 'bool', id: 2 },
        intValue: { type: 'int64', id: 3 },
        doubleValue: { type: 'double', id: 4 },
        arrayValue: { type: 'StringList', id: 5 },
      },
    },
    // ArrayValue, of which only strings are read: no recursion, however deep the sender nests.
    StringList: { fields: { values: { rule: repeated, type: 'StringItem', id: 1 } } },
    StringItem: { fields: { stringValue: { type: 'string', id: 1 } } },
    RpcStatus: {
      fields: { code: { type: 'int32', id: 1 }, message: { type: 'string', id: 2 } },
    },
    ExportResponse: { fields: { partialSuccess: { type: 'PartialSuccess', id: 1 } } },
    PartialSuccess: {
      fields: {
        // `rejected_spans` of traces and `rejected_log_records` of logs have the same number.
        rejected: { type: 'int64', id: 1 },
        errorMessage: { type: 'string', id: 2 },
      },
    },
  },
})
const tracesData = root.lookupType('TracesData')
const logsData = root.lookupType('LogsData')
const rpcStatus = root.lookupType('RpcStatus')
const exportResponse = root.lookupType('ExportResponse')

/** What `toObject` with the options below returns. Only fields that were on the wire are present. */
interface WireKeyValue {
  readonly key?: string
  readonly value?: {
    readonly stringValue?: string
    readonly boolValue?: boolean
    readonly intValue?: number
    readonly doubleValue?: number
    readonly arrayValue?: { readonly values?: readonly { readonly stringValue?: string }[] }
  }
}
interface WireSpan {
  readonly traceId?: Uint8Array
  readonly spanId?: Uint8Array
  readonly parentSpanId?: Uint8Array
  readonly name?: string
  readonly kind?: number
  readonly startTimeUnixNano?: number
  readonly endTimeUnixNano?: number
  readonly attributes?: readonly WireKeyValue[]
  readonly status?: { readonly code?: number }
}
interface WireLog extends Pick<WireSpan, 'traceId' | 'spanId' | 'attributes'> {
  readonly timeUnixNano?: number
  readonly observedTimeUnixNano?: number
  readonly eventName?: string
}
interface WireResource {
  readonly attributes?: readonly WireKeyValue[]
}
interface WireLogs {
  readonly resourceLogs?: readonly {
    readonly resource?: WireResource
    readonly scopeLogs?: readonly { readonly logRecords?: readonly WireLog[] }[]
  }[]
}
interface WireTraces {
  readonly resourceSpans?: readonly {
    readonly resource?: WireResource
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string }
      readonly spans?: readonly WireSpan[]
    }[]
  }[]
}

/** @throws MalformedBody where the bytes are not the message. */
export function decodeProtobufTraces(body: Uint8Array): DecodedTraces {
  const spans: OtlpSpan[] = []
  let rejected = 0
  const traces: WireTraces = decode(tracesData, body, 'ExportTraceServiceRequest')
  for (const resourceSpans of traces.resourceSpans ?? []) {
    const resource = readAttributes(resourceSpans.resource?.attributes)
    for (const { scope, spans: found = [] } of resourceSpans.scopeSpans ?? []) {
      for (const span of found) {
        const read = readSpan(span, scope?.name ?? '', resource)
        if (read === undefined) rejected += 1
        else spans.push(read)
      }
    }
  }
  return { spans, rejected }
}

/** @throws MalformedBody where the bytes are not the message. */
export function decodeProtobufLogs(body: Uint8Array): readonly OtlpLog[] {
  const { resourceLogs = [] }: WireLogs = decode(logsData, body, 'ExportLogsServiceRequest')
  return resourceLogs.flatMap(({ resource, scopeLogs = [] }) => {
    const attributes = readAttributes(resource?.attributes)
    return scopeLogs.flatMap((scope) => scope.logRecords ?? []).map((log) => logOf(log, attributes))
  })
}

function decode(type: protobuf.Type, body: Uint8Array, message: string): object {
  try {
    return type.toObject(type.decode(body), { longs: Number })
  } catch {
    throw new MalformedBody(`the body is not an OTLP protobuf ${message}`)
  }
}

function logOf(log: WireLog, resource: Attributes): OtlpLog {
  return readLog({
    time: (log.timeUnixNano ?? 0) / 1e6,
    observed: (log.observedTimeUnixNano ?? 0) / 1e6,
    eventName: log.eventName ?? '',
    traceId: hex(log.traceId),
    spanId: hex(log.spanId),
    attributes: readAttributes(log.attributes),
    resource,
  })
}

function readSpan(span: WireSpan, scope: string, resource: Attributes): OtlpSpan | undefined {
  return checkedSpan({
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    name: span.name ?? '',
    kind: span.kind ?? 0,
    scope,
    startedAt: (span.startTimeUnixNano ?? 0) / 1e6,
    endedAt: (span.endTimeUnixNano ?? 0) / 1e6,
    attributes: readAttributes(span.attributes),
    failed: span.status?.code === 2,
    resource,
  })
}

function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('hex')
}

function readAttributes(entries: readonly WireKeyValue[] | undefined): Attributes {
  const result = new Map<string, AttributeValue>()
  for (const { key, value } of entries ?? []) {
    const list = value?.arrayValue?.values?.map((item) => item.stringValue ?? '')
    const read =
      value?.stringValue ?? value?.boolValue ?? value?.intValue ?? value?.doubleValue ?? list
    if (key !== undefined && read !== undefined) result.set(key, read)
  }
  return result
}

/** `google.rpc.Status`: what OTLP answers an error with. */
export function encodeStatus(code: number, message: string): Uint8Array {
  return rpcStatus.encode({ code, message }).finish()
}

/** `ExportTraceServiceResponse` and `ExportLogsServiceResponse`: empty where everything was kept. */
export function encodeExportResponse(rejected: number, errorMessage: string): Uint8Array {
  const partialSuccess = rejected > 0 ? { rejected, errorMessage } : undefined
  return exportResponse.encode(partialSuccess ? { partialSuccess } : {}).finish()
}
