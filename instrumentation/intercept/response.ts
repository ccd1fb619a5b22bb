/**
 * Observes an answer without replacing it: the application keeps its own Response object, whose reading methods come
 * from a prototype of ours that inherits from its own. What reads around them is noticed when the object is collected.
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

  static of(response: Response): Observed | undefined {
    return #observed in response ? response.#observed : undefined
  }

  static remove(response: Response): void {
    if (#observed in response) response.#observed = undefined
  }
}

/** For every kind of Response that was met, usually one: the prototype that observes it. */
const prototypes = new WeakMap<object, object>()

export function observeResponse(response: Response, exchange: Exchange, stripUsage: boolean): void {
  watchCollected(response, exchange)
  new Stamp(response, { exchange, stripUsage })
  const prototype = Object.getPrototypeOf(response) as object
  Object.setPrototypeOf(response, observedPrototype(prototype))
}

function observedPrototype(native: object): object {
  const known = prototypes.get(native)
  if (known !== undefined) return known
  const created = createPrototype(native as Native & Partial<Response>)
  prototypes.set(native, created)
  // A clone of an observed Response is native again; one that somebody observes twice stays as it is.
  prototypes.set(created, created)
  return created
}

function createPrototype(native: Native): object {
  const nativeBody = bodyGetter(native)
  const body = function (this: Response): ReadableStream<Uint8Array> | null {
    const stream = nativeBody.call(this)
    guard('observing a body', () => {
      tap(this, stream)
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
      return watched(how.call(this), observed.exchange, tapped, seen)
    }
  return Object.create(
    native,
    methods({
      body,
      json: reading<unknown>(native.json, sawJson),
      text: reading(native.text, sawText),
      arrayBuffer: reading(native.arrayBuffer, (exchange, value) => {
        sawText(exchange, decode(value))
      }),
      bytes: reading(native.bytes, (exchange, value) => {
        sawText(exchange, decode(value))
      }),
      blob: reading(native.blob, (exchange, value) => {
        guardAsync('reading a blob', async () => {
          sawText(exchange, await value.text())
        })
      }),
      clone(this: Response): Response {
        return observedClone(this, native.clone.call(this), isTapped(nativeBody.call(this)))
      },
    }),
  ) as object
}

/** Non-enumerable like the native ones; `body` as a getter, the rest as methods. */
function methods({
  body,
  ...functions
}: Readonly<Record<string, (this: Response) => unknown>>): PropertyDescriptorMap {
  const descriptors: PropertyDescriptorMap = {}
  for (const [name, value] of Object.entries(functions)) {
    descriptors[name] = { value, configurable: true, enumerable: true, writable: true }
  }
  if (body !== undefined) descriptors['body'] = { get: body, configurable: true, enumerable: true }
  return descriptors
}

function bodyGetter(native: object): (this: Response) => ReadableStream<Uint8Array> | null {
  let holder: object | null = native
  while (holder !== null) {
    const getter = Object.getOwnPropertyDescriptor(holder, 'body')?.get
    if (getter !== undefined) return getter as () => ReadableStream<Uint8Array> | null
    holder = Object.getPrototypeOf(holder) as object | null
  }
  return () => null
}

function tap(response: Response, stream: ReadableStream<Uint8Array> | null): void {
  const observed = Stamp.of(response)
  if (observed === undefined || stream === null || isTapped(stream)) return
  const stripper = observed.stripUsage ? createUsageStripper() : undefined
  tapBody(stream, {
    exchange: observed.exchange,
    stripper,
    response: new WeakRef(response),
    around: undefined,
  })
}

/** The copy of a body that is observed already gets observed bytes; any other is one more way to read the answer. */
function observedClone(original: Response, copy: Response, tapped: boolean): Response {
  const observed = Stamp.of(original)
  if (observed === undefined) {
    return copy
  }
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

function decode(bytes: ArrayBuffer | Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** Lets `seen` look at what the application is about to get, and passes results and errors through as they are. */
function watched<T>(
  reading: Promise<T>,
  exchange: Exchange,
  tapped: boolean,
  seen: (exchange: Exchange, value: T) => void,
): Promise<T> {
  return reading.then(
    (value) => {
      guard('observing an answer', () => {
        if (!tapped) seen(exchange, value)
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
