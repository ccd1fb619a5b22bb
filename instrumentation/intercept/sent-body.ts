/** What an application writes as the body of a request, kept until it is known whole. */

import { formBoundary, readForm } from '../wire/multipart.ts'
import { latin1 } from '../wire/sse.ts'
import type { SentBody } from './claim.ts'

/** Longer bodies that are written in pieces are not kept: the largest that providers take (Anthropic, 32 MB). */
const MAX_BYTES = 32 * 1024 * 1024

export interface Written extends SentBody {
  /** In how many pieces it was written. */
  readonly chunks: number
}

export interface BodyCopy {
  /** `whole`: that was all of it. `lost`: it is too long to be kept, or nothing that can be read. */
  add(chunk: unknown, encoding: unknown, isLast: boolean): 'open' | 'whole' | 'lost'
  take(): Written
}

type Piece = string | Uint8Array

/** @param length of the body in bytes, where the request states it: a first piece of that length is all of it */
export function createSentBody(contentType: string | null, length: number | undefined): BodyCopy {
  let pieces: Piece[] = []
  let chunks = 0
  let bytes = 0
  const add = (chunk: unknown, encoding: unknown): boolean => {
    if (chunk === undefined || chunk === null || chunk === '') return true
    const piece = pieceOf(chunk, encoding)
    if (piece === undefined) return false
    chunks += 1
    bytes += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.byteLength
    pieces.push(piece)
    return true
  }
  return {
    add(chunk, encoding, isLast) {
      if (!add(chunk, encoding)) return 'lost'
      if (isLast || (chunks === 1 && bytes === length)) return 'whole'
      if (bytes > MAX_BYTES) return 'lost'
      keepLast(pieces)
      return 'open'
    },
    take() {
      const boundary = formBoundary(contentType)
      const sent = boundary === undefined ? { text: textOf(pieces) } : formOf(pieces, boundary)
      pieces = []
      return { ...sent, given: chunks > 0, chunks }
    },
  }
}

/** A chunk as it will be on the wire: strings are what they are only in UTF-8. */
function pieceOf(chunk: unknown, encoding: unknown): Piece | undefined {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk !== 'string') return undefined
  const isPlain = typeof encoding !== 'string' || /^utf-?8$/i.test(encoding)
  return isPlain ? chunk : Buffer.from(chunk, encoding as BufferEncoding)
}

/** The application may use its buffer for something else once it has been written. */
function keepLast(pieces: Piece[]): void {
  const last = pieces.at(-1)
  if (last instanceof Uint8Array) pieces[pieces.length - 1] = new Uint8Array(last)
}

function textOf(pieces: readonly Piece[]): string | undefined {
  if (pieces.length === 0) return undefined
  if (pieces.every((piece) => typeof piece === 'string')) return pieces.join('')
  return new TextDecoder().decode(Buffer.concat(pieces.map(toBytes)))
}

/** The fields of a form, and what tells it from another. */
function formOf(pieces: readonly Piece[], boundary: string): Pick<SentBody, 'form'> {
  const parts = readForm(pieces.map((piece) => latin1(toBytes(piece))).join(''), boundary)
  const lines = parts.map(({ name, filename, value, size }) =>
    filename === undefined ? `${name}=${value}` : `${name}=${filename}, ${size}`,
  )
  const fields = (wanted: string): string | undefined =>
    parts.find(({ name, filename }) => name === wanted && filename === undefined)?.value
  return { form: { fields, text: lines.join('\n') } }
}

function toBytes(piece: Piece): Uint8Array {
  return typeof piece === 'string' ? Buffer.from(piece) : piece
}
