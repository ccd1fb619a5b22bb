/**
 * What a provider's wire protocol is: a value in the registry. A new one is one file, its fixtures and one line there.
 */

import type { Attribution } from '../core/attribution.ts'
import type { Answer, ContextSizes, PriceContext } from '../core/call.ts'
import type { Usage } from '../core/usage.ts'
import type { Framing } from '../wire/framing.ts'
import type { TextRange, WantedRecords } from '../wire/json-scan.ts'
import type { Host } from './host.ts'

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
  /** What is billed by what was asked, where the answer counts nothing: characters to be spoken, images. */
  readonly billed?: Usage
  /** What the price depends on and only the request says. */
  readonly priceContext?: PriceContext
}

/** What an answer is read against: what was asked, and of whom. */
export interface Question {
  readonly facts: RequestFacts
  readonly host?: Host | undefined
}

/** The fields of a form (`multipart/form-data`) that are text. */
export type FormFields = (name: string) => string | undefined

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
  /** What the last part of its paths is, after `/` or `:`. Of a path with any other not even `claims` is asked. */
  readonly endings: readonly string[]
  /** Whether a POST to this path, which has such an ending, speaks the protocol. */
  claims(path: string): boolean
  /** Top-level keys of the request that `facts` reads. */
  readonly requestKeys: ReadonlySet<string>
  /** Where the request's messages are, for protocols that have any. */
  readonly messages?: WantedRecords
  /** `undefined` where the body is not a request of this protocol. `path`: of the URL, without its query. */
  facts(body: string, members: BodyMembers, path: string): RequestFacts | undefined
  /** The same of a form; absent where no request of the protocol is one. */
  formFacts?(fields: FormFields, path: string): RequestFacts | undefined
  /** What the path alone says, for protocols that put more than their name into it. */
  pathFacts?(path: string): RequestFacts
  /** Of its streams. Default: server-sent events. */
  readonly framing?: Framing
  /** Top-level keys of a plain answer that the reader wants; none where it is no JSON and stays unread. */
  readonly answerKeys: ReadonlySet<string>
  /** Matches (in latin1 text) every stream event that says more than content. A match is a hint; the reader decides. */
  readonly telling: RegExp
  /** Top-level keys of a stream event that the reader wants, where events may be very large: the rest stays text. */
  readonly eventKeys?: ReadonlySet<string>
  /** @param question absent where only the form of an answer is known */
  createReader(question?: Question): AnswerReader
}

/** Usage as a provider's object states it; a reason where it is missing or only a lower bound. */
export type UsageReading = Pick<Answer, 'usage' | 'usageReason'>

/** `open`: more may come. `complete`: the terminal event was seen. `broken`: the answer itself reports an error. */
export type AnswerState = 'open' | 'complete' | 'broken'

/** Collects what one answer says. Never throws, whatever it is given. */
export interface AnswerReader {
  /** Of an answer that is no error, before its body; absent where headers say nothing of usage. */
  headers?(value: (name: string) => string | null | undefined): void
  /** A plain answer: its wanted top-level members, parsed. */
  body(json: unknown): void
  /** One stream event: its data as parsed JSON, or the text itself where that is no JSON. */
  event(said: unknown): void
  readonly state: AnswerState
  answer(): Answer
}
