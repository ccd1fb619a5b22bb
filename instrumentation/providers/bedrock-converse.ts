/**
 * Bedrock's Converse and ConverseStream. A stream event is an object with one member, named by its type.
 * Source: Amazon Bedrock API reference, `Converse`, `ConverseStream`, `ConverseStreamOutput`. Read November 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text } from '../core/unknown.ts'
import { parseRange } from '../wire/json-scan.ts'
import { bedrockModel } from './bedrock-path.ts'
import { readTokenUsage } from './bedrock-usage.ts'
import { contextSizes } from './context-sizes.ts'
import type { AnswerReader, AnswerState, Protocol } from './protocol.ts'

const PATH = /\/model\/[^/]+\/converse(?:-stream)?$/

export const bedrockConverse: Protocol = {
  name: 'bedrock.converse',
  operation: 'chat',
  defaultProvider: 'aws.bedrock',
  claims: (path) => PATH.test(path),
  pathFacts: (path) => ({ ...bedrockModel(path), stream: path.endsWith('-stream') }),
  requestKeys: new Set(['messages', 'system', 'toolConfig', 'inferenceConfig']),
  facts(body, members, path) {
    const maxTokens = count(at(parseRange(body, members.get('inferenceConfig')), 'maxTokens'))
    return {
      ...bedrockModel(path),
      stream: path.endsWith('-stream'),
      ...(maxTokens !== undefined ? { maxTokens } : {}),
      context: contextSizes(body, {
        messages: members.get('messages'),
        system: members.get('system'),
        tools: members.get('toolConfig'),
      }),
    }
  },
  answerKeys: new Set(['usage', 'stopReason', 'serviceTier', 'performanceConfig', 'message']),
  telling: /"(?:messageStart|messageStop|metadata)"/,
  createReader: createConverseReader,
}

export function createConverseReader(): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  const take = (said: unknown): void => {
    const stop = text(at(said, 'stopReason'))
    answer = {
      ...answer,
      ...readTokenUsage(at(said, 'usage')),
      ...(stop !== undefined ? { finishReasons: [stop] } : {}),
    }
    const serviceTier = text(at(said, 'serviceTier', 'type'))
    const latency = text(at(said, 'performanceConfig', 'latency'))
    if (serviceTier === undefined && latency === undefined) return
    answer = {
      ...answer,
      context: {
        ...answer.context,
        ...(serviceTier !== undefined ? { serviceTier } : {}),
        ...(latency !== undefined ? { speed: latency } : {}),
      },
    }
  }
  return {
    body(json) {
      take(json)
      if (state === 'open') state = 'complete'
    },
    event(said) {
      if (isObject(at(said, 'messageStop'))) take(at(said, 'messageStop'))
      if (!isObject(at(said, 'metadata'))) return
      take(at(said, 'metadata'))
      // The last event; the client itself may hang up without reading on.
      state = 'complete'
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}
