/**
 * Bedrock's InvokeModel and InvokeModelWithResponseStream: the body is the model's own form. Read in full are Anthropic's,
 * Amazon's, Meta's, Mistral's, Cohere's and OpenAI's; of any other model the counts that Bedrock itself adds.
 * Source: Amazon Bedrock user guide, "Inference request parameters and response fields for foundation models", and API
 * reference, `InvokeModel`. Read November 2026.
 */

import type { ContextSizes } from '../core/call.ts'
import { at, count, isObject, text } from '../core/unknown.ts'
import { awsEventStream } from '../wire/aws-event-stream.ts'
import { parseRange } from '../wire/json-scan.ts'
import { pairsAttribution } from './attribution-shared.ts'
import { createAnthropicReader } from './anthropic-shared.ts'
import {
  bedrockModel,
  createConverseReader,
  readHeaderCounts,
  readInvocationMetrics,
} from './bedrock-shared.ts'
import { createChoicesReader } from './choices-shared.ts'
import { contextSizes, messagesIn } from './context-sizes.ts'
import type {
  AnswerReader,
  AnswerState,
  BodyMembers,
  Protocol,
  RequestFacts,
  UsageReading,
} from './protocol.ts'
import { createTextModelReader } from './textmodels-shared.ts'

const PATH = /\/model\/[^/]+\/invoke(?:-with-response-stream)?$/

export const bedrockInvoke: Protocol = {
  name: 'bedrock.invoke',
  operation: 'chat',
  defaultProvider: 'aws.bedrock',
  endings: ['invoke', 'invoke-with-response-stream'],
  claims: (path) => PATH.test(path),
  pathFacts,
  requestKeys: new Set([
    'messages',
    'system',
    'tools',
    'toolConfig',
    'max_tokens',
    'inferenceConfig',
    'metadata',
    'prompt',
    'max_gen_len',
    'message',
    'chat_history',
    'preamble',
  ]),
  messages: messagesIn('messages'),
  facts(body, members, path) {
    const config = parseRange(body, members.get('inferenceConfig'))
    const maxTokens =
      count(parseRange(body, members.get('max_tokens') ?? members.get('max_gen_len'))) ??
      count(at(config, 'maxTokens') ?? at(config, 'max_new_tokens'))
    const context = sizes(body, members)
    return {
      ...pathFacts(path),
      ...(maxTokens !== undefined ? { maxTokens } : {}),
      attribution: pairsAttribution(body, members.get('metadata')),
      ...(context !== undefined ? { context } : {}),
    }
  },
  framing: awsEventStream,
  // Not the texts and vectors of an answer.
  answerKeys: new Set([
    ...['id', 'usage', 'stop_reason', 'stopReason', 'type', 'error'],
    ...['prompt_token_count', 'generation_token_count', 'generation', 'finish_reason'],
    ...['outputs', 'choices', 'generations'],
  ]),
  telling:
    /"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"|"messageStop"|"metadata"|"exception"|"amazon-bedrock-invocationMetrics"|_reason"\s*:\s*"/,
  createReader,
}

function pathFacts(path: string): RequestFacts {
  const named = bedrockModel(path)
  return {
    ...named,
    stream: path.endsWith('-stream'),
    ...(named.model?.includes('embed') === true ? { operation: 'embeddings' } : {}),
  }
}

/** A conversation, or a prompt in one piece; Cohere's has its last message beside what came before. */
function sizes(body: string, members: BodyMembers): ContextSizes | undefined {
  const message = members.get('message')
  const messages = members.get('messages') ?? members.get('prompt') ?? message
  if (messages === undefined) return undefined
  const system = members.get('system') ?? members.get('preamble')
  const tools = members.get('tools') ?? members.get('toolConfig')
  const context = contextSizes(body, { messages, system, tools })
  const before = members.get('chat_history')
  if (messages !== message || before === undefined) return context
  const { history, rest, turn } = contextSizes(body, { messages: before })
  return { ...context, history: history + rest, turn }
}

/** Whose form it is, by what only that one has. */
type Form = 'anthropic' | 'amazon' | 'openai' | 'other'

function formOf(said: unknown): Form {
  if (text(at(said, 'type')) !== undefined) return 'anthropic'
  const choices = at(said, 'choices')
  // Mistral's choices stop for a `stop_reason`.
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined
  if (Array.isArray(choices) && at(first, 'stop_reason') === undefined) return 'openai'
  if (isObject(at(said, 'usage')) || text(at(said, 'stopReason')) !== undefined) return 'amazon'
  return isObject(at(said, 'metadata')) || isObject(at(said, 'messageStop')) ? 'amazon' : 'other'
}

const READERS: Readonly<Record<Form, () => AnswerReader>> = {
  anthropic: createAnthropicReader,
  amazon: createConverseReader,
  openai: createChoicesReader,
  other: createTextModelReader,
}

function readerOf(readers: Map<Form, AnswerReader>, form: Form): AnswerReader {
  const reader = readers.get(form) ?? READERS[form]()
  readers.set(form, reader)
  return reader
}

function createReader(): AnswerReader {
  const readers = new Map<Form, AnswerReader>()
  let metrics: UsageReading = {}
  let failure: string | undefined
  let state: AnswerState = 'open'
  const take = (said: unknown, how: 'body' | 'event'): void => {
    const counted = readInvocationMetrics(said)
    if (counted !== undefined) metrics = counted
    const reader = readerOf(readers, formOf(said))
    reader[how](said)
    if (reader.state !== 'open') state = reader.state
    // They come with the last event, of whatever form.
    else if (counted !== undefined) state = 'complete'
  }
  return {
    headers(value) {
      metrics = readHeaderCounts(value)
    },
    body(json) {
      take(json, 'body')
    },
    event(said) {
      failure = text(at(said, 'exception', 'type')) ?? failure
      if (failure === undefined) take(said, 'event')
      else state = 'broken'
    },
    get state() {
      return state
    },
    answer() {
      const told = [...readers.values()].map((reader) => reader.answer())
      const saying = told.find(({ usage, usageReason, finishReasons, errorType }) => {
        return usage ?? usageReason ?? finishReasons ?? errorType
      })
      // The price list goes by the id that was invoked; the maker's own name says nothing of routing.
      const { model: _makersName, usageReason, ...answer } = saying ?? told[0] ?? {}
      const counted = answer.usage === undefined && metrics.usage !== undefined
      return {
        ...answer,
        ...(counted ? metrics : usageReason === undefined ? {} : { usageReason }),
        ...(failure === undefined ? {} : { errorType: failure }),
      }
    },
  }
}
