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

/** Written without spreading: it runs for every call, and putting an answer together from parts costs µs. */
export function createChoicesReader({ host }: Partial<Question> = {}): AnswerReader {
  let id: string | undefined
  let model: string | undefined
  let serviceTier: string | undefined
  let counted: OpenAIUsage = {}
  let failure: string | undefined
  let complete = false
  let finished: string[] | undefined
  const take = (json: unknown): void => {
    if (!isObject(json)) return
    if (isObject(json['error'])) {
      failure = errorType(json['error'])
      return
    }
    id = text(json['id']) ?? id
    model = text(json['model']) ?? model
    serviceTier = text(json['service_tier']) ?? serviceTier
    const usage = json['usage'] ?? host?.usageIn?.(json)
    if (isObject(usage)) {
      const reading = readOpenAIUsage(usage, { host })
      counted = reading.usage === undefined ? { ...counted, ...reading } : reading
    }
    finished = finishReasons(json['choices'], finished)
    if (finished?.includes(FAILED) === true) failure ??= FAILED
  }
  return {
    body(json) {
      take(json)
      complete = true
    },
    event(said) {
      if (said === '[DONE]') complete = true
      else take(said)
    },
    get state() {
      if (failure !== undefined) return 'broken'
      return complete ? 'complete' : 'open'
    },
    answer() {
      const answer: Writable<Answer> = {}
      if (id !== undefined) answer.id = id
      if (model !== undefined) answer.model = model
      if (finished !== undefined) answer.finishReasons = finished
      if (serviceTier !== undefined) answer.context = { serviceTier }
      if (failure !== undefined) answer.errorType = failure
      putCounted(answer, counted, complete || finished !== undefined)
      return answer
    },
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
