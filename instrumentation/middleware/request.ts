/** What the middlewares share: one request served with its own attribution, however many are served at once. */

import { declaredHere, withAttribution, type AttributionInput } from '../attribution/context.ts'
import { carryEvents, type Run } from '../attribution/carrying.ts'
import { guard } from '../guard.ts'
import {
  inboundRequest,
  runInbound,
  type ReadInbound,
  type RequestHead,
} from '../propagation/inbound.ts'
import { sharedState } from '../shared-state.ts'

/** What a request is for: a value, or a function of the request, which may need to look something up first. */
export type RequestAttribution<Args extends readonly unknown[]> =
  | AttributionInput
  | ((
      ...args: Args
    ) => AttributionInput | undefined | null | Promise<AttributionInput | undefined | null>)

const NOTHING: AttributionInput = {}

/**
 * Runs `serve` with the attribution of its request. A function of the application's that throws or rejects attributes
 * nothing, and the request is served all the same.
 */
export function serveAttributed<Args extends readonly unknown[], R>(
  attribution: RequestAttribution<Args>,
  args: Args,
  head: RequestHead,
  serve: (run: Run) => R,
): R | Promise<R> {
  if (sharedState().disabled) return serve((work) => work())
  const said =
    typeof attribution === 'function'
      ? guard('attributing a request', () => attribution(...args))
      : attribution
  const run = (input: AttributionInput): R => serve(inContext(input, head))
  if (!isPromise(said)) return run(said ?? NOTHING)
  return said.then(
    (input) => run(input ?? NOTHING),
    (error: unknown) => {
      guard('attributing a request', () => {
        throw error
      })
      return run(NOTHING)
    },
  )
}

function inContext(input: AttributionInput, head: RequestHead): Run {
  const read = sharedState().readInbound as ReadInbound | undefined
  const inbound = read === undefined ? undefined : guard('reading a request', () => read(head))
  return (work) => {
    const attributed = <T>(inner: () => T): T => withAttribution(input, inner)
    return inbound === undefined ? attributed(work) : runInbound(inbound, () => attributed(work))
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}

/** Node's request, as frameworks hand it on. */
export interface NodeRequest {
  readonly url?: string | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export function headOf(request: NodeRequest, url = request.url): RequestHead {
  return {
    url,
    header(name) {
      const value = request.headers[name]
      return typeof value === 'string' || value === undefined ? value : value[0]
    },
  }
}

/** Serves by calling on, with the request's own events in its context. */
export function callOn(request: object, next: () => void): (run: Run) => void {
  return (run) => {
    if (sharedState().disabled) return next()
    run(() => {
      // What is declared now, an outer middleware's with it: events come from outside of both.
      const declared = declaredHere()
      const inbound = inboundRequest()
      carryEvents(request, (work) =>
        inbound === undefined ? declared(work) : runInbound(inbound, () => declared(work)),
      )
      next()
    })
  }
}
