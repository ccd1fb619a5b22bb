/**
 * A span in OTLP's protobuf form, written the moment it ends: names are encoded once for the process, and what waits
 * for the next export is bytes instead of objects that the garbage collector carries along. Only plain spans come
 * here; what has events, links or attributes of others goes through OpenTelemetry's own serializer.
 * Source: opentelemetry-proto 1.x, trace.proto, common.proto, resource.proto: the field numbers below.
 */

import type { SpanContext } from '@opentelemetry/api'
import type { AttributeSink, AttributeValue } from './attribute-list.ts'
import {
  FIXED32,
  FIXED64,
  LENGTH,
  nanoseconds,
  ProtoWriter,
  utf8Size,
  VARINT,
  varintSize,
} from './proto-writer.ts'

export interface PlainSpan {
  readonly context: SpanContext
  readonly parent: SpanContext | undefined
  readonly name: string
  /** Epoch milliseconds. */
  readonly startedAt: number
}

type Attributes = Readonly<Record<string, unknown>>

/** Whom the spans are from, as OTLP nests it around them. */
export interface Origin {
  readonly resource: { readonly attributes: Attributes; readonly schemaUrl?: string | undefined }
  readonly scope: { readonly name: string; readonly version: string }
}

const tag = (field: number, type: number): number => (field << 3) | type

const TRACE_ID = tag(1, LENGTH)
const SPAN_ID = tag(2, LENGTH)
const PARENT_SPAN_ID = tag(4, LENGTH)
const NAME = tag(5, LENGTH)
const KIND = tag(6, VARINT)
const START = tag(7, FIXED64)
const END = tag(8, FIXED64)
const ATTRIBUTE = tag(9, LENGTH)
const FLAGS = tag(16, FIXED32)

/** Writes spans one after another, each as field 2 of a `ScopeSpans`. */
export interface SpanWriter {
  readonly size: number
  /**
   * @param kind as `SpanKind`, which counts from 0 where OTLP counts from 1
   * @param endedAt epoch milliseconds
   */
  add(
    span: PlainSpan,
    kind: number,
    endedAt: number,
    write: (attributes: AttributeSink) => void,
  ): void
  /** An `ExportTraceServiceRequest` of all spans since the last one, in memory of its own. */
  request(origin: Origin): Uint8Array
}

export function createSpanWriter(): SpanWriter {
  const spans = new ProtoWriter()
  const one = new ProtoWriter()
  const attributes: AttributeSink = {
    add(name, value) {
      attribute(one, name, value)
    },
  }
  return {
    get size() {
      return spans.length
    },
    add(span, kind, endedAt, write) {
      one.clear()
      head(one, span)
      one.varint(KIND)
      one.varint(kind + 1)
      time(one, START, span.startedAt)
      time(one, END, Math.max(endedAt, span.startedAt))
      write(attributes)
      flags(one, span)
      nested(spans, tag(2, LENGTH), one)
    },
    request(origin) {
      const request = envelope(origin, spans)
      spans.clear()
      return request
    },
  }
}

function head(writer: ProtoWriter, span: PlainSpan): void {
  identifier(writer, TRACE_ID, span.context.traceId)
  identifier(writer, SPAN_ID, span.context.spanId)
  if (span.parent !== undefined) identifier(writer, PARENT_SPAN_ID, span.parent.spanId)
  text(writer, NAME, span.name)
}

function flags(writer: ProtoWriter, { context, parent }: PlainSpan): void {
  writer.varint(FLAGS)
  // Bit 8: it is known whether the parent is remote; bit 9: it is.
  const isRemote = parent?.isRemote === true ? 0x300 : 0x100
  writer.fixed32((context.traceFlags & 0xff) | isRemote)
}

function identifier(writer: ProtoWriter, field: number, hex: string): void {
  writer.varint(field)
  writer.varint(hex.length / 2)
  writer.hex(hex)
}

function text(writer: ProtoWriter, field: number, value: string): void {
  const size = utf8Size(value)
  writer.varint(field)
  writer.varint(size)
  writer.text(value, size)
}

function time(writer: ProtoWriter, field: number, milliseconds: number): void {
  const [low, high] = nanoseconds(milliseconds)
  writer.varint(field)
  writer.fixed64(low, high)
}

function nested(writer: ProtoWriter, field: number, content: ProtoWriter): void {
  writer.varint(field)
  writer.varint(content.length)
  writer.raw(content.bytes, content.length)
}

/** What is known of a name: itself as field 1 of a `KeyValue`, and the whole of the last word that came twice in a row. */
interface Encoded {
  readonly name: Uint8Array
  last: string | undefined
  repeated: string | undefined
  whole: Uint8Array
}

/** Names that were encoded before. Tags are the application's own words: bounded. */
const encoded = new Map<string, Encoded>()
const MAX_NAMES = 2_000
const LONGEST_KEPT = 256

function encodedFor(name: string): Encoded {
  const known = encoded.get(name)
  if (known !== undefined) return known
  const writer = new ProtoWriter()
  text(writer, tag(1, LENGTH), name)
  const bytes = Uint8Array.from(writer.bytes.subarray(0, writer.length))
  const fresh = { name: bytes, last: undefined, repeated: undefined, whole: bytes }
  if (encoded.size >= MAX_NAMES) encoded.clear()
  encoded.set(name, fresh)
  return fresh
}

/** Most attributes say what they said for the call before: then their bytes are at hand. */
function attribute(writer: ProtoWriter, name: string, value: AttributeValue): void {
  const known = encodedFor(name)
  if (known.repeated === value) {
    writer.raw(known.whole, known.whole.length)
    return
  }
  const from = writer.length
  keyValue(writer, ATTRIBUTE, known.name, value)
  // Labels come again; a long text is not worth keeping for it.
  if (typeof value !== 'string' || value.length > LONGEST_KEPT) return
  if (known.last === value) {
    known.repeated = value
    known.whole = Uint8Array.from(writer.bytes.subarray(from, writer.length))
  }
  known.last = value
}

function keyValue(
  writer: ProtoWriter,
  field: number,
  name: Uint8Array,
  value: AttributeValue,
): void {
  const content = contentSize(value)
  writer.varint(field)
  writer.varint(name.length + 1 + varintSize(content) + content)
  writer.raw(name, name.length)
  writer.varint(tag(2, LENGTH))
  anyValue(writer, value, content)
}

/** Of an `AnyValue` without its length. A whole number is an int, any other a double. */
function contentSize(value: AttributeValue): number {
  if (typeof value === 'string') {
    const size = utf8Size(value)
    return 1 + varintSize(size) + size
  }
  if (typeof value === 'boolean') return 2
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) return 9
    return value < 0 ? 11 : 1 + varintSize(value)
  }
  const size = arraySize(value)
  return 1 + varintSize(size) + size
}

function arraySize(values: readonly string[]): number {
  let size = 0
  for (const value of values) {
    const content = contentSize(value)
    size += 1 + varintSize(content) + content
  }
  return size
}

function anyValue(writer: ProtoWriter, value: AttributeValue, content: number): void {
  writer.varint(content)
  if (typeof value === 'string') text(writer, tag(1, LENGTH), value)
  else if (typeof value === 'boolean') {
    writer.varint(tag(2, VARINT))
    writer.varint(value ? 1 : 0)
  } else if (typeof value === 'number') number(writer, value)
  else {
    writer.varint(tag(5, LENGTH))
    writer.varint(arraySize(value))
    for (const item of value) {
      writer.varint(tag(1, LENGTH))
      anyValue(writer, item, contentSize(item))
    }
  }
}

function number(writer: ProtoWriter, value: number): void {
  if (!Number.isSafeInteger(value)) {
    writer.varint(tag(4, FIXED64))
    writer.double(value)
    return
  }
  writer.varint(tag(3, VARINT))
  if (value < 0) writer.negative(value)
  else writer.varint(value)
}

/** `ExportTraceServiceRequest { ResourceSpans { Resource, ScopeSpans { InstrumentationScope, Span… }, schema_url } }` */
function envelope({ resource, scope }: Origin, spans: ProtoWriter): Uint8Array {
  const [scoped, resourced, foot] = [new ProtoWriter(), new ProtoWriter(), new ProtoWriter()]
  const part = new ProtoWriter()
  text(part, tag(1, LENGTH), scope.name)
  text(part, tag(2, LENGTH), scope.version)
  nested(scoped, tag(1, LENGTH), part)
  part.clear()
  for (const [name, value] of Object.entries(resource.attributes)) {
    if (isAttributeValue(value)) {
      keyValue(part, tag(1, LENGTH), encodedFor(name).name, value)
    }
  }
  nested(resourced, tag(1, LENGTH), part)
  if (resource.schemaUrl) text(foot, tag(3, LENGTH), resource.schemaUrl)
  // Sizes come before what they are of: the spans, most of it, are copied once.
  const scopeSpans = scoped.length + spans.length
  resourced.varint(tag(2, LENGTH))
  resourced.varint(scopeSpans)
  const resourceSpans = resourced.length + scopeSpans + foot.length
  const request = new ProtoWriter(1 + varintSize(resourceSpans) + resourceSpans)
  request.varint(tag(1, LENGTH))
  request.varint(resourceSpans)
  for (const piece of [resourced, scoped, spans, foot]) request.raw(piece.bytes, piece.length)
  return request.bytes.subarray(0, request.length)
}

function isAttributeValue(value: unknown): value is AttributeValue {
  return (
    ['string', 'number', 'boolean'].includes(typeof value) ||
    (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  )
}
