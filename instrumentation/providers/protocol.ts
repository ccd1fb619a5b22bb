/**
 * What a provider's wire protocol is: a value in the registry. A new one is one file, its fixtures and one line there.
 */

import type { Attribution } from '../core/attribution.ts'
import type { Answer, ContextSizes } from '../core/call.ts'
import type { TextRange, WantedRecords } from '../wire/json-scan.ts'

/** What a request's JSON body says, read off its text without parsing the messages. */
export interface RequestFacts {
  /** `gen_ai.operation.name`, where the request says that it is not the protocol's usual one. */
  readonly operation?: string
  readonly model?: string
  readonly stream: boolean
  readonly maxTokens?: number
  /** For protocols whose streams carry usage only on demand: whether this one asked. */
  readonly usageAsked?: boolean
  /** For those: where the member stands that asks for it, if it stands there. */
  readonly usageOptions?: TextRange | undefined
  readonly context?: ContextSizes
  /** Whom the call is for, in the provider's own fields. */
  readonly attribution?: Attribution | undefined
}

/** The members of the request's body that `facts` wants, by key. */
export type BodyMembers = ReadonlyMap<string, TextRange>

export interface Protocol {
  /** For diagnostics and fixtures: `openai.chat`. */
  readonly name: string
  /** `gen_ai.operation.name`. */
  readonly operation: string
  /** `openai.api.type`, where the protocol has one. */
  readonly apiType?: string
  /** `gen_ai.provider.name` at a host that `hosts.ts` does not know. */
  readonly defaultProvider: string
  /** Whether a POST to this path speaks the protocol. */
  claims(path: string): boolean
  /** Top-level keys of the request that `facts` reads. */
  readonly requestKeys: ReadonlySet<string>
  /** Where the request's messages are, for protocols that have any. */
  readonly messages?: WantedRecords
  /** `undefined` where the body is not a request of this protocol. `path`: of the URL, without its query. */
  facts(body: string, members: BodyMembers, path: string): RequestFacts | undefined
  /** What the path alone says, for protocols that put more than their name into it. */
  pathFacts?(path: string): RequestFacts
  /** Top-level keys of a plain answer that the reader wants. */
  readonly answerKeys: ReadonlySet<string>
  /** Matches (in latin1 text) every stream event that says more than content. A match is a hint; the reader decides. */
  readonly telling: RegExp
  createReader(): AnswerReader
}

/** Usage as a provider's object states it; a reason where it is missing or only a lower bound. */
export type UsageReading = Pick<Answer, 'usage' | 'usageReason'>

/** `open`: more may come. `complete`: the terminal event was seen. `broken`: the answer itself reports an error. */
export type AnswerState = 'open' | 'complete' | 'broken'

/** Collects what one answer says. Never throws, whatever it is given. */
export interface AnswerReader {
  /** A plain answer: its wanted top-level members, parsed. */
  body(json: unknown): void
  /** One stream event: its data as parsed JSON, or the text itself where that is no JSON. */
  event(said: unknown): void
  readonly state: AnswerState
  answer(): Answer
}
