/**
 * The body of an answer as the application reads it: the same bytes, chunk by chunk, at the application's pace. It is
 * observed before it is handed on. Nothing is read ahead, nothing is teed, and the upstream reader is taken with the
 * application's first pull, so that undici can still clean up a body that nobody reads.
 */

import { guard } from '../guard.ts'
import type { Exchange } from './exchange.ts'
import type { UsageStripper } from './stream-usage.ts'

type Reader = ReadableStreamDefaultReader<Uint8Array>

/**
 * @param upstream gives the real body; called with the first pull
 * @param stripper takes out what the application did not ask for; absent where nothing was asked on its behalf
 */
export function observedBody(
  upstream: () => ReadableStream<Uint8Array>,
  exchange: Exchange,
  stripper: UsageStripper | undefined,
): ReadableStream<Uint8Array> {
  let reader: Reader | undefined
  return new ReadableStream(
    {
      type: 'bytes',
      async pull(controller) {
        reader ??= upstream().getReader()
        for (;;) {
          const next = await readObserved(reader, exchange)
          if (next === undefined) {
            if (stripper !== undefined) enqueue(controller, stripper.rest())
            controller.close()
            controller.byobRequest?.respond(0)
            return
          }
          if (enqueue(controller, without(stripper, next))) return
        }
      },
      async cancel(reason) {
        guard('noting a cancel', () => {
          exchange.stopped()
        })
        await (reader ?? upstream()).cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

/** The bytes without what the application did not ask for; all of them where taking it out fails. */
function without(stripper: UsageStripper | undefined, bytes: Uint8Array): Uint8Array {
  if (stripper === undefined) return bytes
  return guard('taking out unasked usage', () => stripper.push(bytes)) ?? bytes
}

/** Whether there was anything to hand on: a byte stream refuses an empty chunk. */
function enqueue(controller: ReadableByteStreamController, bytes: Uint8Array): boolean {
  if (bytes.byteLength === 0) return false
  const { buffer } = bytes
  // A byte stream takes the memory over; what others may share (a small Buffer's, a SharedArrayBuffer) is copied.
  const whole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
  controller.enqueue(whole ? bytes : new Uint8Array(bytes))
  return true
}

async function readObserved(reader: Reader, exchange: Exchange): Promise<Uint8Array | undefined> {
  let result
  try {
    result = await reader.read()
  } catch (error) {
    guard('noting a broken body', () => {
      exchange.failed(error)
    })
    throw error
  }
  const { done, value } = result
  guard('observing a body', () => {
    if (done) exchange.ended()
    else exchange.chunk(value)
  })
  return done ? undefined : value
}
