/**
 * A provider in a process of its own that keeps streams open: each gets its first chunk at once and the others when
 * somebody posts to `/go`, a chunk to each in turn, so that all are under way at once. Prints its port. Ends with its
 * stdin. Shape of the chunks: OpenAI API reference, "The chat completion chunk object", read 2026-11-24.
 */

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CHUNKS } from './chunks.ts'

/** Connections that wait to be taken: a wave opens its sockets faster than one process takes them. */
const BACKLOG = 4096

/** The answer to `/close` is read by then. */
const CLOSE_MS = 50

let held: ServerResponse[] = []

/** Sends what is left of each stream, a chunk at a time to all of them. */
async function release(): Promise<void> {
  const streams = held
  held = []
  for (const chunk of CHUNKS.slice(1)) {
    for (const stream of streams) stream.write(chunk)
    await new Promise(setImmediate)
  }
  for (const stream of streams) stream.end()
}

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    if (request.url === '/close') {
      // Whoever holds a connection holds what was under way when it was made: the context of its first call.
      response.end(() => setTimeout(() => server.closeAllConnections(), CLOSE_MS))
      return
    }
    if (request.url === '/go') {
      response.end()
      release().catch((error: unknown) => process.stderr.write(`${String(error)}\n`))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(CHUNKS[0])
    held.push(response)
  })
})
// Longer than any pause between two waves: a client that takes a connection up again must not see a reset.
server.keepAliveTimeout = 120_000
server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, () =>
  console.log((server.address() as AddressInfo).port),
)
process.stdin.resume().on('close', () => process.exit(0))
