/**
 * Where every variant exports to, in a process of its own: keeps what it gets, `/run/v1/traces` and so on, and counts it
 * only when asked, `GET /run`, which is when the program that was measured is over. Prints its port. Ends with its stdin.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { decodeJsonTraces } from '../../local/receiver/json.ts'
import { decodeProtobufTraces } from '../../local/receiver/protobuf.ts'

/** What one run delivered. */
export interface Delivered {
  readonly spans: number
  /** Requests with metrics. */
  readonly metricExports: number
  /** Of all requests, as sent. */
  readonly bytes: number
}

interface Export {
  readonly path: string
  readonly json: boolean
  readonly gzip: boolean
  readonly body: Buffer
}

const runs = new Map<string, Export[]>()

function spansIn({ json, gzip, body }: Export): number {
  const plain = gzip ? gunzipSync(body) : body
  return (json ? decodeJsonTraces(plain) : decodeProtobufTraces(plain)).spans.length
}

function deliveredBy(run: string): Delivered {
  const exports = runs.get(run) ?? []
  runs.delete(run)
  const of = (signal: string) => exports.filter(({ path }) => path === `/v1/${signal}`)
  return {
    spans: of('traces').reduce((sum, one) => sum + spansIn(one), 0),
    metricExports: of('metrics').length,
    bytes: exports.reduce((sum, { body }) => sum + body.length, 0),
  }
}

const server = createServer((request, response) => {
  const [, run = '', path = ''] = /^\/([^/]+)(.*)$/.exec(request.url ?? '') ?? []
  if (request.method === 'GET') {
    response.end(JSON.stringify(deliveredBy(run)))
    return
  }
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const json = request.headers['content-type']?.includes('json') === true
    const gzip = request.headers['content-encoding'] === 'gzip'
    const exports = runs.get(run) ?? []
    runs.set(run, [...exports, { path, json, gzip, body: Buffer.concat(parts) }])
    response.setHeader('content-type', json ? 'application/json' : 'application/x-protobuf')
    response.end(json ? '{}' : '')
  })
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.stdin.resume().on('close', () => process.exit(0))
