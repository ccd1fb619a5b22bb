/**
 * The AI SDK retries above its HTTP clients, each attempt in a span of its own. What its attempts have in common is the
 * step, which it publishes on a diagnostics channel; its other events carry prompts and are not looked at.
 * Source: `ai` 7.0, "ai:telemetry" tracing channel.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { at } from '../../core/unknown.ts'

/** Watches for steps; the function returned gives the identity of the one that runs now. */
export function watchSteps(): () => object | undefined {
  const steps = new AsyncLocalStorage<object | undefined>()
  const { start } = tracingChannel<unknown, object>('ai:telemetry')
  start.bindStore(steps, (message) => (at(message, 'type') === 'step' ? {} : steps.getStore()))
  return () => steps.getStore()
}
