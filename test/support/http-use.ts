/** An application's use of `node:http`, with all that it can see of it noted. */

import { once, type EventEmitter } from 'node:events'
import {
  Agent,
  request,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** Events in their order, each emitter's apart; data as one, however the network cut it. */
export interface Log {
  readonly request: string[]
  readonly response: string[]
  readonly facts: unknown[]
}

/** How often, and whether once more after the end, is up to the network. */
const FLOW = new Set(['data', 'readable', 'pause', 'resume'])

export function note(emitter: EventEmitter, events: string[]): void {
  const { emit } = emitter
  emitter.emit = function (this: EventEmitter, event: string, ...args: unknown[]): boolean {
    const first = args[0]
    const what = first instanceof Error ? `${event} ${first.message}` : event
    const repeats = FLOW.has(event) && events.some((noted) => FLOW.has(noted))
    if (!repeats) events.push(what)
    return emit.call(this, event, ...args)
  } as EventEmitter['emit']
}

export interface Use {
  readonly log: Log
  /** Sends the body to the server, its events noted. */
  send(query: string, body?: string, options?: RequestOptions): ClientRequest
  answerTo(sent: ClientRequest): Promise<IncomingMessage>
}

export type Scenario = (use: Use) => Promise<unknown>

function start(url: string, log: Log, agent: Agent): Use {
  const open = (query: string, options: RequestOptions): ClientRequest => {
    const sent = request(`${url}${query}`, { method: 'POST', agent, ...options })
    note(sent, log.request)
    sent.on('error', () => undefined)
    return sent
  }
  return {
    log,
    send(query, body, options = {}) {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const given = options.headers as Readonly<Record<string, string>> | undefined
      const headers = { 'content-type': 'application/json', ...length, ...given }
      const sent = open(query, { ...options, headers })
      if (body !== undefined) sent.end(body)
      return sent
    },
    async answerTo(sent) {
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      note(response, log.response)
      return response
    },
  }
}

/** Unlike `once`, which fails with the first error. */
export function closed(emitter: EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    emitter.on('close', resolve)
  })
}

export async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all).toString()
}

/** What can be seen of the objects from outside. */
export function facts(sent: ClientRequest, response: IncomingMessage): unknown[] {
  return [
    Object.keys(sent).filter((key) => key !== 'emit'),
    Object.keys(response).filter((key) => key !== 'emit'),
    sent.eventNames().map((name) => [String(name), sent.listenerCount(name)]),
    response.eventNames().map((name) => [String(name), response.listenerCount(name)]),
    response.socket?.eventNames().map(String),
    [sent.write.name, sent.write.length, sent.end.name, sent.end.length, sent.destroy.length],
    [response.push.name, response.push.length, response.readableFlowing, response.isPaused()],
  ]
}

/** What it returns, the events, and how many sockets are left. */
export async function run(scenario: Scenario, url: string): Promise<unknown> {
  const log: Log = { request: [], response: [], facts: [] }
  const agent = new Agent({ keepAlive: true })
  const use = start(url, log, agent)
  const result = await scenario(use)
  await sleep(5)
  const sockets = [agent.sockets, agent.freeSockets].map((all) => Object.values(all).flat().length)
  agent.destroy()
  return JSON.parse(
    JSON.stringify({ result, log, sockets }).replaceAll(/localhost:\d+|127.0.0.1:\d+/g, 'HOST'),
  )
}
