import { request as httpRequest, Agent } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import { fastify, type FastifyRequest } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { currentAttribution, withAttribution } from '../../instrumentation/attribution/context.ts'
import { at } from '../../instrumentation/core/unknown.ts'
import { attributeRequests as forExpress } from '../../instrumentation/middleware/express.ts'
import { attributeRequests as forFastify } from '../../instrumentation/middleware/fastify.ts'
import { withAttributedRoute } from '../../instrumentation/middleware/next.ts'
import { sharedState } from '../../instrumentation/shared-state.ts'

/** Few connections for many requests, so that each is used again and again. */
const agent = new Agent({ keepAlive: true, maxSockets: 8 })
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Sends a JSON body in two pieces; resolves with the answer's text. */
function post(port: number, path: string, user: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-user': user }
    const sent = httpRequest({ port, path, method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.on('data', (bytes: Buffer) => (text += bytes.toString()))
      response.on('end', () => {
        resolve(text)
      })
    })
    sent.on('error', reject)
    sent.write('{"body":')
    setTimeout(() => sent.end(`"${user}"}`), Math.random() * 10)
  })
}

/** Users whose request saw another's attribution, or none, out of 200 at once. */
async function mistaken(port: number, path: string): Promise<readonly string[]> {
  const users = Array.from({ length: 200 }, (_, i) => `user-${i}`)
  const answers = await Promise.all(users.map((user) => post(port, path, user)))
  return users.filter((user, i) => answers[i] !== user)
}

const userHere = (): string => currentAttribution({}).user ?? 'nobody'

async function work(): Promise<string> {
  await sleep(Math.random() * 10)
  const inner = await withAttribution({ feature: 'inner' }, async () => {
    await sleep(Math.random() * 5)
    return userHere()
  })
  return inner === userHere() ? inner : `${inner} became ${userHere()}`
}

function expressApp() {
  const app = express()
  app.use(forExpress((req) => ({ feature: 'chat', user: String(req.headers['x-user']) })))
  app.post('/parsed', express.json(), async (_req, res) => {
    res.end(await work())
  })
  app.post('/events', (req, res) => {
    req.on('data', () => undefined)
    req.on('end', () => {
      work().then(
        (user) => res.end(user),
        () => res.end(),
      )
    })
  })
  app.post('/iterated', async (req, res) => {
    for await (const _ of req) continue
    res.end(await work())
  })
  const nested = express.Router()
  nested.use(
    forExpress(async (req) => {
      await sleep(1)
      return { team: `team-of-${String(req.headers['x-user'])}` }
    }),
  )
  const both = (): string => {
    const { team, user, feature } = currentAttribution({})
    return team === `team-of-${user}` && feature === 'chat' ? (user ?? '') : 'mixed'
  }
  nested.post('/', express.json(), async (_req, res) => {
    await sleep(1)
    res.end(both())
  })
  nested.post('/events', (req, res) => {
    req.on('data', () => undefined)
    req.on('end', () => res.end(both()))
  })
  app.use('/nested', nested)
  return app
}

describe('express 5', () => {
  test.each(['/parsed', '/events', '/iterated', '/nested', '/nested/events'])(
    'of 200 requests at once to %s none sees another’s attribution',
    async (path) => {
      const server = expressApp().listen(0)
      closing.push(() => server.close())
      expect(await mistaken((server.address() as AddressInfo).port, path)).toEqual([])
    },
  )

  test('a function that throws, rejects or says nothing attributes nothing, and the request is served', async () => {
    const app = express()
    const odd: readonly (() => never | Promise<never> | undefined)[] = [
      () => {
        throw new Error('of the application')
      },
      () => Promise.reject(new Error('of the application')),
      () => undefined,
    ]
    odd.forEach((attribution, i) => {
      app.post(`/${i}`, forExpress(attribution), (_req, res) => {
        res.end(userHere())
      })
    })
    const server = app.listen(0)
    closing.push(() => server.close())
    const { port } = server.address() as AddressInfo
    const answers = await Promise.all(odd.map((_, i) => post(port, `/${i}`, 'u')))
    expect(answers).toEqual(['nobody', 'nobody', 'nobody'])
  })

  test('an error of a handler reaches Express’s own error handling', async () => {
    const app = express()
    app.use(forExpress({ user: 'x' }))
    app.post('/', () => {
      throw new Error('of the handler')
    })
    app.use(((error: Error, _req, res, _next) => {
      res.end(error.message)
    }) satisfies express.ErrorRequestHandler)
    const server = app.listen(0)
    closing.push(() => server.close())
    expect(await post((server.address() as AddressInfo).port, '/', 'u')).toBe('of the handler')
  })
})

describe('fastify 5', () => {
  test.each([
    ['onRequest', '/', (request: FastifyRequest) => request.headers['x-user']],
    ['preHandler', '/', (request: FastifyRequest) => at(request.body, 'body')],
  ] as const)(
    'of 200 requests at once, attributed at %s, none sees another’s',
    async (hook, path, user) => {
      const app = fastify()
      await app.register(forFastify((request) => ({ user: String(user(request)) }), { hook }))
      await app.register(async (inner) => {
        inner.post(path, async () => {
          await sleep(1)
          return work()
        })
      })
      await app.listen({ port: 0 })
      closing.push(() => app.close())
      expect(await mistaken((app.server.address() as AddressInfo).port, path)).toEqual([])
    },
  )

  test('an asynchronous function is waited for, and one that rejects does not fail the request', async () => {
    const app = fastify()
    await app.register(
      forFastify(async (request: FastifyRequest) => {
        await sleep(1)
        if (request.headers['x-user'] === 'bad') throw new Error('of the application')
        return { user: 'looked-up' }
      }),
    )
    app.post('/', () => userHere())
    await app.listen({ port: 0 })
    closing.push(() => app.close())
    const { port } = app.server.address() as AddressInfo
    expect(await post(port, '/', 'good')).toBe('looked-up')
    expect(await post(port, '/', 'bad')).toBe('nobody')
  })
})

describe('Next.js route handlers', () => {
  const requestOf = (user: string): Request =>
    new Request('http://localhost/api/chat/c7?x=1', { method: 'POST', headers: { 'x-user': user } })

  test('200 at once, with asynchronous params, see their own attribution and give back what they return', async () => {
    const POST = withAttributedRoute(
      async (request: Request, { params }: { params: Promise<{ id: string }> }) => ({
        user: request.headers.get('x-user') ?? '',
        conversation: (await params).id,
      }),
      async (_request, { params }) => {
        await sleep(Math.random() * 10)
        const { unit } = currentAttribution({})
        return new Response(`${await work()} ${unit?.id === (await params).id}`)
      },
    )
    const users = Array.from({ length: 200 }, (_, i) => `user-${i}`)
    const answers = await Promise.all(
      users.map(async (user) => {
        const response = await POST(requestOf(user), {
          params: Promise.resolve({ id: `c-${user}` }),
        })
        return response.text()
      }),
    )
    expect(answers).toEqual(users.map((user) => `${user} true`))
  })

  test('a handler that is not asynchronous stays that, and its error is its own', () => {
    const GET = withAttributedRoute({ feature: 'x' }, () => currentAttribution({}).feature)
    expect(GET(requestOf('u'))).toBe('x')
    const bad = withAttributedRoute({ feature: 'x' }, () => {
      throw new RangeError('of the handler')
    })
    expect(() => bad(requestOf('u'))).toThrow(RangeError)
  })
})

test('with costspan disabled middleware calls on and nothing else', async () => {
  const state = sharedState()
  state.disabled = true
  closing.push(() => {
    state.disabled = false
  })
  const app = express()
  let asked = 0
  app.use(forExpress(() => ({ user: String((asked += 1)) })))
  app.post('/', (_req, res) => {
    res.end(userHere())
  })
  const server = app.listen(0)
  closing.push(() => server.close())
  expect(await post((server.address() as AddressInfo).port, '/', 'u')).toBe('nobody')
  expect(asked).toBe(0)
})
