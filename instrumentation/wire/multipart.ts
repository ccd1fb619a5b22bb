/** `multipart/form-data` (RFC 7578) as it goes over the wire: its fields, and of its files what they are called. */

import { fromLatin1 } from './sse.ts'

export interface FormPart {
  readonly name: string
  /** Of a file. */
  readonly filename: string | undefined
  /** Of a field its text; of a file nothing is kept. */
  readonly value: string
  /** Bytes. */
  readonly size: number
}

/** The boundary that a `content-type` states, if it is that of a form. */
export function formBoundary(contentType: string | null): string | undefined {
  const stated = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(
    contentType ?? '',
  )
  return stated?.[1] ?? stated?.[2]
}

/** @param source the body, latin1; what is cut off or no form has fewer parts */
export function readForm(source: string, boundary: string): readonly FormPart[] {
  const delimiter = `--${boundary}`
  const parts: FormPart[] = []
  let at = source.indexOf(delimiter)
  while (at !== -1) {
    const start = at + delimiter.length
    const next = source.indexOf(`\r\n${delimiter}`, start)
    const part = next === -1 ? undefined : readPart(source, start, next)
    if (part !== undefined) parts.push(part)
    at = next === -1 ? -1 : next + 2
  }
  return parts
}

function readPart(source: string, start: number, end: number): FormPart | undefined {
  const headersEnd = source.indexOf('\r\n\r\n', start)
  if (headersEnd === -1 || headersEnd > end) return undefined
  const headers = source.slice(start, headersEnd)
  const name = parameter(headers, 'name')
  if (name === undefined) return undefined
  const filename = parameter(headers, 'filename')
  const from = Math.min(headersEnd + 4, end)
  const value = filename === undefined ? fromLatin1(source.slice(from, end)) : ''
  return { name, filename, value, size: end - from }
}

function parameter(headers: string, key: string): string | undefined {
  const stated = new RegExp(`^content-disposition:.*?[;\\s]${key}="([^"]*)"`, 'im').exec(headers)
  return stated?.[1] === undefined ? undefined : fromLatin1(stated[1])
}
