/**
 * Which spans our recorder writes itself, and which outer spans are covered by a priced one below them, so that the
 * processor prices neither a second time.
 */

import type { Attributes, Span } from '@opentelemetry/api'
import { SCOPE_NAME } from '../semconv.ts'

const handled = new WeakSet()

/** Made by our recorder, which writes it whole: told by its scope, without keeping a list of all that are open. */
export function isOwn(span: object): boolean {
  const { instrumentationScope } = span as { readonly instrumentationScope?: { name?: unknown } }
  return instrumentationScope?.name === SCOPE_NAME
}

export function markHandled(span: Span): void {
  handled.add(span)
}

export function isHandled(span: object): boolean {
  return handled.has(span)
}

const attributed = new WeakMap<object, Attributes>()

/** What our processor has put on a span of others when it started: less is known then than when its request is seen. */
export function noteAttribution(span: object, attributes: Attributes): void {
  attributed.set(span, attributes)
}

export function notedAttribution(span: object): Attributes | undefined {
  return attributed.get(span)
}

/** Parents of the spans that are open now, by span id. Kept by the processor; empty without it. */
const parents = new Map<string, string | undefined>()
const covered = new Set<string>()
/** A span that never ends must not grow this without bound. */
const MAX_OPEN = 50_000

export function opened(spanId: string, parentId: string | undefined): void {
  if (parents.size < MAX_OPEN) parents.set(spanId, parentId)
}

export function closed(spanId: string): void {
  parents.delete(spanId)
  covered.delete(spanId)
}

/** Every open span above this one has a priced descendant from now on. */
export function coverAncestors(spanId: string): void {
  const parent = parents.get(spanId)
  if (parent !== undefined) cover(parent)
}

/** This span, where it is open, and every open one above it have a priced descendant from now on. */
export function cover(spanId: string): void {
  let parent: string | undefined = spanId
  while (parent !== undefined && !covered.has(parent) && parents.has(parent)) {
    covered.add(parent)
    parent = parents.get(parent)
  }
}

export function isCovered(spanId: string): boolean {
  return covered.has(spanId)
}
