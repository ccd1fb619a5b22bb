/** Sending records to a local viewer as an exporter does. */

import { expect } from 'vitest'
import type { Local } from '../../local/server.ts'
import { logs, type LogFields } from './otlp.ts'

export const JSON_TYPE = { 'content-type': 'application/json' }
export const PROTOBUF = { 'content-type': 'application/x-protobuf' }
/** Epoch milliseconds. */
export const PAST = 1_790_000_000_000

export async function post(
  { url }: Local,
  path: string,
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer>,
): Promise<{ status: number; bytes: Uint8Array }> {
  const response = await fetch(url + path, { method: 'POST', headers, body })
  return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
}

/** Log records as JSON. What the viewer answered. */
export async function send(local: Local, ...records: readonly LogFields[]): Promise<unknown> {
  const { status, bytes } = await post(local, '/v1/logs', JSON_TYPE, JSON.stringify(logs(records)))
  expect(status).toBe(200)
  return JSON.parse(new TextDecoder().decode(bytes))
}

/** A cost that is no call, as a log event. */
export const gateway: LogFields = {
  at: PAST,
  eventName: 'costspan.cost.recorded',
  attributes: {
    'costspan.cost.component': 'gateway',
    'costspan.cost.amount': 0.0021,
    'costspan.cost.source': 'invoice of May',
    'costspan.cost.origin': 'allocated',
    'gen_ai.conversation.id': 'c1',
  },
}
