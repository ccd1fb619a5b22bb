/** The endings that every client goes through, and what must have been recorded of each. */

import type { CallEnd } from '../../instrumentation/core/call.ts'

export interface Case {
  readonly name: string
  readonly stream: boolean
  readonly tokens: number
  /** Header `x-sim-fault`. */
  readonly fault?: string
  readonly retries?: number
  /** Of the client, milliseconds. */
  readonly timeout?: number
  readonly abortAfterMs?: number
  /** What the application does after three items, or instead of reading. */
  readonly stop?: 'break' | 'abort' | 'unread'
}

const RETRIED = 'status=429; retry-after-ms=5; times=1'
/** Long enough that nobody can send or read it all while the application makes up its mind. */
const LONG = { tokens: 4_000, fault: 'chunk-delay=2' }

const PLAIN: readonly Omit<Case, 'stream'>[] = [
  { name: 'completed', tokens: 40 },
  { name: 'resent after 429', tokens: 40, fault: RETRIED, retries: 2 },
  { name: 'status 400', tokens: 8, fault: 'status=400' },
  { name: 'status 500', tokens: 8, fault: 'status=500' },
  { name: 'time-out', tokens: 8, fault: 'delay=400', timeout: 80 },
  { name: 'aborted before headers', tokens: 8, fault: 'delay=400', abortAfterMs: 60 },
  { name: 'reset before headers', tokens: 8, fault: 'reset' },
]

const STREAMED: readonly Omit<Case, 'stream'>[] = [
  { name: 'completed', tokens: 200 },
  { name: 'resent after 429', tokens: 80, fault: RETRIED, retries: 2 },
  { name: 'left by break', ...LONG, stop: 'break' },
  { name: 'aborted in its middle', ...LONG, stop: 'abort' },
  { name: 'never read', ...LONG, stop: 'unread' },
  { name: 'reset in its middle', tokens: 400, fault: 'reset; after=6' },
  { name: 'error event', tokens: 400, fault: 'error-event; after=6' },
  { name: 'status 400', tokens: 8, fault: 'status=400' },
  { name: 'status 500', tokens: 8, fault: 'status=500' },
  { name: 'time-out', tokens: 8, fault: 'delay=400', timeout: 80 },
  { name: 'aborted before headers', tokens: 8, fault: 'delay=400', abortAfterMs: 60 },
]

const FAILED_RESPONSE = { name: 'response.failed', tokens: 400, fault: 'failed; after=6' }

/** Clients by name (as in clients.cjs), and what they can do. */
export interface Client {
  readonly name: string
  readonly streams: boolean
  /** An answer that it leaves unread keeps the process alive, bare as well: it is ended by `process.exit`. */
  readonly lingers?: boolean
}

export const CLIENTS: readonly Client[] = [
  { name: 'openai chat', streams: true },
  { name: 'openai responses', streams: true },
  { name: 'openai embeddings', streams: false },
  { name: 'anthropic', streams: true },
  { name: 'genai content', streams: true, lingers: true },
  { name: 'genai embeddings', streams: false },
  { name: 'bedrock converse', streams: true },
  { name: 'bedrock invoke claude', streams: true },
  { name: 'bedrock invoke nova', streams: true },
  { name: 'ai openai', streams: true, lingers: true },
  { name: 'ai openai chat', streams: true, lingers: true },
  { name: 'ai anthropic', streams: true },
  { name: 'ai openai chat, telemetry', streams: true, lingers: true },
  { name: 'ai anthropic, telemetry', streams: true },
  { name: 'fetch', streams: true, lingers: true },
]

export function casesOf(client: Client): Case[] {
  const plain = PLAIN.filter((one) => can(client.name, one)).map((one) => ({
    ...one,
    name: `plain, ${one.name}`,
    stream: false,
  }))
  if (!client.streams) return plain
  const failing = client.name === 'openai responses' ? [FAILED_RESPONSE] : []
  const streamed = [...STREAMED, ...failing].filter((one) => can(client.name, one))
  return [
    ...plain,
    ...streamed.map((one) => ({ ...one, name: `stream, ${one.name}`, stream: true })),
  ]
}

/** Bare fetch does not resend. */
function can(client: string, { retries }: Omit<Case, 'stream'>): boolean {
  return retries === undefined || client !== 'fetch'
}

/** How the call may have ended, by the words of the case. */
export function expectedEnds(client: string, { name, stop }: Case): readonly CallEnd[] {
  // The AI SDK reads on in the background after a break (measured, as bare): then the answer came whole.
  if (stop !== undefined && stop !== 'abort' && client.startsWith('ai ')) {
    return ['aborted', 'completed']
  }
  if (stop !== undefined || name.includes('aborted') || name.includes('time-out'))
    return ['aborted']
  if (/status|reset before/.test(name)) return ['failed']
  return /reset|error event|response\.failed/.test(name) ? ['broken_off'] : ['completed']
}
