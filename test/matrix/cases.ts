/** The endings that every client goes through, and what must have been recorded of each. */

import type { RateTable } from '../../demo/simulator/rates.ts'
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
  /** What the application does after some items, or instead of reading. */
  readonly stop?: 'break' | 'abort' | 'unread'
}

const LATE = 'delay=400'
const RETRIED = 'status=429; retry-after-ms=5; times=1'
/** Long enough that nobody can send or read it all while the application makes up its mind. */
const LONG = { tokens: 4_000, fault: 'chunk-delay=2' }

const PLAIN: readonly Omit<Case, 'stream'>[] = [
  { name: 'completed', tokens: 40 },
  { name: 'resent after 429', tokens: 40, fault: RETRIED, retries: 2 },
  { name: 'status 400', tokens: 8, fault: 'status=400' },
  { name: 'status 500', tokens: 8, fault: 'status=500' },
  { name: 'time-out', tokens: 8, fault: LATE, timeout: 80 },
  { name: 'aborted before headers', tokens: 8, fault: LATE, abortAfterMs: 60 },
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
  { name: 'time-out', tokens: 8, fault: LATE, timeout: 80 },
  { name: 'aborted before headers', tokens: 8, fault: LATE, abortAfterMs: 60 },
]

/** How the process ends while a stream is half read. */
export const ENDS = [
  // The provider's answer is complete on its side; the application never asks for the rest.
  { end: 'a natural end', stop: 'end', tokens: 200, fault: 'id=end' },
  { end: 'process.exit', stop: 'exit', tokens: 4_000, fault: 'chunk-delay=2; id=exit' },
  { end: 'an uncaught exception', stop: 'throw', tokens: 4_000, fault: 'chunk-delay=2; id=throw' },
  { end: 'SIGTERM', stop: 'wait', tokens: 4_000, fault: 'chunk-delay=2; id=wait' },
] as const
export type End = (typeof ENDS)[number]

const FAILED_RESPONSE = { name: 'response.failed', tokens: 400, fault: 'failed; after=6' }

/** A client, and what it can do. */
export interface Client {
  /** As in the folder's clients.cjs. */
  readonly name: string
  /** As in the folder's package.json, or its workspace's; absent where Node itself is the client. */
  readonly package?: string
  readonly streams: boolean
  /** It does not resend what failed. */
  readonly resends?: false
  /** An answer that it leaves unread keeps the process alive, bare as well: it is ended by `process.exit`. */
  readonly lingers?: boolean
  /** It reads on in the background where the application does not (measured, as bare): then the answer came whole. */
  readonly readsOn?: boolean
  /**
   * An answer that it leaves unread is not collected: the provider sends on until the process ends (measured, as bare), so
   * that how much it sent is the time at which that was.
   */
  readonly keepsUnread?: boolean
  /** Its streams can say `response.failed`. */
  readonly failsInStream?: boolean
  /** The provider that the simulator stands for, by `hosts` of the configuration. Absent: an address that nobody knows. */
  readonly host?: string
  /** The simulator speaks TLS to it, with the certificate of test/support/loopback-tls. */
  readonly tls?: boolean
  /** Cases that it can't have, by name, with the reason beside the entry. */
  readonly without?: readonly string[]
}

/** Clients that are installed together. */
export interface Suite {
  /** Of run.cjs, run.mjs and clients.cjs. */
  readonly folder: string
  readonly clients: readonly Client[]
  /** Those that the ends of the process are tried with: one for each way in which a stream reaches the application. */
  readonly processEnds: readonly string[]
  /** A price file, for models that run on hardware of one's own; the simulator charges the same. */
  readonly prices?: string
  readonly rates?: RateTable
}

const OPENAI = { package: 'openai' }
const ANTHROPIC = { package: '@anthropic-ai/sdk' }
const GENAI = { package: '@google/genai' }
const BEDROCK = { package: '@aws-sdk/client-bedrock-runtime' }
const AI_OPENAI = { package: '@ai-sdk/openai', readsOn: true, lingers: true }
const AI_ANTHROPIC = { package: '@ai-sdk/anthropic', readsOn: true }

export const CLIENTS: readonly Client[] = [
  { name: 'openai chat', ...OPENAI, streams: true },
  { name: 'openai responses', ...OPENAI, streams: true, failsInStream: true },
  { name: 'openai embeddings', ...OPENAI, streams: false },
  { name: 'anthropic', ...ANTHROPIC, streams: true },
  { name: 'genai content', ...GENAI, streams: true, lingers: true },
  { name: 'genai embeddings', ...GENAI, streams: false },
  { name: 'bedrock converse', ...BEDROCK, streams: true },
  { name: 'bedrock invoke claude', ...BEDROCK, streams: true },
  { name: 'bedrock invoke nova', ...BEDROCK, streams: true },
  { name: 'ai openai', ...AI_OPENAI, streams: true },
  { name: 'ai openai chat', ...AI_OPENAI, streams: true },
  { name: 'ai anthropic', ...AI_ANTHROPIC, streams: true },
  { name: 'ai openai chat, telemetry', ...AI_OPENAI, streams: true },
  { name: 'ai anthropic, telemetry', ...AI_ANTHROPIC, streams: true },
  { name: 'fetch', streams: true, resends: false, lingers: true },
]

/** The clients that the repository itself has installed. */
export const MATRIX: Suite = {
  folder: 'test/matrix',
  clients: CLIENTS,
  processEnds: ['openai chat', 'anthropic', 'bedrock converse', 'ai openai chat'],
}

/** Each is a program of its own. */
export const FORMS = ['cjs', 'mjs'] as const
export type Form = (typeof FORMS)[number]

export function casesOf(client: Client): Case[] {
  const plain = PLAIN.map((one) => ({ ...one, name: `plain, ${one.name}`, stream: false }))
  const failing = client.failsInStream === true ? [FAILED_RESPONSE] : []
  const streamed = [...STREAMED, ...failing].map((one) => ({
    ...one,
    name: `stream, ${one.name}`,
    stream: true,
  }))
  return [...plain, ...(client.streams ? streamed : [])]
    .filter((one) => can(client, one))
    .map((one) => (client.tls === true ? patient(one) : one))
}

/** A handshake takes longer than an application waits here before it stops, on a busy machine. */
const patient = (one: Case): Case => ({
  ...one,
  ...(one.fault === LATE ? { fault: 'delay=2000' } : {}),
  ...(one.timeout === undefined ? {} : { timeout: 800 }),
  ...(one.abortAfterMs === undefined ? {} : { abortAfterMs: 600 }),
})

function can({ resends, without = [] }: Client, { name, retries }: Case): boolean {
  return !without.includes(name) && (retries === undefined || resends !== false)
}

/** How the call may have ended, by the words of the case. */
export function expectedEnds({ readsOn }: Client, { name, stop }: Case): readonly CallEnd[] {
  if (stop !== undefined && stop !== 'abort' && readsOn === true) return ['aborted', 'completed']
  if (stop !== undefined || name.includes('aborted') || name.includes('time-out'))
    return ['aborted']
  if (/status|reset before/.test(name)) return ['failed']
  return /reset|error event|response\.failed/.test(name) ? ['broken_off'] : ['completed']
}
