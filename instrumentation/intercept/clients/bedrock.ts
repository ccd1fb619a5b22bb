/**
 * Amazon Bedrock through the AWS SDK, which speaks HTTP/2 and not fetch. Two middlewares on the client: one outside its
 * retries, which is the call, one inside them, which is an attempt.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { AttributionRequiredError } from '../../core/attribution-required.ts'
import { at, isObject, text } from '../../core/unknown.ts'
import { guard } from '../../guard.ts'
import { bodyText, type ClaimedRequest } from '../claim.ts'
import { now } from '../clock.ts'
import { errorName, isAbort } from '../errors.ts'
import { listen, openExchange, rejected, sawJson, sawText } from '../exchange.ts'
import type { Exchange } from '../open-call.ts'
import { createStart, type Observation, type StartCall } from '../start-call.ts'
import { claimBedrock, keepBaggage } from './bedrock-request.ts'
import { tapEvents } from './event-iterable.ts'

/** What the AWS SDK's middlewares are given and give back, as far as it is used here. */
interface Arguments {
  readonly request?: unknown
}
interface Result {
  readonly response?: unknown
  readonly output?: unknown
}
type Next = (args: Arguments) => Promise<Result>
type Middleware = (next: Next) => Next

interface Client {
  readonly config?: { readonly serviceId?: unknown }
  readonly middlewareStack: {
    add(middleware: Middleware, options: Readonly<Record<string, unknown>>): void
  }
}

/** The signal that a call was sent with; middlewares are not told. */
const signals = new AsyncLocalStorage<AbortSignal>()

interface Attempt {
  readonly at: number
  readonly statusCode: number | undefined
  readonly errorType: string | undefined
}

/** Hooks `send` of the class that all AWS clients inherit from; only Bedrock's runtime is touched further. */
export function createBedrockHook(observation: Observation): (exports: unknown) => void {
  const middlewares = createMiddlewares(observation)
  const hooked = new WeakSet()
  const seen = new WeakSet<Client>()
  return (exports) => {
    const target = clientPrototype(exports)
    if (target === undefined || hooked.has(target)) return
    hooked.add(target)
    const { send } = target
    const observedSend = function send_(this: Client, ...args: readonly unknown[]): unknown {
      if (!seen.has(this)) {
        seen.add(this)
        guard('hooking a Bedrock client', () => {
          if (this.config?.serviceId === 'Bedrock Runtime') middlewares(this)
        })
      }
      const signal = at(args[0] === undefined ? undefined : args[1], 'abortSignal')
      const sent = (): unknown => Reflect.apply(send, this, args)
      return signal instanceof AbortSignal ? signals.run(signal, sent) : sent()
    }
    Object.defineProperty(observedSend, 'name', { value: 'send' })
    Object.defineProperty(target, 'send', {
      value: observedSend,
      configurable: true,
      writable: true,
    })
  }
}

interface ClientPrototype {
  send: (this: Client, ...args: readonly unknown[]) => unknown
}

function clientPrototype(exports: unknown): ClientPrototype | undefined {
  const client: unknown = isObject(exports) ? exports['Client'] : undefined
  const prototype: unknown = typeof client === 'function' ? client.prototype : undefined
  return isObject(prototype) && typeof prototype['send'] === 'function'
    ? (prototype as unknown as ClientPrototype)
    : undefined
}

function createMiddlewares(observation: Observation): (client: Client) => void {
  const attempts = new AsyncLocalStorage<Attempt[]>()
  const start = createStart(observation)
  const call: Middleware = (next) => (args) => {
    const { request } = args
    const claimed = guard('claiming a Bedrock call', () =>
      claimBedrock(request, signals.getStore()),
    )
    if (claimed === undefined || observation.recorder.suppressed()) return next(args)
    const began = (): ReturnType<typeof begin> => begin(claimed, request, start, observation)
    const exchange = guard('beginning a Bedrock call', began)
    if (exchange === undefined) return next(args)
    if (exchange instanceof Error) return Promise.reject(exchange)
    const made: Attempt[] = []
    const send = (): Promise<Result> => attempts.run(made, () => next(args))
    const sent = exchange.call.recording.run(() => observation.outbound.run(send))
    return sent.then(
      (result) => {
        guard('observing a Bedrock answer', () => {
          noteAttempts(exchange, made.slice(0, -1))
          onResult(exchange, claimed, result)
        })
        return result
      },
      (error: unknown) => {
        guard('noting a failed Bedrock call', () => {
          noteAttempts(exchange, made.slice(0, -1))
          onError(exchange, made.at(-1), error)
        })
        throw error
      },
    )
  }
  const attempt = attemptMiddleware(attempts)
  return ({ middlewareStack }) => {
    middlewareStack.add(call, {
      name: 'costspanCall',
      // The request is complete here, and what retries is a later step.
      step: 'build',
      priority: 'low',
      override: true,
    })
    middlewareStack.add(attempt, {
      name: 'costspanAttempt',
      step: 'deserialize',
      priority: 'low',
      override: true,
    })
  }
}

/** Notes each attempt of the call that is under way. */
function attemptMiddleware(attempts: AsyncLocalStorage<Attempt[]>): Middleware {
  return (next) => async (args) => {
    const made = attempts.getStore()
    if (made === undefined) return next(args)
    try {
      const result = await next(args)
      const status = at(result.response, 'statusCode')
      const statusCode = typeof status === 'number' ? status : undefined
      made.push({ at: now(), statusCode, errorType: undefined })
      return result
    } catch (error) {
      made.push({ at: now(), statusCode: undefined, errorType: errorName(error) })
      throw error
    }
  }
}

function begin(
  claimed: ClaimedRequest,
  request: unknown,
  start: StartCall,
  { calls, outbound }: Observation,
): Exchange | AttributionRequiredError {
  const started = start(claimed)
  if (started instanceof Error) return started
  const exchange = openExchange(started, calls, claimed)
  exchange.streamed = claimed.facts.stream
  keepBaggage(request, outbound)
  return exchange
}

function noteAttempts(exchange: Exchange, before: readonly Attempt[]): void {
  for (const { at: time, statusCode, errorType } of before) {
    exchange.call.failedAttempts.push({
      at: time,
      errorType: errorType ?? String(statusCode ?? 'error'),
      ...(statusCode !== undefined ? { statusCode } : {}),
    })
  }
}

function onResult(exchange: Exchange, claimed: ClaimedRequest, { output, response }: Result): void {
  if (claimed.facts.stream) {
    const events = at(output, 'stream') ?? at(output, 'body')
    // Aborted in its middle a stream just ends, as far as its reader can tell.
    listen(exchange, claimed.signal)
    if (!tapEvents(events, exchange)) rejected(exchange, { end: 'failed', errorType: 'no_stream' })
    return
  }
  const body = at(output, 'body')
  if (body === undefined) {
    sawJson(exchange, output)
    return
  }
  const headers = at(response, 'headers')
  exchange.reader.headers?.((name) => text(at(headers, name)))
  sawText(exchange, bodyText(body) ?? '')
}

function onError(exchange: Exchange, last: Attempt | undefined, error: unknown): void {
  if (isAbort(error)) {
    rejected(exchange, { end: 'aborted' })
    return
  }
  const statusCode = last?.statusCode ?? statusOf(error)
  const failedStatus = statusCode !== undefined && statusCode >= 400
  rejected(exchange, {
    end: 'failed',
    errorType: failedStatus ? String(statusCode) : errorName(error),
    ...(failedStatus ? { statusCode } : {}),
  })
}

function statusOf(error: unknown): number | undefined {
  const metadata: unknown = error instanceof Error ? Reflect.get(error, '$metadata') : undefined
  const status = at(metadata, 'httpStatusCode')
  return typeof status === 'number' ? status : undefined
}
