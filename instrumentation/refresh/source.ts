/** Fetching a price book from where the user keeps it: a URL or a file. */

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Twenty times the size of the bundled book. */
export const MOST_BYTES = 5_000_000

/** Why a refresh was refused, in one line: where, what, what is allowed. */
export class RefreshProblem extends Error {
  override readonly name = 'RefreshProblem'
}

/** What is known of the copy that one has: HTTP's ETag, or a file's time and size. */
export interface Fetched {
  readonly text: string
  readonly etag?: string
}

/**
 * The book's text, or `undefined` where it is still the one with that ETag.
 * @param place an http(s) URL, a file: URL or a path
 * @throws RefreshProblem
 */
export async function fetchBook(
  place: string,
  etag: string | undefined,
  timeoutMs: number,
): Promise<Fetched | undefined> {
  try {
    return /^https?:/i.test(place)
      ? await fromUrl(place, etag, timeoutMs)
      : await fromFile(place, etag)
  } catch (error) {
    if (error instanceof RefreshProblem) throw error
    throw new RefreshProblem(`${shown(place)}: ${whyOf(error)}`)
  }
}

/** A place as messages name it: what follows a question mark may be a secret. */
export function shown(place: string): string {
  return /^https?:/i.test(place) ? (place.split('?')[0] ?? place) : place
}

async function fromUrl(
  url: string,
  etag: string | undefined,
  timeoutMs: number,
): Promise<Fetched | undefined> {
  const response = await fetch(url, {
    headers: {
      accept: 'application/json, application/yaml;q=0.9, */*;q=0.1',
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
    },
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status === 304) return undefined
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    throw new RefreshProblem(
      `${shown(url)}: HTTP ${response.status}; allowed: 200 with a price book`,
    )
  }
  const text = await textOf(response.body, url)
  const tag = response.headers.get('etag')
  return tag === null ? { text } : { text, etag: tag }
}

async function fromFile(place: string, etag: string | undefined): Promise<Fetched | undefined> {
  const path = place.startsWith('file:') ? fileURLToPath(place) : place
  const { mtimeMs, size } = await stat(path)
  const tag = `${mtimeMs}-${size}`
  if (tag === etag) return undefined
  return { text: await textOf(createReadStream(path), place), etag: tag }
}

/** Stops at the limit, so that a wrong address can't fill the memory. */
async function textOf(chunks: AsyncIterable<Uint8Array | string>, place: string): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of chunks) {
    const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    bytes += part.length
    if (bytes > MOST_BYTES) {
      throw new RefreshProblem(
        `${shown(place)}: larger than the ${MOST_BYTES} bytes that are allowed`,
      )
    }
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer in time'
  const cause = error.cause
  const code =
    'code' in error
      ? error.code
      : cause instanceof Error && 'code' in cause
        ? cause.code
        : undefined
  return code === 'ENOENT' ? 'no such file' : typeof code === 'string' ? code : error.message
}
