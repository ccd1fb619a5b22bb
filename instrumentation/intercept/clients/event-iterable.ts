/** Observes a stream that a client hands out as an async iterable of decoded events. It stays the same object. */

import { at, isObject } from '../../core/unknown.ts'
import { guard } from '../../guard.ts'
import { parseJson } from '../../wire/json.ts'
import { fromLatin1, latin1 } from '../../wire/sse.ts'
import { ended, failed, sawEvent, stopped } from '../exchange.ts'
import type { Exchange } from '../open-call.ts'
import { watchCollected } from '../collection.ts'

type Events = AsyncIterator<unknown>

/** Whether there was anything to observe. */
export function tapEvents(events: unknown, exchange: Exchange): boolean {
  if (typeof events !== 'object' || events === null) return false
  const iterate: unknown = Reflect.get(events, Symbol.asyncIterator)
  if (typeof iterate !== 'function') return false
  watchCollected(events, exchange)
  Object.defineProperty(events, Symbol.asyncIterator, {
    configurable: true,
    writable: true,
    enumerable: false,
    value: function (this: unknown): Events {
      return observedIterator(Reflect.apply(iterate, this, []) as Events, exchange, events)
    },
  })
  return true
}

/** @param _events kept alive while it is read: a collected stream means that nobody reads */
function observedIterator(iterator: Events, exchange: Exchange, _events: object): Events {
  const own: Events & { [Symbol.asyncIterator](): Events } = {
    next: (...args) =>
      iterator.next(...args).then(
        (result) => {
          guard('observing an event', () => {
            if (result.done === true) ended(exchange)
            else note(exchange, result.value)
          })
          return result
        },
        (error: unknown) => {
          guard('noting a broken stream', () => {
            failed(exchange, error)
          })
          throw error
        },
      ),
    return(value) {
      guard('noting a stop', () => {
        stopped(exchange)
      })
      return iterator.return?.(value) ?? Promise.resolve({ done: true, value: value as unknown })
    },
    [Symbol.asyncIterator]: () => own,
  }
  return own
}

/** An event of Converse is an object already; one of an invocation is a chunk of the model's own JSON. */
function note(exchange: Exchange, event: unknown): void {
  const bytes = at(event, 'chunk', 'bytes')
  if (!(bytes instanceof Uint8Array)) {
    if (isObject(event)) sawEvent(exchange, event)
    return
  }
  const raw = latin1(bytes)
  if (exchange.begun && !exchange.protocol.telling.test(raw)) return
  exchange.begun = true
  sawEvent(exchange, parseJson(fromLatin1(raw)))
}
