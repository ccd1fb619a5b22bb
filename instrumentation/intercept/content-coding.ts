/**
 * Answers of `node:http` are as they came over the wire, compressed where the client asked for it (axios and node-fetch
 * always do). What came is kept, and decoded once the answer is over: the application's own stream is not touched.
 */

import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib'
import type { CodedBytes } from './open-call.ts'

/** Compressed bytes kept of one answer. */
const MAX_KEPT = 16 * 1024 * 1024
/** What they may come to. */
const MAX_DECODED = 64 * 1024 * 1024

/** What was cut off is decoded as far as it goes. */
const zlib = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_DECODED }
const brotli = { finishFlush: constants.BROTLI_OPERATION_FLUSH, maxOutputLength: MAX_DECODED }
const zstd = { finishFlush: constants.ZSTD_e_flush, maxOutputLength: MAX_DECODED }

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: (bytes) => gunzipSync(bytes, zlib),
  'x-gzip': (bytes) => gunzipSync(bytes, zlib),
  // Some servers leave out the two bytes of the format that the standard means.
  deflate: (bytes) =>
    ((bytes[0] ?? 0) & 0x0f) === 0x08 ? inflateSync(bytes, zlib) : inflateRawSync(bytes, zlib),
  br: (bytes) => brotliDecompressSync(bytes, brotli),
  zstd: (bytes) => zstdDecompressSync(bytes, zstd),
}

/** @param header `content-encoding` of the answer; nothing is kept where it names none, or one that is not known */
export function codedBytes(header: string | undefined): CodedBytes | undefined {
  const codings = (header ?? '').split(',').map((coding) => coding.trim().toLowerCase())
  const applied = codings.filter((coding) => coding !== '' && coding !== 'identity')
  if (applied.length === 0) return undefined
  let kept: Uint8Array[] = []
  let length = 0
  return {
    keep(bytes) {
      length += bytes.byteLength
      // A copy: these are the application's next.
      if (length <= MAX_KEPT) kept.push(new Uint8Array(bytes))
      else kept = []
    },
    take() {
      let bytes: Uint8Array = Buffer.concat(kept)
      kept = []
      if (bytes.byteLength === 0) return bytes
      for (const coding of applied.reverse()) {
        const decode = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined
        if (decode === undefined) return new Uint8Array()
        bytes = decode(bytes)
      }
      return bytes
    },
  }
}
