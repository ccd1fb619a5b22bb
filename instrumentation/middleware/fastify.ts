/** Fastify. */

import {
  callOn,
  headOf,
  serveAttributed,
  type NodeRequest,
  type RequestAttribution,
} from './request.ts'

export type { AttributionInput } from '../attribution/context.ts'
export type { RequestAttribution } from './request.ts'

/** The request of Fastify, as far as it is looked at here or likely to be in a function; annotate it for the rest. */
export interface FastifyRequest {
  readonly raw: NodeRequest
  readonly headers: NodeRequest['headers']
  readonly query: unknown
  readonly params: unknown
  /** Read by `preHandler`, not yet by `onRequest`. */
  readonly body: unknown
}

type Hook<Request> = (request: Request, reply: unknown, done: (error?: Error) => void) => void

/** The part of a Fastify instance that is used. */
export interface FastifyHooks<Request> {
  addHook(name: HookName, hook: Hook<Request>): unknown
}

/** Where in a request's life it is attributed: before its body is read, or when that was validated. */
export type HookName = 'onRequest' | 'preHandler'

/**
 * A plugin: all LLM calls that a request leads to are for what `attribution` says.
 *
 *     await app.register(attributeRequests((request) => ({ feature: 'support-bot', user: request.user?.id })))
 *
 * It holds for the instance it is registered on and all below. `hook` is `onRequest` by default; with `preHandler` the
 * function sees the body, and whom other hooks have found the request to be from.
 */
export function attributeRequests<Request extends FastifyRequest>(
  attribution: RequestAttribution<[request: Request]>,
  options: { readonly hook?: HookName } = {},
): (instance: FastifyHooks<Request>, options: unknown, done: () => void) => void {
  const plugin = (instance: FastifyHooks<Request>, _options: unknown, done: () => void): void => {
    instance.addHook(options.hook ?? 'onRequest', (request, _reply, next) => {
      const serve = callOn(request.raw, next)
      const served = serveAttributed(attribution, [request], headOf(request.raw), serve)
      if (served !== undefined) served.catch(next)
    })
    done()
  }
  // As `fastify-plugin` marks them: the hook is for the instance the plugin is registered on, not for one of its own.
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'costspan',
  })
}
