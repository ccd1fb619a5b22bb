/**
 * The logical calls that have not ended. A call is one or more HTTP attempts; the last one's end is the call's end.
 * Every call in here ends: by its exchange, when its back-off window has passed, by idleness, or with the process.
 */

import type { Answer, Call } from '../core/call.ts'
import { guard } from '../guard.ts'
import { createBacklog } from './backlog.ts'
import { now } from './clock.ts'
import { watchUnread } from './collection.ts'
import { stopped } from './exchange.ts'
import type { Ending, OpenCall, OpenCalls } from './open-call.ts'

export function createOpenCalls(idleTimeoutMs: number): OpenCalls {
  const open = createOpenSet()
  const backlog = createBacklog()
  let sweep: NodeJS.Timeout | undefined
  const finish: OpenCalls['finish'] = (call, ending, answer, endedAt, firstChunkAt) => {
    if (!open.remove(call)) return
    const record = (): void => {
      call.recording.end(finishedCall(call, ending, answer, endedAt, firstChunkAt))
    }
    if (call.recording.canWait) backlog.add(record)
    else guard('recording a call', record)
  }
  const waiting = createWaitingRoom(finish)
  const look = (): void => {
    const time = now()
    const oldest = time - idleTimeoutMs
    // From the end: where a call is taken out, one that has been looked at takes its place.
    for (let place = open.all.length - 1; place >= 0; place -= 1) {
      const call = open.all[place]
      if (call === undefined) continue
      if (call.current !== undefined) watchUnread(call.current)
      if (call.active) call.lastActivity = time
      call.active = false
      if (call.lastActivity < oldest) interrupt(call)
    }
    if (open.all.length > 0) return
    clearInterval(sweep)
    sweep = undefined
  }
  return {
    add(call) {
      open.add(call)
      sweep ??= setInterval(look, Math.min(idleTimeoutMs, LOOK_MS)).unref()
    },
    finish,
    hold: waiting.hold,
    resume: waiting.resume,
    get waiting() {
      return waiting.size() > 0
    },
    later: backlog.add,
    endAll() {
      backlog.drain()
      for (const call of [...open.all])
        guard('ending an open call', () => {
          interrupt(call)
        })
      backlog.drain()
    },
  }
}

interface OpenSet {
  readonly all: readonly OpenCall[]
  add(call: OpenCall): void
  /** `false` where it is not there any more. */
  remove(call: OpenCall): boolean
}

/**
 * An array in which each call knows its place. A Set of calls that come and go makes a new table every few calls; V8 has each
 * old table point to the next, so that one table that was promoted keeps the calls of all later ones over every scavenge
 * (measured with 50 calls at once: 2.1 MB of 53 survived a scavenge, 1.1 with this).
 */
function createOpenSet(): OpenSet {
  const all: OpenCall[] = []
  return {
    all,
    add(call) {
      call.place = all.push(call) - 1
    },
    remove(call) {
      const { place } = call
      if (all[place] !== call) return false
      const last = all.pop()
      if (last !== undefined && last !== call) {
        all[place] = last
        last.place = place
      }
      return true
    },
  }
}

function finishedCall(
  { request, attribution, startedAt, failedAttempts }: OpenCall,
  { end, errorType, statusCode }: Ending,
  answer: Answer,
  endedAt: number,
  firstChunkAt: number | undefined,
): Call {
  return {
    request,
    attribution,
    startedAt,
    failedAttempts,
    end,
    errorType,
    statusCode,
    answer,
    endedAt,
    firstChunkAt,
  }
}

/** Ends the call as its current attempt stands. */
function interrupt(call: OpenCall): void {
  if (call.waiting !== undefined) call.waiting()
  else if (call.current !== undefined) stopped(call.current)
}

interface Held {
  readonly call: OpenCall
  readonly ending: Ending
  readonly endedAt: number
  readonly timer: NodeJS.Timeout
}

interface WaitingRoom extends Pick<OpenCalls, 'hold' | 'resume'> {
  readonly size: () => number
}

/** How often open calls are looked over. Milliseconds. */
const LOOK_MS = 50

const NOTHING_SAID: Answer = {}

/** Calls whose last attempt failed and may be resent, by the key of their request. */
function createWaitingRoom(finish: OpenCalls['finish']): WaitingRoom {
  const held = new Map<string, readonly Held[]>()
  const release = (key: string, entry: Held): void => {
    clearTimeout(entry.timer)
    const others = (held.get(key) ?? []).filter((other) => other !== entry)
    if (others.length > 0) held.set(key, others)
    else held.delete(key)
  }
  return {
    size: () => held.size,
    hold(call, key, ending, windowMs) {
      const end = (): void => {
        release(key, entry)
        finish(call, ending, NOTHING_SAID, entry.endedAt)
      }
      const entry: Held = { call, ending, endedAt: now(), timer: setTimeout(end, windowMs).unref() }
      call.waiting = end
      held.set(key, [...(held.get(key) ?? []), entry])
    },
    resume(key, parent, saidSo) {
      const waiting = held.get(key)
      // HTTP instrumentations put a span of its own around each attempt.
      const entry =
        waiting?.find(({ call }) => call.parent === parent) ?? (saidSo ? waiting?.[0] : undefined)
      if (entry === undefined) return undefined
      release(key, entry)
      entry.call.waiting = undefined
      const { end, errorType, statusCode } = entry.ending
      entry.call.failedAttempts.push({
        at: entry.endedAt,
        errorType: errorType ?? end,
        ...(statusCode !== undefined ? { statusCode } : {}),
      })
      return entry.call
    },
  }
}
