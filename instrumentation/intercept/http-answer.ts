/**
 * Observes an answer of `node:http` as its bytes arrive: by the `push` with which Node's parser hands them to the
 * message, before anybody reads. No listener is added and no reading begun, so that it flows, pauses and stays unread as
 * it would have; what arrives is bounded by the message's own buffer.
 */

import type { IncomingMessage } from 'node:http'
import { guard } from '../guard.ts'
import type { Attempt } from './attempt.ts'
import { codedBytes } from './content-coding.ts'
import { ended, failed, sawBytes, stopped } from './exchange.ts'
import type { Exchange } from './open-call.ts'
import { ownMethod } from './own-method.ts'
import { createUsageStripper, type UsageStripper } from './stream-usage.ts'

export function observeAnswer(response: IncomingMessage, { exchange, asked }: Attempt): void {
  exchange.coded = codedBytes(response.headers['content-encoding'])
  const strips = asked !== undefined && exchange.streamed && exchange.coded === undefined
  const stripper = strips ? createUsageStripper() : undefined
  ownMethod(response, 'push', (native) => {
    return function (this: IncomingMessage, chunk: unknown, encoding?: BufferEncoding): boolean {
      note(exchange, chunk)
      if (stripper === undefined) return native.call(this, chunk, encoding)
      const left = guard('taking out unasked usage', () => leftOf(stripper, chunk)) ?? [chunk]
      // As if what was taken out had never come: whoever waits for bytes goes on waiting.
      let wantsMore = true
      for (const one of left) wantsMore = native.call(this, one, encoding)
      return wantsMore
    }
  })
  watchStopping(response, exchange)
}

function note(exchange: Exchange, chunk: unknown): void {
  try {
    if (chunk === null) ended(exchange)
    else if (chunk instanceof Uint8Array) sawBytes(exchange, chunk)
  } catch (error) {
    guard('observing a body', () => {
      throw error
    })
  }
}

/** What is left of a chunk for the application: nothing, some of it, or at the end what was held back. */
function leftOf(stripper: UsageStripper, chunk: unknown): readonly unknown[] {
  if (chunk !== null && !(chunk instanceof Uint8Array)) return [chunk]
  const bytes = chunk === null ? stripper.rest() : stripper.push(chunk)
  const left = bytes.byteLength === 0 ? [] : [asBuffer(bytes)]
  return chunk === null ? [...left, null] : left
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
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
