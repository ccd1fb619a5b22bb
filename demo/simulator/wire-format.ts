/** What each of the simulator's wire formats provides. Bytes only; billing and faults are the server's. */

import type { JsonObject } from '../../instrumentation/core/unknown.ts'
import type { BilledUsage } from './rates.ts'
import type { PromptParts, Protocol, Provider, SimulatorRequest } from './scenario.ts'

export interface Answer {
  readonly request: SimulatorRequest
  /** Ends the ids in the answer: unique in this simulator. */
  readonly suffix: string
  /** Epoch seconds. */
  readonly created: number
  readonly text: string
  readonly finish: 'stop' | 'length'
  readonly usage: BilledUsage & { readonly reasoning: number }
}

/** Text of server-sent events, or the bytes of an event stream's message. */
export type Frame = string | Uint8Array

export interface StreamFrames {
  readonly opening: readonly Frame[]
  chunk(text: string, index: number): Frame
  closing(chunks: number): readonly Frame[]
  /** The error event after so many chunks. */
  failure(chunks: number, failed: boolean): readonly Frame[]
}

export interface WireFormat {
  readonly protocol: Protocol
  readonly provider: Provider
  /** What the path says where it is one of this format's; a model or stream that is absent stands in the body. */
  match(path: string): { readonly model?: string; readonly stream?: boolean } | undefined
  /** Whether it streams where the request does not say. Default: no. */
  readonly streamsUnasked?: boolean
  /** Content type of its streams. Default: server-sent events. */
  readonly streamType?: string
  read(body: JsonObject): {
    readonly parts: PromptParts
    readonly maxOutputTokens?: number
    /** Searches that this is billed as. */
    readonly searches?: number
  }
  /** The body of an answer that is not streamed. */
  plain(answer: Answer): JsonObject
  /** Absent where the API does not stream. */
  stream?(answer: Answer): StreamFrames
  /** What the client has been told of the usage, once the opening, with `sent` output tokens, or the whole has arrived. */
  told(answer: Answer, until: 'opening' | 'end', sent?: number): BilledUsage | undefined
}

/** A frame of server-sent events. OpenAI's chat stream names no event; the others do. */
export function frame(data: unknown, event?: string): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data)
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`
}

export const allInput = (usage: BilledUsage): number =>
  usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h
