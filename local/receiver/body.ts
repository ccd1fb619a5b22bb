/** The body of a request, inflated, or the reason why it is refused. Never holds more than the limit. */

import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

/** Bytes, after inflation. Exporters send batches of 512 spans, about 1 MB. */
const BODY_LIMIT = 16 * 1024 * 1024

export interface Refusal {
  readonly status: number
  /** One line. */
  readonly message: string
}

export type Body = { readonly bytes: Uint8Array } | { readonly refusal: Refusal }

const inflate = promisify(gunzip)
const tooLarge: Refusal = {
  status: 413,
  message: `the body is larger than ${BODY_LIMIT} bytes after inflation; send smaller batches`,
}

export async function readBody(request: IncomingMessage): Promise<Body> {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'gzip' && encoding !== 'identity') {
    const message = `content-encoding '${encoding}' is not supported; allowed: gzip, or none`
    return { refusal: { status: 415, message } }
  }
  const raw = await collect(request)
  if (raw === undefined) return { refusal: tooLarge }
  if (encoding === 'identity') return { bytes: raw }
  try {
    return { bytes: await inflate(raw, { maxOutputLength: BODY_LIMIT }) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ERR_BUFFER_TOO_LARGE') return { refusal: tooLarge }
    return { refusal: { status: 400, message: 'the body is not valid gzip' } }
  }
}

/** `undefined` as soon as the limit is passed; the rest is left unread. */
async function collect(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) return undefined
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > BODY_LIMIT) {
        chunks.length = 0
        resolve(undefined)
      } else chunks.push(chunk)
    })
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
  })
}
