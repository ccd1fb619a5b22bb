/**
 * Answers that are a list of choices: OpenAI's chat completions and the completions before them.
 * Source: OpenAI API reference, "The chat completion chunk object" and "The completion object", read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { isObject, text } from '../core/unknown.ts'
import { errorType, readOpenAIUsage, type OpenAIUsage } from './openai-shared.ts'
import type { AnswerReader, Question } from './protocol.ts'

export const CHOICES_KEYS: ReadonlySet<string> = new Set([
  'id',
  'model',
  'usage',
  'service_tier',
  'choices',
  'error',
])

/** Without their opening quotes: a search for what begins with a rare character takes half the time (measured). */
export const CHOICES_TELLING = /usage"\s*:\s*\{|finish_reason"\s*:\s*"|error"\s*:|DONE\]/

/** How an answer finished that failed: types of `@mistralai/mistralai` 2.7.0, `CompletionResponseStreamChoice`. Read November 2026. */
const FAILED = 'error'

export function createChoicesReader({ host }: Partial<Question> = {}): AnswerReader {
  return new ChoicesReader(host)
}

/** A class, and an answer put together without spreading: with closures each call allocated 1 kB more (measured). */
class ChoicesReader implements AnswerReader {
  readonly #host: Question['host']
  #id: string | undefined
  #model: string | undefined
  #serviceTier: string | undefined
  #counted: OpenAIUsage = {}
  #failure: string | undefined
  #complete = false
  #finished: string[] | undefined

  constructor(host: Question['host']) {
    this.#host = host
  }

  get state(): AnswerReader['state'] {
    if (this.#failure !== undefined) return 'broken'
    return this.#complete ? 'complete' : 'open'
  }

  body(json: unknown): void {
    this.#take(json)
    this.#complete = true
  }

  event(said: unknown): void {
    if (said === '[DONE]') this.#complete = true
    else this.#take(said)
  }

  answer(): Answer {
    const answer: Writable<Answer> = {}
    if (this.#id !== undefined) answer.id = this.#id
    if (this.#model !== undefined) answer.model = this.#model
    if (this.#finished !== undefined) answer.finishReasons = this.#finished
    if (this.#serviceTier !== undefined) answer.context = { serviceTier: this.#serviceTier }
    if (this.#failure !== undefined) answer.errorType = this.#failure
    putCounted(answer, this.#counted, this.#complete || this.#finished !== undefined)
    return answer
  }

  #take(json: unknown): void {
    if (!isObject(json)) return
    if (isObject(json['error'])) {
      this.#failure = errorType(json['error'])
      return
    }
    this.#id = text(json['id']) ?? this.#id
    this.#model = text(json['model']) ?? this.#model
    this.#serviceTier = text(json['service_tier']) ?? this.#serviceTier
    const host = this.#host
    const usage = json['usage'] ?? host?.usageIn?.(json)
    if (isObject(usage)) {
      const reading = readOpenAIUsage(usage, { host })
      this.#counted = reading.usage === undefined ? { ...this.#counted, ...reading } : reading
    }
    this.#finished = finishReasons(json['choices'], this.#finished)
    if (this.#finished?.includes(FAILED) === true) this.#failure ??= FAILED
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** @param whole whether the answer has said that it is finished */
function putCounted(
  answer: Writable<Answer>,
  { usage, usageReason, context, statedCost }: OpenAIUsage,
  whole: boolean,
): void {
  if (usage !== undefined) answer.usage = usage
  if (usageReason !== undefined) answer.usageReason = usageReason
  // Some hosts count in every chunk: what they have counted before the answer finished is not all.
  else if (usage !== undefined && !whole) answer.usageReason = 'usage_incomplete'
  if (context !== undefined) answer.context = { ...context, ...answer.context }
  if (statedCost !== undefined && whole) answer.statedCost = statedCost
}

function finishReasons(choices: unknown, before: string[] | undefined): string[] | undefined {
  if (!Array.isArray(choices)) return before
  let finished = before
  for (const choice of choices as readonly unknown[]) {
    const reason = isObject(choice) ? text(choice['finish_reason']) : undefined
    if (reason !== undefined) (finished ??= []).push(reason)
  }
  return finished
}
