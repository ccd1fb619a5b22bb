/**
 * Observes an answer without replacing it: the application keeps its own Response object. The reading methods of its
 * class look whether it is one of ours; every other Response passes them with one look at a private field. (A prototype
 * of our own for each answer left the class alone, and cost 7 µs a call, measured.) What reads around them is noticed
 * when the object is collected.
 */

import { guard, guardAsync } from '../guard.ts'
import { isTapped, tapBody } from './body.ts'
import { watchCollected } from './collection.ts'
import { ended, failed, sawJson, sawText } from './exchange.ts'
import type { Exchange } from './open-call.ts'
import { createUsageStripper } from './stream-usage.ts'

interface Observed {
  readonly exchange: Exchange
  /** Usage was asked for on the application's behalf and is taken out of what it reads. */
  readonly stripUsage: boolean
}

type Native = Pick<
  Response,
  'json' | 'text' | 'arrayBuffer' | 'bytes' | 'blob' | 'clone' | 'formData'
>

/** Returns what it is given, so that a subclass puts its private field there: see `Stamp`. */
const Given = function (target: object): object {
  return target
} as unknown as new (target: object) => object

/**
 * What is known of a Response, kept on it where nobody can see it. A WeakMap with an entry for every call costs more
 * (measured: 2 µs a call, most of it in garbage collection).
 */
class Stamp extends Given {
  #observed: Observed | undefined

  constructor(response: Response, observed: Observed) {
    super(response)
    this.#observed = observed
  }

  static of(response: unknown): Observed | undefined {
    // Called on anything at all, it leaves the complaint to the native method.
    if (typeof response !== 'object' || response === null) return undefined
    return #observed in response ? response.#observed : undefined
  }

  static remove(response: Response): void {
    if (#observed in response) response.#observed = undefined
  }
}

/** Prototypes whose methods observe, and what they had before. Usually one: a custom fetch may bring its own class. */
const observing = new Map<object, PropertyDescriptorMap>()

export function observeResponse(response: Response, exchange: Exchange, stripUsage: boolean): void {
  watchCollected(response, exchange)
  new Stamp(response, { exchange, stripUsage })
  const prototype = Object.getPrototypeOf(response) as object
  if (!observing.has(prototype)) observeClass(prototype)
}

/** Puts the classes' own methods back. */
export function releaseResponses(): void {
  for (const [prototype, own] of observing) Object.defineProperties(prototype, own)
  observing.clear()
}

function observeClass(prototype: object): void {
  const native = ownerOf(prototype, 'text')
  if (native === undefined || observing.has(native)) {
    observing.set(prototype, {}) // a subclass without methods of its own
    return
  }
  const methods = observingMethods(native as Native)
  const own: PropertyDescriptorMap = Object.getOwnPropertyDescriptors<object>(native)
  const replaced = Object.keys(methods).filter((name) => own[name]?.configurable === true)
  for (const name of replaced) {
    Object.defineProperty(native, name, { ...own[name], ...methods[name] })
  }
  observing.set(native, Object.fromEntries(replaced.map((name) => [name, own[name] ?? {}])))
  if (native !== prototype) observing.set(prototype, {})
}

function ownerOf(prototype: object, name: string): object | undefined {
  let holder: object | null = prototype
  while (holder !== null && !Object.hasOwn(holder, name)) {
    holder = Object.getPrototypeOf(holder) as object | null
  }
  return holder ?? undefined
}

function observingMethods(native: Native): PropertyDescriptorMap {
  const nativeBody = bodyGetter(native)
  const body = function (this: Response): ReadableStream<Uint8Array> | null {
    const stream = nativeBody.call(this)
    const observed = Stamp.of(this)
    if (observed === undefined || stream === null) return stream
    guard('observing a body', () => {
      tap(this, observed, stream)
    })
    return stream
  }
  const reading = <T>(how: () => Promise<T>, seen: (exchange: Exchange, value: T) => void) =>
    function (this: Response): Promise<T> {
      const observed = Stamp.of(this)
      if (observed === undefined) return how.call(this)
      // A stream is observed as it passes, also where it is read whole; so is a body that was looked at before.
      if (observed.exchange.streamed) body.call(this)
      const tapped = isTapped(nativeBody.call(this))
      return watched(how.call(this), this, observed.exchange, tapped ? undefined : seen)
    }
  const seenAsText = (exchange: Exchange, value: ArrayBuffer | Uint8Array): void => {
    sawText(exchange, isUnread(exchange) ? '' : decode(value))
  }
  const { clone } = native
  const functions = {
    json: reading<unknown>(native.json, sawJson),
    text: reading(native.text, sawText),
    arrayBuffer: reading(native.arrayBuffer, seenAsText),
    bytes: reading(native.bytes, seenAsText),
    blob: reading(native.blob, (exchange, value) => {
      guardAsync('reading a blob', async () => {
        sawText(exchange, isUnread(exchange) ? '' : await value.text())
      })
    }),
    clone(this: Response): Response {
      const copy = clone.call(this)
      const observed = Stamp.of(this)
      return observed === undefined
        ? copy
        : observedClone(this, observed, copy, isTapped(nativeBody.call(this)))
    },
  }
  return {
    ...Object.fromEntries(
      Object.entries(functions).map(([name, value]) => [name, { value: named(value, name) }]),
    ),
    body: { get: named(body, 'get body') },
  }
}

/** Under the name of what it stands in for. */
function named<T extends (this: Response) => unknown>(value: T, name: string): T {
  return Object.defineProperty(value, 'name', { value: name, configurable: true })
}

function bodyGetter(native: object): (this: Response) => ReadableStream<Uint8Array> | null {
  const owner = ownerOf(native, 'body')
  const getter = owner && Object.getOwnPropertyDescriptor(owner, 'body')?.get
  return (getter as (() => ReadableStream<Uint8Array> | null) | undefined) ?? (() => null)
}

function tap(response: Response, observed: Observed, stream: ReadableStream<Uint8Array>): void {
  if (isTapped(stream)) return
  const stripper = observed.stripUsage ? createUsageStripper() : undefined
  tapBody(stream, {
    exchange: observed.exchange,
    stripper,
    response: new WeakRef(response),
    around: undefined,
  })
}

/** The copy of a body that is observed already gets observed bytes; any other is one more way to read the answer. */
function observedClone(
  original: Response,
  observed: Observed,
  copy: Response,
  tapped: boolean,
): Response {
  if (tapped) {
    // Both copies are fed by the stream that is observed; from here on they are ordinary Responses.
    Stamp.remove(original)
    watchCollected(copy, observed.exchange)
    return copy
  }
  guard('observing a clone', () => {
    observeResponse(copy, observed.exchange, observed.stripUsage)
  })
  return copy
}

/** Sound, say: nothing in it is worth decoding. */
function isUnread({ protocol }: Exchange): boolean {
  return protocol.answerKeys.size === 0
}

function decode(bytes: ArrayBuffer | Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** Lets `seen` look at what the application is about to get, and passes results and errors through as they are. */
function watched<T>(
  reading: Promise<T>,
  response: Response,
  exchange: Exchange,
  seen: ((exchange: Exchange, value: T) => void) | undefined,
): Promise<T> {
  return reading.then(
    (value) => {
      guard('observing an answer', () => {
        seen?.(exchange, value)
        // Clients keep answers longer than what we know of them is needed.
        if (exchange.settled) Stamp.remove(response)
      })
      return value
    },
    (error: unknown) => {
      guard('noting a failed reading', () => {
        noteFailedReading(exchange, error)
      })
      throw error
    },
  )
}

function noteFailedReading(exchange: Exchange, error: unknown): void {
  // The bytes came; that they are no JSON is the application's finding, and no broken connection.
  if (error instanceof SyntaxError) ended(exchange)
  // A body that was read or locked before: whoever has it is observed.
  else if (!isUnusable(error)) failed(exchange, error)
}

function isUnusable(error: unknown): boolean {
  return error instanceof TypeError && error.message.startsWith('Body is unusable')
}
