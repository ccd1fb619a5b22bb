/** Sees LLM calls at `globalThis.fetch`, which every fetch-based client uses, and at functions that are like it. */

import { guard } from '../guard.ts'
import {
  createBegin,
  noteFailure,
  noteHead,
  type Attempt,
  type BeginAttempt,
  type Refusal,
} from './attempt.ts'
import { bodyHolder, claimRequest } from './claim.ts'
import { outgoing, refused } from './outgoing.ts'
import { textInside } from './request-body.ts'
import { observeResponse, releaseResponses } from './response.ts'
import type { Observation } from './start-call.ts'

type Fetch = typeof globalThis.fetch
type FetchArguments = Parameters<Fetch>

/** Replaces `globalThis.fetch`; returns the function that puts the old one back. */
export function interceptFetch(observation: Observation): () => void {
  const property = Object.getOwnPropertyDescriptor(globalThis, 'fetch')
  const original = globalThis.fetch
  const fetch = observedFetch(original, observation)
  Object.defineProperty(globalThis, 'fetch', { ...property, value: fetch })
  return () => {
    if (globalThis.fetch === fetch) {
      Object.defineProperty(globalThis, 'fetch', { ...property, value: original })
    }
    releaseResponses()
  }
}

/** A `fetch` that does what this one does, and has its calls recorded. */
export function observedFetch(original: Fetch, observation: Observation): Fetch {
  const begin = createBegin(observation)
  const send = createSend(original, observation)
  // A plain function with the name and length of the original: code that looks at them sees no difference.
  return function fetch(
    this: unknown,
    input: FetchArguments[0],
    ...rest: readonly [RequestInit?]
  ): Promise<Response> {
    const go = (inside?: string): Promise<Response> => {
      const attempt = guard('beginning a call', () =>
        beginning(begin, observation, [input, rest[0]], inside),
      )
      if (attempt === undefined) return original.apply(this, [input, ...rest])
      if ('error' in attempt) return refused(attempt.error, attempt.claimed)
      return send(this, attempt, [input, rest[0]])
    }
    const inside = guard('reading a request', () => reading(observation, input, rest[0]))
    return inside === undefined ? go() : inside.then(go)
  }
}

/** What a Request asks decides the call: it is read first, where it can be. */
function reading(
  { config, recorder }: Observation,
  input: FetchArguments[0],
  init: RequestInit | undefined,
): Promise<string | undefined> | undefined {
  const request = bodyHolder(input, init, config.hosts)
  if (request === undefined || recorder.suppressed() || recorder.sending()) return undefined
  return textInside(request)
}

function beginning(
  begin: BeginAttempt,
  { config, recorder }: Observation,
  [input, init]: FetchArguments,
  inside: string | undefined,
): Attempt | Refusal | undefined {
  const claimed = claimRequest(input, init, config.hosts, inside)
  if (claimed === undefined || recorder.suppressed() || recorder.sending()) return undefined
  return begin(claimed)
}

type Send = (self: unknown, attempt: Attempt, args: FetchArguments) => Promise<Response>

function createSend(original: Fetch, { outbound }: Observation): Send {
  return (self, attempt, args) => {
    const { call, claimed, asked, exchange } = attempt
    const sending =
      guard('readying a request', () => outgoing(claimed, args, asked, outbound)) ?? args
    let sent: Promise<Response> | undefined
    const request = (): Promise<Response> => {
      sent = outbound.run(() => original.apply(self, sending))
      return sent
    }
    // Whatever happens to the span, the request is sent, once.
    guard<unknown>('sending within the span', () => call.recording.run(request))
    return (sent ?? request()).then(
      (response) => {
        guard('observing an answer', () => {
          if (noteHead(attempt, response)) {
            observeResponse(response, exchange, asked !== undefined && exchange.streamed)
          }
        })
        return response
      },
      (error: unknown) => {
        guard('noting a failed request', () => {
          noteFailure(attempt, error, claimed.signal?.aborted === true)
        })
        throw error
      },
    )
  }
}
