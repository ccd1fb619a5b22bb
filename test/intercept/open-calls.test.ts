import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { now } from '../../instrumentation/intercept/clock.ts'
import type { OpenCall } from '../../instrumentation/intercept/open-call.ts'
import { createOpenCalls } from '../../instrumentation/intercept/open-calls.ts'

const IDLE_MS = 200

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('every call that is idle ends at the same look, and others stay; each ends once', () => {
  const calls = createOpenCalls(IDLE_MS)
  const ended: number[] = []
  const opened = [0, 1, 2, 3, 4, 5].map((id) => {
    const call: OpenCall = {
      request: {
        operation: 'chat',
        provider: 'openai',
        stream: true,
        serverAddress: 'a',
        serverPort: 1,
      },
      attribution: {},
      startedAt: now(),
      parent: undefined,
      recording: {
        canWait: false,
        run: (send) => send(),
        resume: () => undefined,
        end: () => ended.push(id),
      },
      failedAttempts: [],
      place: -1,
      active: false,
      lastActivity: now(),
      current: undefined,
      waiting: undefined,
    }
    call.waiting = () => {
      calls.finish(call, { end: 'aborted' }, {}, now())
    }
    calls.add(call)
    return call
  })
  vi.advanceTimersByTime(IDLE_MS - 50)
  opened[2]!.active = true
  vi.advanceTimersByTime(100)
  expect(ended.toSorted()).toEqual([0, 1, 3, 4, 5])
  calls.endAll()
  for (const call of opened) call.waiting?.()
  expect(ended.toSorted()).toEqual([0, 1, 2, 3, 4, 5])
})
