/**
 * A small server that speaks chat completions over bare `node:http`, compressed and in pieces as it is told in the
 * address's query: `status`, `hold` (before the answer, milliseconds), `coding`, `size` (bytes of content), `pause` (after
 * the first event, milliseconds), `cut` (the connection, after it).
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'

export interface ChatServer {
  readonly url: string
  /** Bodies and headers as they arrived, in order. */
  readonly received: readonly {
    readonly body: string
    readonly headers: IncomingMessage['headers']
  }[]
  close(): Promise<void>
}

const CODINGS = {
  gzip: gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
  zstd: zstdCompressSync,
} as const

const USAGE = { prompt_tokens: 7, completion_tokens: 11, total_tokens: 18 }

export async function startChatServer(tls?: { key: string; cert: string }): Promise<ChatServer> {
  const received: { body: string; headers: IncomingMessage['headers'] }[] = []
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      received.push({ body, headers: request.headers })
      const query = new URL(request.url ?? '', 'http://server').searchParams
      const reply = (): void => {
        answer(body, query, response)
      }
      if (query.has('hold')) setTimeout(reply, Number(query.get('hold'))).unref()
      else reply()
    })
  }
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.on('upgrade', (_, socket) => {
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nhello',
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://localhost:${port}/v1/chat/completions`.replace(
      'localhost',
      '127.0.0.1',
    ),
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  }
}

function answer(body: string, query: URLSearchParams, response: ServerResponse): void {
  const asked = body.startsWith('{') ? (JSON.parse(body) as Asked) : {}
  const content = 'ä'.repeat(Number(query.get('size') ?? 20) / 2)
  const events = asked.stream === true ? streamed(content, asked) : [plain(content)]
  const coding = query.get('coding') as keyof typeof CODINGS | null
  response.statusCode = Number(query.get('status') ?? 200)
  response.setHeader(
    'content-type',
    asked.stream === true ? 'text/event-stream' : 'application/json',
  )
  if (coding !== null && Object.hasOwn(CODINGS, coding)) {
    response.setHeader('content-encoding', coding)
    response.end(CODINGS[coding](Buffer.from(events.join(''))))
    return
  }
  const [first = '', ...rest] = events
  response.write(first)
  if (query.has('cut')) setTimeout(() => response.destroy(), 20)
  else setTimeout(() => response.end(rest.join('')), Number(query.get('pause') ?? 5))
}

interface Asked {
  readonly stream?: boolean
  readonly stream_options?: { readonly include_usage?: boolean }
}

const HEAD = { id: 'chatcmpl-1', model: 'gpt-5.4-2026-03-05' }

function plain(content: string): string {
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }]
  return JSON.stringify({ ...HEAD, object: 'chat.completion', choices, usage: USAGE })
}

function streamed(content: string, { stream_options: options }: Asked): readonly string[] {
  const none = options?.include_usage === true ? { usage: null } : {}
  const chunk = (delta: object, finish: string | null): object => ({
    ...HEAD,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...none,
  })
  const third = Math.ceil(content.length / 3)
  const parts = [0, 1, 2].map((nth) => content.slice(nth * third, (nth + 1) * third))
  const told = options?.include_usage === true ? [{ ...HEAD, choices: [], usage: USAGE }] : []
  const events = [
    ...parts.map((part) => chunk({ content: part }, null)),
    chunk({}, 'stop'),
    ...told,
  ]
  return [...events.map((event) => `data: ${JSON.stringify(event)}\n\n`), 'data: [DONE]\n\n']
}
