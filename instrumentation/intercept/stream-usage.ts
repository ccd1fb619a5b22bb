/**
 * Streams that carry usage only on demand: it is asked for in the request's text, and what the answer carries for it
 * is taken out again, so that the application sees exactly what it would have seen.
 */

import type { StreamUsage } from '../config.ts'
import { at } from '../core/unknown.ts'
import type { Host } from '../providers/host.ts'
import type { Protocol, RequestFacts } from '../providers/protocol.ts'
import { parseJson } from '../wire/json.ts'
import { scanMembers, type TextRange } from '../wire/json-scan.ts'
import { createEventSplitter, eventData } from '../wire/sse.ts'

/** Headers that bind the body's bytes: changing it would hang the request or break its signature. */
const BINDING_HEADERS = [
  'content-length',
  'digest',
  'content-digest',
  'signature',
  'x-amz-content-sha256',
]

/** Whether usage may be asked for on behalf of this request. */
export function mayAskForUsage(
  policy: StreamUsage,
  { protocol, facts }: { readonly protocol: Protocol; readonly facts: RequestFacts },
  host: Host | undefined,
  header: (name: string) => string | null,
): boolean {
  if (policy === 'off' || !facts.stream || facts.usageAsked !== false) return false
  if (policy === 'known' && !isKnownToTakeIt(protocol, host)) return false
  return BINDING_HEADERS.every((name) => header(name) === null)
}

function isKnownToTakeIt(protocol: Protocol, host: Host | undefined): boolean {
  const where = host?.takesStreamUsage ?? 'nowhere'
  return where === 'everywhere' || (where === 'chat' && protocol.name === 'openai.chat')
}

/** The request's text with `include_usage` set in its `stream_options`, the place of which is given; the rest of it stays as it is, to the byte. */
export function askForUsage(body: string, options: TextRange | undefined): string | undefined {
  const open = body.indexOf('{')
  if (open === -1) return undefined
  if (options === undefined) {
    return `${body.slice(0, open + 1)}"stream_options":{"include_usage":true},${body.slice(open + 1)}`
  }
  const given = body.slice(options.start, options.end)
  if (given === 'null') {
    return `${body.slice(0, options.start)}{"include_usage":true}${body.slice(options.end)}`
  }
  // An application that says `include_usage: false` has said so.
  return undefined
}

export interface UsageStripper {
  /** Takes bytes, returns those that the application would have got without the question. */
  push(bytes: Uint8Array): Uint8Array
  /** What is left at the end of the stream; once. */
  rest(): Uint8Array
}

export function createUsageStripper(): UsageStripper {
  const splitter = createEventSplitter()
  let given = false
  return {
    push(bytes) {
      return toBytes(splitter.push(bytes).map(strip).join(''))
    },
    rest() {
      const left = given ? '' : splitter.rest()
      given = true
      return toBytes(left)
    },
  }
}

/** A copy of its own: small Buffers share memory that a byte stream can't take over. */
function toBytes(latin1: string): Uint8Array {
  return new Uint8Array(Buffer.from(latin1, 'latin1'))
}

const WANTED: ReadonlySet<string> = new Set(['usage', 'choices'])

/** Without the answer to our question: an event that consists of it is dropped, a `"usage":null` is cut out. */
function strip(event: string): string {
  if (!event.includes('"usage"')) return event
  const open = event.indexOf('{')
  const usage = scanMembers(event, WANTED, open).get('usage')
  if (usage === undefined) return event
  if (event.slice(usage.start, usage.end) === 'null') return cutMember(event, usage)
  const choices = at(parseJson(eventData(event)), 'choices')
  return Array.isArray(choices) && choices.length === 0 ? '' : event
}

/** Cuts a top-level member with its key and one comma. */
function cutMember(event: string, value: { readonly start: number; readonly end: number }): string {
  const keyStart = event.lastIndexOf('"usage"', value.start)
  const before = event.slice(0, keyStart).trimEnd()
  const after = event.slice(value.end)
  if (before.endsWith(',')) return before.slice(0, -1) + after
  return before + after.trimStart().replace(/^,\s*/, '')
}
