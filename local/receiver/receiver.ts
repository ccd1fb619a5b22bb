/**
 * OTLP/HTTP: POST /v1/{traces,metrics,logs}. Answers as "OTLP/HTTP Response" of the OpenTelemetry Protocol
 * specification wants them (opentelemetry.io/docs/specs/otlp, read November 2026). Spans and log records go to `keep`,
 * and what is there answers only then; metrics are taken so that an exporter is content, and not stored.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody, type Refusal } from './body.ts'
import { decodeJsonLogs, decodeJsonTraces, parseJsonObject } from './json.ts'
import type { OtlpLog } from './log.ts'
import {
  decodeProtobufLogs,
  decodeProtobufTraces,
  encodeExportResponse,
  encodeStatus,
} from './protobuf.ts'
import { MalformedBody, type OtlpSpan } from './span.ts'

export const SIGNAL_PATHS = ['/v1/traces', '/v1/metrics', '/v1/logs'] as const

type Encoding = 'json' | 'protobuf'
/** What one request brought. */
export interface Received {
  readonly spans: readonly OtlpSpan[]
  readonly logs: readonly OtlpLog[]
}

/** Stores what came, whole or not at all, and returns how many of it can't be kept. */
export type Keep = (received: Received) => number

const mediaTypes = { json: 'application/json', protobuf: 'application/x-protobuf' } as const

/** google/rpc/code.proto. */
const rpcCodes: Readonly<Record<number, number>> = { 404: 5, 405: 12, 413: 8, 500: 13, 503: 14 }
const INVALID_ARGUMENT = 3

/** How long a client may go on sending a body that was refused. */
const LINGER_MS = 1_000

/** Answers one request to a signal's path. Never rejects. */
export async function receive(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  keep: Keep,
): Promise<void> {
  const encoding = encodingOf(request.headers['content-type'])
  try {
    const outcome = await take(path, request, encoding, keep)
    if ('status' in outcome) refuse(request, response, encoding ?? 'json', outcome)
    else accept(path, response, encoding ?? 'json', outcome.rejected)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const message = `nothing of it could be stored: ${why}`
    refuse(request, response, encoding ?? 'json', { status: mayPass(error) ? 503 : 500, message })
  }
}

/** SQLITE_BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN: sqlite.org/rescode.html */
const STORAGE_ERRORS: readonly number[] = [5, 6, 8, 10, 11, 13, 14]

/** Exporters try 503 again, and no other of our answers: the disk may have room by then. */
function mayPass(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return STORAGE_ERRORS.includes(code)
}

async function take(
  path: string,
  request: IncomingMessage,
  encoding: Encoding | undefined,
  keep: Keep,
): Promise<{ readonly rejected: number } | Refusal> {
  if (request.method !== 'POST') {
    return { status: 405, message: `${String(request.method)} ${path}: only POST is allowed` }
  }
  if (encoding === undefined) {
    const given = request.headers['content-type'] ?? 'none'
    const message = `content-type '${given}' is not supported; allowed: ${Object.values(mediaTypes).join(', ')}`
    return { status: 415, message }
  }
  const body = await readBody(request)
  if ('refusal' in body) return body.refusal
  try {
    const { rejected, ...received } = decode(path, encoding, body.bytes)
    return { rejected: rejected + keep(received) }
  } catch (error) {
    if (error instanceof MalformedBody) return { status: 400, message: error.message }
    throw error
  }
}

function decode(
  path: string,
  encoding: Encoding,
  bytes: Uint8Array,
): Received & { readonly rejected: number } {
  const json = encoding === 'json'
  if (path === '/v1/traces') {
    return { logs: [], ...(json ? decodeJsonTraces(bytes) : decodeProtobufTraces(bytes)) }
  }
  if (path === '/v1/logs') {
    const logs = json ? decodeJsonLogs(bytes) : decodeProtobufLogs(bytes)
    return { spans: [], logs, rejected: 0 }
  }
  if (json) parseJsonObject(bytes)
  return { spans: [], logs: [], rejected: 0 }
}

function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  if (type === mediaTypes.json) return 'json'
  return type === mediaTypes.protobuf ? 'protobuf' : undefined
}

function accept(
  path: string,
  response: ServerResponse,
  encoding: Encoding,
  rejected: number,
): void {
  const logs = path === '/v1/logs'
  const errorMessage = logs
    ? 'outcomes without a name, and costs without component or an amount from 0 USD, were rejected'
    : 'spans without a valid trace id, span id or start time were rejected'
  const field = logs ? 'rejectedLogRecords' : 'rejectedSpans'
  const partial = { partialSuccess: { [field]: String(rejected), errorMessage } }
  const body =
    encoding === 'json'
      ? JSON.stringify(rejected > 0 ? partial : {})
      : encodeExportResponse(rejected, errorMessage)
  response.writeHead(200, { 'content-type': mediaTypes[encoding] }).end(body)
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  encoding: Encoding,
  refusal: { readonly status: number; readonly message: string },
): void {
  const code = rpcCodes[refusal.status] ?? INVALID_ARGUMENT
  const message = `costspan: ${refusal.message}`
  const body = encoding === 'json' ? JSON.stringify({ code, message }) : encodeStatus(code, message)
  const headers = {
    'content-type': mediaTypes[encoding],
    ...(refusal.status === 405 ? { allow: 'POST' } : {}),
    ...(request.complete ? {} : { connection: 'close' }),
  }
  response.writeHead(refusal.status, headers).end(body)
  if (request.complete) return
  // A client that is still sending reads the answer only if its connection is not reset under it.
  request.resume()
  setTimeout(() => request.destroy(), LINGER_MS).unref()
}
