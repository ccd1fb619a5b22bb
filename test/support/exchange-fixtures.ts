/**
 * Exchanges with providers as their references show them: `test/fixtures/PROVIDER/CASE.json`, a stream's bytes beside
 * it, and `source.md` with where they come from. They are played to an application's `fetch`, observed.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs'
import type { Call } from '../../instrumentation/core/call.ts'
import type { Cost } from '../../instrumentation/core/cost.ts'
import { bundledBook } from '../../instrumentation/pricing/bundled.ts'
import { priceCall } from '../../instrumentation/record/price-call.ts'
import { intercepted } from './intercepted.ts'

const FOLDER = new URL('../fixtures/', import.meta.url)

export interface ExchangeFixture {
  readonly name: string
  readonly request: {
    readonly url: string
    readonly body?: unknown
    /** In place of a body: a form's text fields; it has a file as well. */
    readonly form?: Readonly<Record<string, string>>
  }
  readonly response: {
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: unknown
    /** A file beside this one with the body's bytes. */
    readonly bytes?: string
  }
  /** What must have been recorded. `usage: null`: none. */
  readonly call: {
    readonly request?: object
    readonly answer?: object
    readonly usage: Readonly<Record<string, number>> | null
    readonly end?: string
  }
  /** With the working of it, by hand, from the provider's price list. */
  readonly cost: {
    readonly kind: Cost['kind']
    readonly exact?: string
    readonly source?: string
    readonly reason?: string
    readonly working?: string
  }
}

export function exchangeFixture(name: string): ExchangeFixture {
  const text = readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')
  return { ...(JSON.parse(text) as ExchangeFixture), name }
}

/** Folders of other fixtures: spans of other emitters. */
const OTHERS = /^emitters\//

export function exchangeFixtures(): readonly ExchangeFixture[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^[^/]+\/[^/]+\.json$/.test(path) && !OTHERS.test(path))
    .toSorted()
    .map((path) => exchangeFixture(path.replace('.json', '')))
}

/** Whether where it comes from is written beside it. */
export function hasSource({ name }: ExchangeFixture): boolean {
  return statSync(new URL(`${folderOf(name)}/source.md`, FOLDER)).size > 0
}

const folderOf = (name: string): string => name.split('/')[0] ?? ''

/** The answer's bytes. */
export function bytesOf({ name, response }: ExchangeFixture): Buffer {
  if (response.bytes === undefined) return Buffer.from(JSON.stringify(response.body))
  return readFileSync(new URL(`${folderOf(name)}/${response.bytes}`, FOLDER))
}

export interface Played {
  /** What the application got. */
  readonly received: unknown
  /** The request's body as it went out, where it is text. */
  readonly sent: string | undefined
  readonly call: Call | undefined
  readonly cost: Cost | undefined
}

interface Playing {
  /** Instead of the fixture's own. */
  readonly bytes?: Buffer
  /** Bytes at a time, of a body that is read as a stream. */
  readonly pieces?: number
  /** The connection breaks at the end of the bytes. */
  readonly broken?: boolean
  /** As in the configuration file. */
  readonly hosts?: Readonly<Record<string, string>>
  /** Makes the call and reads its answer, in place of a bare `fetch`. */
  readonly application?: () => Promise<unknown>
}

/** Plays the exchange, read as the application of the fixture would: a stream in pieces, anything else at once. */
export async function play(fixture: ExchangeFixture, playing: Playing = {}): Promise<Played> {
  let went: string | undefined
  const bytes = playing.bytes ?? bytesOf(fixture)
  const property = Object.getOwnPropertyDescriptor(globalThis, 'fetch') ?? {}
  const headers = { 'content-type': 'application/json', ...fixture.response.headers }
  Object.defineProperty(globalThis, 'fetch', {
    ...property,
    value: (_url: string, init?: RequestInit) => {
      went = typeof init?.body === 'string' ? init.body : undefined
      return Promise.resolve(new Response(bodyOf(bytes, playing), { headers }))
    },
  })
  const seen = intercepted(playing.hosts === undefined ? {} : { config: { hosts: playing.hosts } })
  try {
    const received = await (playing.application?.() ?? bareFetch(fixture, playing))
    await seen.waitForCalls(1, 50)
    const call = seen.calls[0]
    return { received, sent: went, call, cost: call === undefined ? undefined : priceOf(call) }
  } finally {
    seen.restore()
    Object.defineProperty(globalThis, 'fetch', property)
  }
}

async function bareFetch(fixture: ExchangeFixture, { pieces }: Playing): Promise<Buffer> {
  const response = await fetch(fixture.request.url, { method: 'POST', body: sent(fixture) })
  return read(response, pieces !== undefined)
}

/** Off-peak wherever the hour matters. */
const PRICED_AT = Date.parse('2026-11-24T20:00:00Z')

const priceOf = (call: Call): Cost => priceCall({ ...call, startedAt: PRICED_AT }, bundledBook)

function sent({ request }: ExchangeFixture): string | FormData {
  if (request.form === undefined) return JSON.stringify(request.body)
  const form = new FormData()
  form.append('file', new Blob(['RIFF'], { type: 'audio/wav' }), 'speech.wav')
  for (const [name, value] of Object.entries(request.form)) form.append(name, value)
  return form
}

function bodyOf(
  bytes: Buffer,
  { pieces, broken }: Playing,
): Uint8Array<ArrayBuffer> | ReadableStream {
  if (pieces === undefined && broken !== true) return new Uint8Array(bytes)
  const size = pieces ?? bytes.length
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at < bytes.length) {
        controller.enqueue(new Uint8Array(bytes.subarray(at, at + size)))
        at += size
      } else if (broken === true) controller.error(new TypeError('terminated'))
      else controller.close()
    },
  })
}

/** A broken body is as much as came: what an application makes of the rest is its own concern. */
async function read(response: Response, inPieces: boolean): Promise<Buffer> {
  if (!inPieces) return Buffer.from(await response.arrayBuffer())
  const pieces: Uint8Array[] = []
  const reader = response.body?.getReader()
  const next = (): Promise<{ readonly value?: Uint8Array | undefined } | undefined> =>
    (reader?.read() ?? Promise.resolve(undefined)).catch(() => undefined)
  for (let piece = await next(); piece?.value !== undefined; piece = await next()) {
    pieces.push(piece.value)
  }
  return Buffer.concat(pieces)
}
