/**
 * What a process tells `costspan doctor` about itself: the process writes it, the command reads it. No prompt, no user id,
 * no header, no query of an address.
 */

import type { CallEnd } from './call.ts'
import type { CostReason } from './cost.ts'

/** Calls that have everything here in common. */
export interface DiagnosedCalls {
  readonly provider: string
  /** As it was asked for; absent where no request said one. */
  readonly model?: string
  /** `host:port` that they went to; absent where only a span of others told of them. */
  readonly host?: string
  readonly status: 'priced' | 'partial' | 'unpriced'
  readonly reason?: CostReason
  readonly end: CallEnd
  /** What the price book says of it: the nearest names. */
  readonly detail?: string
  readonly calls: number
  /** USD; 0 where there is no amount. */
  readonly usd: number
  /** How many of them say a feature, and a team. */
  readonly withFeature: number
  readonly withTeam: number
}

/** Who made calls, as it names itself to the provider. */
export interface DiagnosedClient {
  readonly name: string
  readonly version?: string
  /** What saw them: `fetch`, `AWS SDK`, … */
  readonly hook: string
  readonly calls: number
}

/** Requests that look like LLM calls and were not taken for any. */
export interface UnclaimedRequests {
  readonly via: string
  /** `host/path`, without the query, ids as `…`. */
  readonly address: string
  /** The protocol whose paths look like this one. */
  readonly form?: string
  readonly requests: number
}

/** Spans that another instrumentation made, by its name. */
export interface DiagnosedSpans {
  readonly scope: string
  /** The cost of a call that costspan saw was put on them. */
  readonly adopted: number
  /** Priced by what they say themselves. */
  readonly priced: number
  /** Around a span that is priced. */
  readonly covered: number
}

export interface DiagnosedExport {
  readonly signal: 'traces' | 'metrics' | 'logs'
  readonly url: string
  /** Spans, log records; of metrics, exports. */
  readonly acknowledged: number
  readonly lost: number
  readonly waiting: number
  /** Why the last of them was lost. */
  readonly reason?: string
}

/** Who set OpenTelemetry up. */
export type DiagnosedSetUp =
  | { readonly by: 'costspan'; readonly exporters: readonly string[] }
  | {
      readonly by: 'application'
      /** Version of the `@opentelemetry/api` that registered it. */
      readonly api?: string
      /** Whether spans came by a `CostSpanProcessor`; unknown where there was no span. */
      readonly processor: boolean | 'unknown'
    }

export interface ProcessDiagnosis {
  readonly format: 1
  readonly pid: number
  /** 0 is the main thread. */
  readonly thread: number
  readonly node: string
  /** Of costspan. */
  readonly version: string
  /** The program's file, without its folders. */
  readonly program: string
  /** Whether its own command line, or a script's, has the preload. */
  readonly preloaded: boolean
  /** The variable that switched costspan off. */
  readonly off?: string
  readonly hooks: readonly string[]
  /** Lines that costspan has said on stderr. */
  readonly said: readonly string[]
  readonly calls: readonly DiagnosedCalls[]
  readonly clients: readonly DiagnosedClient[]
  readonly unclaimed: readonly UnclaimedRequests[]
  readonly spans: readonly DiagnosedSpans[]
  /** Absent where costspan was off or could not start. */
  readonly setUp?: DiagnosedSetUp
  readonly exports: readonly DiagnosedExport[]
  /** Whether the process came to its end: killed, it does not. */
  readonly ended: boolean
}
