/**
 * Observes an answer of `node:http` as its bytes arrive: by the `push` with which Node's parser hands them to the
 * message, before anybody reads. No listener is added and no reading begun, so that it flows, pauses and stays unread as
 * it would have; what arrives is bounded by the message's own buffer.
 */

import type { IncomingMessage } from 'node:http'
import { guard } from '../guard.ts'
import type { Attempt } from './attempt.ts'
import { failed, stopped } from './exchange.ts'
import type { Exchange } from './open-call.ts'
import { ownMethod } from './own-method.ts'
import { passingBytes } from './passing-bytes.ts'

export function observeAnswer(response: IncomingMessage, attempt: Attempt): void {
  const passing = passingBytes(attempt, response.headers['content-encoding'])
  ownMethod(response, 'push', (native) => {
    return function (this: IncomingMessage, chunk: unknown, encoding?: BufferEncoding): boolean {
      if (chunk === null) {
        const rest = passing.end()
        if (rest.byteLength > 0) native.call(this, rest)
        return native.call(this, null)
      }
      if (!(chunk instanceof Uint8Array)) return native.call(this, chunk, encoding)
      const left = passing.chunk(chunk)
      // Where nothing is left, nothing has come: whoever waits for bytes goes on waiting.
      return left.byteLength === 0 || native.call(this, left, encoding)
    }
  })
  watchStopping(response, attempt.exchange)
}

/** `destroy`, and whatever ends in it: a `for await` that is left, a pipeline that fails. Node itself does it when the connection is gone. */
function watchStopping(response: IncomingMessage, exchange: Exchange): void {
  ownMethod(response, '_destroy', (native) => {
    return function (
      this: IncomingMessage,
      error: Error | null,
      done: (error?: Error | null) => void,
    ): void {
      guard('noting a stop', () => {
        const { socket } = this as { readonly socket: IncomingMessage['socket'] | null }
        if (error !== null && socket?.destroyed === true) failed(exchange, error)
        else stopped(exchange)
      })
      native.call(this, error, done)
    }
  })
}
