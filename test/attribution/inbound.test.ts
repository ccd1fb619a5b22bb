import { channel } from 'node:diagnostics_channel'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { context, propagation } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import express from 'express'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Attribution } from '../../instrumentation/core/attribution.ts'
import { withAttribution } from '../../instrumentation/index.ts'
import { withAttributedRoute } from '../../instrumentation/middleware/next.ts'
import { sharedState } from '../../instrumentation/shared-state.ts'
import { configured } from '../support/attribution-settings.ts'

const CHANNEL = 'http.server.request.start'
const call = { provider: 'openai', model: 'gpt-5.4' }

let ask: () => Attribution = () => ({})
let stop: (() => void) | undefined
const closing: Server[] = []

/** Reads inbound requests by this configuration until the test ends. */
function reading(yaml: string): readonly string[] {
  const { stage, told } = configured(yaml)
  stop = stage.install()
  ask = () => stage.attribute(call)
  return told
}

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterAll(() => {
  context.disable()
})
afterEach(() => {
  stop?.()
  stop = undefined
  const state = sharedState()
  delete state.readInbound
  delete state.carry
  for (const server of closing.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function listening(server: Server): Promise<number> {
  closing.push(server)
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

/** A plain server that answers with what a call in this listener would be attributed to. */
function plain(work: (request: IncomingMessage, answer: () => void) => void): Promise<number> {
  const server = createServer((request, response: ServerResponse) => {
    work(request, () => response.end(JSON.stringify(ask())))
  })
  return listening(server.listen(0))
}

async function get(port: number, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
  return (await response.json()) as Attribution
}

describe('inbound headers', () => {
  const yaml = `
inbound:
  headers: { X-Feature: feature, x-tenant: customer, x-chat: conversation, x-plan: tags.plan }
`
  test('are read where they are allow-listed, with no change to the application, and no others', async () => {
    reading(yaml)
    const port = await plain((_request, answer) => setTimeout(answer, 1))
    const headers = { 'x-feature': 'bot', 'x-tenant': 'acme', 'x-chat': 'c7', 'x-plan': 'pro' }
    expect(await get(port, '/', { ...headers, 'x-user': 'alice', 'x-team': 'care' })).toEqual({
      feature: 'bot',
      customer: 'acme',
      unit: { type: 'conversation', id: 'c7' },
      tags: { plan: 'pro' },
    })
    expect(await get(port, '/')).toEqual({})
  })

  test('stand below what code and request say, and above rules and defaults', async () => {
    reading(`${yaml}
attribution: { feature: default, team: default }
rules: [{ set: { feature: rule, customer: rule, costCenter: rule } }]
`)
    const app = express()
    app.get('/', (_req, res) => {
      withAttribution({ customer: 'code' }, () => res.json(ask()))
    })
    const port = await listening(app.listen(0))
    expect(await get(port, '/', { 'x-feature': 'header', 'x-tenant': 'header' })).toEqual({
      feature: 'header',
      customer: 'code',
      costCenter: 'rule',
      team: 'default',
    })
  })

  test('of 300 requests on 6 reused connections, with bodies read by events, none is another’s', async () => {
    reading(yaml)
    const port = await plain((request, answer) => {
      request.on('data', () => undefined)
      request.on('end', () => setTimeout(answer, Math.random() * 5))
    })
    const wrong: string[] = []
    await Promise.all(
      Array.from({ length: 6 }, async (_, lane) => {
        for (let i = 0; i < 50; i += 1) {
          const feature = `f${lane}-${i}`
          // Every third says nothing: the request before it on the connection must not speak for it.
          const headers: Record<string, string> = i % 3 === 0 ? {} : { 'x-feature': feature }
          const response = await fetch(`http://127.0.0.1:${port}/`, {
            method: 'POST',
            headers,
            body: 'x'.repeat(1000),
          })
          const got = ((await response.json()) as Attribution).feature
          if (got !== headers['x-feature']) wrong.push(`${feature}: ${got}`)
        }
      }),
    )
    expect(wrong).toEqual([])
  })

  test('of 20 pipelined requests on one connection each has its own', async () => {
    reading(yaml)
    const port = await plain((_request, answer) => setTimeout(answer, Math.random() * 10))
    const socket = connect(port, '127.0.0.1')
    const requests = Array.from(
      { length: 20 },
      (_, i) =>
        `GET /${i} HTTP/1.1\r\nhost: x\r\nx-feature: f${i}\r\n${i === 19 ? 'connection: close\r\n' : ''}\r\n`,
    )
    socket.write(requests.join(''))
    let text = ''
    for await (const bytes of socket) text += String(bytes)
    const features = [...text.matchAll(/\{"feature":"(f\d+)"\}/g)].map((match) => match[1])
    expect(features).toEqual(Array.from({ length: 20 }, (_, i) => `f${i}`))
  })

  test('reach a handler that no node:http server runs, by its wrapper', () => {
    reading(yaml)
    const GET = withAttributedRoute({ team: 'care' }, () => ask())
    const request = new Request('http://x/', { headers: { 'x-feature': 'bot' } })
    expect(GET(request)).toEqual({ feature: 'bot', team: 'care' })
    expect(ask()).toEqual({})
  })

  test('cost nothing where none are configured: nobody listens to Node’s channel', () => {
    reading('require: [team]\nrules: [{ match: { model: gpt-* }, set: { team: t } }]')
    expect(channel(CHANNEL).hasSubscribers).toBe(false)
    reading(yaml)
    expect(channel(CHANNEL).hasSubscribers).toBe(true)
  })
})

test('rules match the path of an inbound request without any instrumentation of HTTP', async () => {
  reading('rules: [{ match: { route: /api/support/* }, set: { feature: support-bot } }]')
  const port = await plain((_request, answer) => setTimeout(answer, 1))
  expect(await get(port, '/api/support/7?x=/y')).toEqual({ feature: 'support-bot' })
  expect(await get(port, '/other?x=/api/support/7')).toEqual({})
})

describe('inbound baggage', () => {
  test('is read off the header by allow-list, percent-decoded, properties and other keys left alone', async () => {
    reading('inbound: { baggage: [costspan.feature, user, conversation] }')
    const port = await plain((_request, answer) => setTimeout(answer, 1))
    const baggage =
      'costspan.feature=support%20bot;ttl=5, user.id = alice ,gen_ai.conversation.id=c7,costspan.team=care,broken'
    expect(await get(port, '/', { baggage })).toEqual({
      feature: 'support bot',
      user: 'alice',
      unit: { type: 'conversation', id: 'c7' },
    })
  })

  test('takes anybody’s keys by a map, and beyond 8 kB nothing', async () => {
    reading('inbound: { baggage: { tenant: customer, ticket: unit.ticket } }')
    const port = await plain((_request, answer) => setTimeout(answer, 1))
    const baggage = 'tenant=acme,ticket=T-7'
    const expected = { customer: 'acme', unit: { type: 'ticket', id: 'T-7' } }
    expect(await get(port, '/', { baggage })).toEqual(expected)
    expect(await get(port, '/', { baggage: `${baggage},x=${'y'.repeat(8_192)}` })).toEqual({})
  })

  test('that a propagator has put into the active context is read there, below headers', () => {
    reading('inbound: { baggage: [feature, team], headers: { x-team: team } }')
    const baggage = propagation.createBaggage({
      'costspan.feature': { value: 'bot' },
      'costspan.team': { value: 'baggage' },
      'user.id': { value: 'alice' },
    })
    const GET = withAttributedRoute({}, () =>
      context.with(propagation.setBaggage(context.active(), baggage), ask),
    )
    const request = (headers: Record<string, string>) => new Request('http://x/', { headers })
    expect(GET(request({}))).toEqual({ feature: 'bot', team: 'baggage' })
    expect(GET(request({ 'x-team': 'header' }))).toEqual({ feature: 'bot', team: 'header' })
  })

  test('that is nonsense breaks nothing', async () => {
    reading('inbound: { baggage: [feature], headers: { x-team: team } }')
    const port = await plain((_request, answer) => setTimeout(answer, 1))
    for (const baggage of [
      ',,,',
      '=',
      'costspan.feature',
      'costspan.feature=',
      'a=b=c',
      '%%%=%%%',
    ]) {
      expect(await get(port, '/', { baggage })).toEqual({})
    }
    expect(await get(port, '/', { baggage: 'costspan.feature=%zz' })).toEqual({ feature: '%zz' })
  })
})
