/**
 * Bedrock's InvokeModel and InvokeModelWithResponseStream: the body is the model's own form. Anthropic's and Amazon's
 * are read in full; of any other model the counts that Bedrock itself adds.
 * Source: Amazon Bedrock user guide, "Anthropic Claude Messages API", "Amazon Nova request schema", and API reference,
 * `InvokeModel`. Read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { pairsAttribution } from './attribution-shared.ts'
import { createAnthropicReader } from './anthropic-shared.ts'
import {
  bedrockModel,
  createConverseReader,
  INVOCATION_METRICS,
  readInvocationMetrics,
} from './bedrock-shared.ts'
import { contextSizes, messagesIn } from './context-sizes.ts'
import type { AnswerReader, AnswerState, Protocol, RequestFacts } from './protocol.ts'

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
  ]),
  messages: messagesIn('messages'),
  facts(body, members, path) {
    const messages = members.get('messages')
    const config = parseRange(body, members.get('inferenceConfig'))
    const maxTokens =
      count(parseRange(body, members.get('max_tokens'))) ??
      count(at(config, 'maxTokens') ?? at(config, 'max_new_tokens'))
    return {
      ...pathFacts(path),
      ...(maxTokens !== undefined ? { maxTokens } : {}),
      attribution: pairsAttribution(body, members.get('metadata')),
      ...(messages !== undefined
        ? {
            context: contextSizes(body, {
              messages,
              system: members.get('system'),
              tools: members.get('tools') ?? members.get('toolConfig'),
            }),
          }
        : {}),
    }
  },
  answerKeys: new Set(['id', 'usage', 'stop_reason', 'stopReason', 'type', 'error']),
  telling:
    /"type"\s*:\s*"(?:message_start|message_delta|message_stop|error)"|"messageStop"|"metadata"|"amazon-bedrock-invocationMetrics"/,
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

function createReader(): AnswerReader {
  const anthropic = createAnthropicReader()
  const amazon = createConverseReader()
  let metrics: Answer = {}
  let state: AnswerState = 'open'
  const readerOf = (said: unknown): AnswerReader =>
    text(at(said, 'type')) === undefined ? amazon : anthropic
  const takeMetrics = (said: unknown): void => {
    const found = at(said, INVOCATION_METRICS)
    if (isObject(found)) metrics = readInvocationMetrics(found)
  }
  return {
    body(json) {
      takeMetrics(json)
      const reader = readerOf(json)
      reader.body(json)
      state = reader.state
    },
    event(said) {
      takeMetrics(said)
      const reader = readerOf(said)
      reader.event(said)
      if (reader.state !== 'open') state = reader.state
    },
    get state() {
      return state
    },
    answer() {
      const told = anthropic.answer()
      // The price list goes by the id that was invoked; Anthropic's own name says nothing of routing.
      const { model: _anthropicName, ...named } = told
      const answer = (named.finishReasons ?? named.usage) ? named : { ...named, ...amazon.answer() }
      return answer.usage === undefined ? { ...answer, ...metrics } : answer
    },
  }
}
