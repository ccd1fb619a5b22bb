/**
 * Observes an answer without replacing it: the application keeps its own Response object, whose reading methods are
 * overridden on the instance. What reads through the prototype instead is noticed when the object is collected.
 */

import { guard, guardAsync } from '../guard.ts'
import { observedBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { createUsageStripper } from './stream-usage.ts'

const native = {
  json: Response.prototype.json,
  text: Response.prototype.text,
  arrayBuffer: Response.prototype.arrayBuffer,
  bytes: Response.prototype.bytes,
  blob: Response.prototype.blob,
  clone: Response.prototype.clone,
  body: Object.getOwnPropertyDescriptor(Response.prototype, 'body')?.get as
    ((this: Response) => ReadableStream<Uint8Array> | null) | undefined,
}

/** Tells the exchange that the last Response through which it could be read is gone. */
const collected = new FinalizationRegistry<Exchange>((exchange) => {
  exchange.watchers -= 1
  if (exchange.watchers <= 0)
    guard('noting a collected answer', () => {
      exchange.stopped()
    })
})

export interface ObserveOptions {
  /** Usage was asked for on the application's behalf and is taken out of what it reads. */
  readonly stripUsage: boolean
}

export function observeResponse(
  response: Response,
  exchange: Exchange,
  options: ObserveOptions,
): void {
  exchange.watchers += 1
  collected.register(response, exchange)
  const body = lazyBody(response, exchange, options)
  Object.defineProperty(response, 'body', { get: body.get, configurable: true })
  const copied = (): Response => {
    const copy = native.clone.call(response)
    guard('observing a clone', () => {
      observeResponse(copy, exchange, options)
    })
    return copy
  }
  const methods = exchange.streamed
    ? streamMethods(response, body)
    : plainMethods(response, body, exchange)
  for (const [name, value] of Object.entries({ ...methods, clone: copied })) {
    Object.defineProperty(response, name, { value, configurable: true, writable: true })
  }
}

type Methods = Readonly<Record<string, () => Promise<unknown>>>

/** A stream that is read whole passes the same observer as one that is read in chunks. */
function streamMethods(response: Response, body: LazyBody): Methods {
  const whole = (): Response => new Response(body.take(), { headers: response.headers })
  return {
    json: async () => whole().json(),
    text: async () => whole().text(),
    arrayBuffer: async () => whole().arrayBuffer(),
    bytes: async () => whole().bytes(),
    blob: async () => whole().blob(),
  }
}

function plainMethods(response: Response, body: LazyBody, exchange: Exchange): Methods {
  const watch = watchReading(exchange)
  const read = <T>(how: (this: Response) => Promise<T>, seen: (value: T) => void) => {
    return () => {
      body.lockWithWrapper()
      return watch(how.call(response), seen)
    }
  }
  return {
    json: read<unknown>(native.json, (value) => {
      exchange.json(value)
    }),
    text: read(native.text, (value) => {
      exchange.text(value)
    }),
    arrayBuffer: read(native.arrayBuffer, (value) => {
      exchange.text(decode(value))
    }),
    bytes: read(native.bytes, (value) => {
      exchange.text(decode(value))
    }),
    blob: read(native.blob, (value) => {
      guardAsync('reading a blob', async () => {
        exchange.text(await value.text())
      })
    }),
  }
}

function decode(bytes: ArrayBuffer | Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

/** Lets `seen` look at what the application is about to get, and passes results and errors through as they are. */
function watchReading(exchange: Exchange) {
  return async <T>(reading: Promise<T>, seen: (value: T) => void): Promise<T> => {
    let value: T
    try {
      value = await reading
    } catch (error) {
      guard('noting a failed reading', () => {
        // The bytes came; that they are no JSON is the application's finding, and no broken connection.
        if (error instanceof SyntaxError) exchange.ended()
        else exchange.failed(error)
      })
      throw error
    }
    guard('observing an answer', () => {
      seen(value)
    })
    return value
  }
}

interface LazyBody {
  get(): ReadableStream<Uint8Array> | null
  /** The wrapped body for reading it whole. */
  take(): ReadableStream<Uint8Array> | null
  /** Makes the real body as locked as the wrapper that the application holds, so that misuse fails as it would. */
  lockWithWrapper(): void
}

function lazyBody(response: Response, exchange: Exchange, options: ObserveOptions): LazyBody {
  let wrapper: ReadableStream<Uint8Array> | undefined
  const real = (): ReadableStream<Uint8Array> | null => native.body?.call(response) ?? null
  const get = (): ReadableStream<Uint8Array> | null => {
    if (wrapper !== undefined) return wrapper
    if (real() === null) return null
    const upstream = (): ReadableStream<Uint8Array> => real() ?? new ReadableStream()
    const stripper = options.stripUsage ? createUsageStripper() : undefined
    wrapper = observedBody(upstream, exchange, stripper)
    return wrapper
  }
  return {
    get,
    take() {
      const body = get()
      // As undici words it for a body that was read or locked.
      if (body?.locked === true || response.bodyUsed) {
        throw new TypeError('Body is unusable: Body has already been read')
      }
      return body
    },
    lockWithWrapper() {
      const body = real()
      if (wrapper?.locked === true && body?.locked === false) body.getReader()
    },
  }
}
