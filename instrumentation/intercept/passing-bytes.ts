/** Bytes of an answer on their way to the application, as a client hands them over one by one. */

import { guard } from '../guard.ts'
import type { Attempt } from './attempt.ts'
import { codedBytes } from './content-coding.ts'
import { ended, sawBytes } from './exchange.ts'
import { createUsageStripper, type UsageStripper } from './stream-usage.ts'

/** What the application gets of what has come; empty: nothing, as if it had not come. */
export interface PassingBytes {
  chunk(bytes: Uint8Array): Uint8Array
  /** At the end, what was held back until then. */
  end(): Uint8Array
}

/** @param coding `content-encoding` of the answer, the head of which has been noted */
export function passingBytes(
  { exchange, asked }: Attempt,
  coding: string | undefined,
): PassingBytes {
  exchange.coded = codedBytes(coding)
  const strips = asked !== undefined && exchange.streamed && exchange.coded === undefined
  const stripper = strips ? createUsageStripper() : undefined
  return {
    chunk(bytes) {
      guard('observing a body', () => {
        sawBytes(exchange, bytes)
      })
      return stripper === undefined ? bytes : left(stripper, (from) => from.push(bytes), bytes)
    },
    end() {
      guard('observing the end of a body', () => {
        ended(exchange)
      })
      return stripper === undefined ? NOTHING : left(stripper, (from) => from.rest(), NOTHING)
    },
  }
}

const NOTHING = new Uint8Array()

function left(
  stripper: UsageStripper,
  take: (from: UsageStripper) => Uint8Array,
  otherwise: Uint8Array,
): Uint8Array {
  const bytes = guard('taking out unasked usage', () => take(stripper))
  // Clients hand out Buffers.
  return bytes === undefined
    ? otherwise
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
