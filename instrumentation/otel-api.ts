/**
 * `@opentelemetry/api`, in the one build that the SDK's CommonJS packages load too: importing its ES module as well
 * would load the API twice (20 ms, measured on Node 24). What it does in a process is the same: both builds meet in
 * the global registration.
 */

import { createRequire } from 'node:module'

const api = loaded()

/** Where it can't be had, as in a bundle that stands alone, nothing of ours is started, and nobody asks for it. */
function loaded(): typeof import('@opentelemetry/api') {
  const none: object = {}
  try {
    return createRequire(import.meta.url)(
      '@opentelemetry/api',
    ) as typeof import('@opentelemetry/api')
  } catch {
    return none as typeof import('@opentelemetry/api')
  }
}

export const {
  diag,
  INVALID_SPAN_CONTEXT,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} = api
