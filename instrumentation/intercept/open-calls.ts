/**
 * The logical calls that have not ended. A call is one or more HTTP attempts; the last one's end is the call's end.
 * Every call in here ends: by its exchange, when its back-off window has passed, by idleness, or with the process.
 */

import type { Attribution } from '../core/attribution.ts'
import type { Answer, Call, CallEnd, CallRequest, FailedAttempt } from '../core/call.ts'
import { guard } from '../guard.ts'
import { now } from './clock.ts'
import type { Recording } from './recorder.ts'

/** How an attempt, or a call, ended. */
export interface Ending {
  readonly end: CallEnd
  readonly errorType?: string
  readonly statusCode?: number
}

export interface OpenCall {
  readonly request: CallRequest
  readonly attribution: Attribution
  readonly startedAt: number
  readonly recording: Recording
  readonly failedAttempts: FailedAttempt[]
  /** Identity of the span that was active when the call began. */
  readonly parent: object | undefined
  /** Epoch milliseconds of the last sign of life. */
  lastActivity: number
  /** Ends the call as the current attempt stands. */
  interrupt: () => void
}

export interface OpenCalls {
  add(call: OpenCall): void
  /** Ends the call and records it. Later ends of the same call are ignored. */
  finish(
    call: OpenCall,
    ending: Ending,
    more: { answer: Answer; endedAt: number; firstChunkAt?: number },
  ): void
  /** Keeps a call whose attempt failed open for a resend with this key, then ends it with its true end time. */
  hold(call: OpenCall, key: string, ending: Ending, windowMs: number): void
  /** The held call that a request with this key and parent resends, taken out of the waiting ones. */
  resume(key: string, parent: object | undefined): OpenCall | undefined
  /** Whether any call waits for a resend: most requests need not even build their key. */
  readonly waiting: boolean
  /** Ends everything that is still open. */
  endAll(): void
}

interface Held {
  readonly call: OpenCall
  readonly ending: Ending
  readonly endedAt: number
  readonly timer: NodeJS.Timeout
}

export function createOpenCalls(idleTimeoutMs: number): OpenCalls {
  const open = new Set<OpenCall>()
  const held = new Map<string, Held[]>()
  let sweep: NodeJS.Timeout | undefined

  const finish: OpenCalls['finish'] = (call, ending, more) => {
    if (!open.delete(call)) return
    const { request, attribution, startedAt, failedAttempts } = call
    const finished: Call = { request, attribution, startedAt, failedAttempts, ...ending, ...more }
    guard('recording a call', () => {
      call.recording.end(finished)
    })
  }
  const release = (key: string, entry: Held): void => {
    clearTimeout(entry.timer)
    const others = (held.get(key) ?? []).filter((other) => other !== entry)
    if (others.length > 0) held.set(key, others)
    else held.delete(key)
  }
  const finishHeld = (key: string, entry: Held): void => {
    release(key, entry)
    finish(entry.call, entry.ending, { answer: {}, endedAt: entry.endedAt })
  }
  const endIdle = (): void => {
    const oldest = now() - idleTimeoutMs
    for (const call of open) if (call.lastActivity < oldest) call.interrupt()
    if (open.size > 0) return
    clearInterval(sweep)
    sweep = undefined
  }

  return {
    add(call) {
      open.add(call)
      sweep ??= setInterval(endIdle, Math.min(idleTimeoutMs, 30_000)).unref()
    },
    finish,
    hold(call, key, ending, windowMs) {
      const endedAt = now()
      const timer = setTimeout(() => {
        finishHeld(key, entry)
      }, windowMs).unref()
      const entry: Held = { call, ending, endedAt, timer }
      call.interrupt = () => {
        finishHeld(key, entry)
      }
      held.set(key, [...(held.get(key) ?? []), entry])
    },
    resume(key, parent) {
      const entry = held.get(key)?.find(({ call }) => call.parent === parent)
      if (entry === undefined) return undefined
      release(key, entry)
      const { end, errorType, statusCode } = entry.ending
      entry.call.failedAttempts.push({
        at: entry.endedAt,
        errorType: errorType ?? end,
        ...(statusCode !== undefined ? { statusCode } : {}),
      })
      return entry.call
    },
    get waiting() {
      return held.size > 0
    },
    endAll() {
      for (const call of [...open]) guard('ending an open call', call.interrupt)
    },
  }
}
