import { createContextKey, context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { activeContext } from '../../instrumentation/record/otel-globals.ts'
import { isSending, sendIn } from '../../instrumentation/record/sending.ts'

const IDS = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
}
const span = trace.wrapSpanContext(IDS)
const KEY = createContextKey('of the application')

describe('what a call is sent in, where OpenTelemetry is set up', () => {
  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  })
  afterEach(() => {
    context.disable()
  })

  test('has its span active and knows of it, also after a wait; what is beside it does not', async () => {
    const found = await sendIn(ROOT_CONTEXT, span, async () => {
      await Promise.resolve()
      return { active: trace.getActiveSpan(), sending: isSending() }
    })
    expect(found).toEqual({ active: span, sending: true })
    expect(isSending()).toBe(false)
  })

  test('keeps the values of its parent, and what others set on it or take from it', () => {
    const parent = ROOT_CONTEXT.setValue(KEY, 'kept')
    sendIn(parent, span, () => {
      const active = activeContext()
      expect(active.getValue(KEY)).toBe('kept')
      const changed = active.setValue(KEY, 'new')
      expect(changed.getValue(KEY)).toBe('new')
      expect(active.getValue(KEY)).toBe('kept')
      expect(changed.deleteValue(KEY).getValue(KEY)).toBeUndefined()
      expect(trace.getSpan(trace.deleteSpan(changed))).toBeUndefined()
    })
  })

  test('is known to be that below a span of somebody else as well', () => {
    const http = trace.wrapSpanContext({ ...IDS, spanId: '00f067aa0ba902b7' })
    sendIn(ROOT_CONTEXT, span, () => {
      context.with(trace.setSpan(context.active(), http), () => {
        expect(trace.getActiveSpan()).toBe(http)
        expect(isSending()).toBe(true)
      })
    })
  })

  test('leaves the active span as it is where the call has none of its own', () => {
    const parent = trace.setSpan(ROOT_CONTEXT, span)
    sendIn(parent, undefined, () => {
      expect(trace.getActiveSpan()).toBe(span)
      expect(isSending()).toBe(true)
    })
  })
})

test('where nobody has set OpenTelemetry up it is known all the same', async () => {
  expect(await sendIn(ROOT_CONTEXT, span, async () => Promise.resolve(isSending()))).toBe(true)
  expect(isSending()).toBe(false)
})
