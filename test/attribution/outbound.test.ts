import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  CompositePropagator,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { OpenAI } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '../../demo/simulator/server.ts'
import { withAttribution } from '../../instrumentation/index.ts'
import { sharedState } from '../../instrumentation/shared-state.ts'
import { configured } from '../support/attribution-settings.ts'
import { intercepted } from '../support/intercepted.ts'

let simulator: Simulator
const restoring: (() => void)[] = []

beforeAll(async () => {
  simulator = await startSimulator()
  trace.setGlobalTracerProvider(new TracerProvider())
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(
    new CompositePropagator({
      propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
    }),
  )
})
afterAll(async () => {
  for (const api of [trace, context, propagation]) api.disable()
  await simulator.close()
})
afterEach(() => {
  for (const restore of restoring.splice(0).reverse()) restore()
  delete sharedState().carry
})

/** As an HTTP instrumentation works: below everything else, it writes the active context into the headers. */
function injectBelowFetch(): void {
  const real = globalThis.fetch
  globalThis.fetch = (input, init) => {
    const request = new Request(input, init)
    propagation.inject(context.active(), request.headers, {
      set(headers, name, value) {
        headers.set(name, value)
      },
    })
    return real(request)
  }
  restoring.push(() => {
    globalThis.fetch = real
  })
}

function observed(yaml = ''): void {
  const { config, stage } = configured(yaml)
  restoring.push(intercepted({ config }).restore, stage.install())
}

/** Runs within a span, with a user's id and a feature in the active context's baggage. */
function withBaggage<T>(run: () => T): T {
  const baggage = propagation.createBaggage({
    'user.id': { value: 'alice' },
    'costspan.feature': { value: 'bot' },
    'app.key': { value: 'x' },
  })
  return trace
    .getTracer('test')
    .startActiveSpan('request', () =>
      context.with(propagation.setBaggage(context.active(), baggage), run),
    )
}

const messages = [{ role: 'user' as const, content: 'Hello there' }]
const clients = {
  anthropic: (headers: Record<string, string> = {}) =>
    new Anthropic({ baseURL: simulator.url, apiKey: 'none' }).messages.create(
      { model: 'claude-sonnet-4-6', max_tokens: 9, messages },
      { headers },
    ),
  openai: (headers: Record<string, string> = {}) =>
    new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'none' }).chat.completions.create(
      { model: 'gpt-5.4', messages },
      { headers },
    ),
  'fetch with a Request': (headers: Record<string, string> = {}) => {
    const body = JSON.stringify({ model: 'gpt-5.4', messages })
    const url = `${simulator.url}/v1/chat/completions`
    return fetch(new Request(url, { method: 'POST', body, headers })).then((r) => r.json())
  },
}
const names = Object.keys(clients) as readonly (keyof typeof clients)[]

/** The headers of the last request that the simulator has seen. */
const sent = () => simulator.requests.at(-1)?.headers ?? {}

describe('requests to providers', () => {
  test('without costspan the Anthropic SDK sends the user’s id out of the active context', async () => {
    await withBaggage(() => clients.anthropic())
    expect(sent()['baggage']).toContain('user.id=alice')
  })

  test.each(names)(
    'of %s carry no baggage, whoever would add it, and keep traceparent',
    async (name) => {
      injectBelowFetch()
      observed()
      await withBaggage(() => clients[name]())
      expect(sent()['traceparent']).toMatch(/^00-[0-9a-f]{32}-/)
      expect(sent()).not.toHaveProperty('baggage')
      await clients[name]({ baggage: 'user.id=alice,app.key=x' })
      expect(sent()).not.toHaveProperty('baggage')
    },
  )

  test.each(names)('of %s carry what is allow-listed, and nothing else', async (name) => {
    injectBelowFetch()
    observed('outbound: { baggage: [costspan.feature] }')
    await withBaggage(() => clients[name]())
    expect(sent()['baggage']).toBe('costspan.feature=bot')
    await clients[name]({ baggage: 'user.id=alice, costspan.feature=mine;p=1' })
    expect(sent()['baggage']).toBe('costspan.feature=mine;p=1')
  })

  test('of others, such as an application’s own services, are left as they are', async () => {
    injectBelowFetch()
    observed()
    const service = createServer((request, response) => {
      response.end(request.headers['baggage'])
    })
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    const { port } = service.address() as AddressInfo
    const got = await withBaggage(() => fetch(`http://127.0.0.1:${port}/v1/models`))
    expect(await got.text()).toBe('user.id=alice,costspan.feature=bot,app.key=x')
    service.close()
    service.closeAllConnections()
  })

  test('are as they were with *', async () => {
    injectBelowFetch()
    observed("outbound: { baggage: ['*'] }")
    await withBaggage(() => clients.anthropic())
    expect(sent()['baggage']).toContain('user.id=alice')
  })

  test('keep all other headers and the body to the byte', async () => {
    await clients.openai({ 'x-mine': 'kept' })
    const before = simulator.requests.at(-1)
    observed()
    await clients.openai({ 'x-mine': 'kept', baggage: 'user.id=alice' })
    const after = simulator.requests.at(-1)
    expect(after?.headers).toEqual(before?.headers)
    expect(after?.raw).toBe(before?.raw)
  })
})

describe('what withAttribution says', () => {
  const active = () =>
    Object.fromEntries(
      (propagation.getActiveBaggage()?.getAllEntries() ?? []).map(([key, { value }]) => [
        key,
        value,
      ]),
    )

  test('travels to an application’s own services as baggage, where it is allow-listed', () => {
    observed('outbound: { baggage: [feature, conversation, tags.plan] }')
    const attribution = { feature: 'bot', user: 'alice', conversation: 'c7', tags: { plan: 'pro' } }
    withBaggage(() => {
      withAttribution(attribution, () => {
        expect(active()).toEqual({
          'user.id': 'alice', // the application's own baggage, which is none of ours
          'app.key': 'x',
          'costspan.feature': 'bot',
          'gen_ai.conversation.id': 'c7',
          'costspan.tag.plan': 'pro',
        })
      })
      expect(active()['gen_ai.conversation.id']).toBeUndefined()
    })
  })

  test('travels as a digest where users are hashed', () => {
    observed('outbound: { baggage: [user.id] }\nhashUsers: true\nhashKey: k')
    withAttribution({ user: 'alice' }, () => {
      expect(active()['user.id']).toMatch(/^[0-9a-f]{32}$/)
    })
  })

  test('stays in the process where nothing is configured', () => {
    observed()
    withAttribution({ feature: 'bot', user: 'alice' }, () => {
      expect(active()).toEqual({})
    })
  })
})
