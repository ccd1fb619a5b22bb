/** Express, and whoever takes middleware of its form. */

import {
  callOn,
  headOf,
  serveAttributed,
  type NodeRequest,
  type RequestAttribution,
} from './request.ts'

export type { AttributionInput } from '../attribution/context.ts'
export type { RequestAttribution } from './request.ts'

/** The request of Express, as far as it is looked at. */
export interface ExpressRequest extends NodeRequest {
  readonly originalUrl?: string
}

/**
 * Middleware: all LLM calls that a request leads to are for what `attribution` says.
 *
 *     app.use(attributeRequests((req) => ({ feature: 'support-bot', user: req.user?.id })))
 *
 * Put it behind what it reads of the request, such as authentication, and before the routes. A function may return a
 * promise; `next` is called when that is settled.
 */
export function attributeRequests<Request extends ExpressRequest, Response = unknown>(
  attribution: RequestAttribution<[request: Request, response: Response]>,
): (request: Request, response: Response, next: (error?: unknown) => void) => void {
  return (request, response, next) => {
    const head = headOf(request, request.originalUrl ?? request.url)
    const served = serveAttributed(attribution, [request, response], head, callOn(request, next))
    // What a later middleware throws is the application's to handle.
    if (served !== undefined) served.catch(next)
  }
}
