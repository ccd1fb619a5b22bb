/**
 * The context in which a call is sent: its span is active, and it tells whatever hook lies below that the call is seen
 * already. One call may pass several of our hooks on its way out: the AWS SDK's requests, and those of a `fetch` that is
 * a polyfill, go through `node:https`.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context, Span } from '@opentelemetry/api'
import { activeContext, apiRecord, withContext } from './otel-globals.ts'

/** As `trace.setSpan` of the API keeps it. */
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN')
const SENDING = Symbol('costspan sending')

/** Where nobody has set OpenTelemetry up. */
const withoutContexts = new AsyncLocalStorage<true>()

/** Runs what sends a request of a call. */
export function sendIn<T>(parent: Context, span: Span | undefined, send: () => T): T {
  if (apiRecord().context === undefined) return withoutContexts.run(true, send)
  return withContext(new SendingContext(parent, span), send)
}

/** Whether what runs now is the sending of a call. */
export function isSending(): boolean {
  return activeContext().getValue(SENDING) === true || withoutContexts.getStore() === true
}

/**
 * A context with one value more than its parent, which it asks for all others. The API's own copies a Map for each value
 * that is set, and a context lives as long as the promises that were made in it: two values a call were 0.5 of the 3.0 MB
 * that survived a scavenge with openai 7 (`--trace-gc-nvp`, Node 24).
 */
class Layer implements Context {
  readonly parent: Context
  readonly #key: symbol
  readonly #value: unknown

  constructor(parent: Context, key: symbol, value: unknown) {
    this.parent = parent
    this.#key = key
    this.#value = value
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.parent.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return new Layer(this, key, value)
  }

  deleteValue(key: symbol): Context {
    return new Layer(this, key, undefined)
  }
}

class SendingContext extends Layer {
  constructor(parent: Context, span: Span | undefined) {
    super(parent, SPAN, span ?? parent.getValue(SPAN))
  }

  override getValue(key: symbol): unknown {
    return key === SENDING ? true : super.getValue(key)
  }
}
