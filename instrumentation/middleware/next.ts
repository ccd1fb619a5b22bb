/** Route handlers of Next.js, and any other handler that takes a web-standard Request. */

import { serveAttributed, type RequestAttribution } from './request.ts'

export type { AttributionInput } from '../attribution/context.ts'
export type { RequestAttribution } from './request.ts'

/** The web's Request, as far as it is looked at. */
export interface WebRequest {
  readonly url: string
  readonly headers: { get(name: string): string | null }
}

/**
 * Wraps a route handler: all LLM calls it makes are for what `attribution` says.
 *
 *     export const POST = withAttributedRoute(
 *       async (request, { params }) => ({ feature: 'support-bot', conversation: (await params).id }),
 *       async (request, { params }) => Response.json(await answer(request)),
 *     )
 *
 * It returns what the handler returns. A body that the handler builds lazily, pulled by the server later, makes its
 * calls outside: start the call in the handler, or wrap the work in `withAttribution` where it is done.
 */
export function withAttributedRoute<
  Request extends WebRequest,
  Rest extends readonly unknown[],
  Answer,
>(
  attribution: RequestAttribution<[request: Request, ...rest: Rest]>,
  handler: (request: Request, ...rest: Rest) => Answer,
): (request: Request, ...rest: Rest) => Answer | Promise<Awaited<Answer>> {
  return (request, ...rest) => {
    const head = {
      url: request.url,
      header: (name: string) => request.headers.get(name) ?? undefined,
    }
    return serveAttributed(attribution, [request, ...rest], head, (run) =>
      run(() => handler(request, ...rest)),
    ) as Answer | Promise<Awaited<Answer>>
  }
}
