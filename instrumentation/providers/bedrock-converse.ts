/**
 * Bedrock's Converse and ConverseStream.
 * Source: Amazon Bedrock API reference, `Converse`, `ConverseStream`, `ConverseStreamOutput`. Read November 2026.
 */

import { at, count } from '../core/unknown.ts'
import { awsEventStream } from '../wire/aws-event-stream.ts'
import { parseRange } from '../wire/json-scan.ts'
import { pairsAttribution } from './attribution-shared.ts'
import { bedrockModel, createConverseReader } from './bedrock-shared.ts'
import { contextSizes, messagesIn } from './context-sizes.ts'
import type { Protocol } from './protocol.ts'

const PATH = /\/model\/[^/]+\/converse(?:-stream)?$/

export const bedrockConverse: Protocol = {
  name: 'bedrock.converse',
  operation: 'chat',
  defaultProvider: 'aws.bedrock',
  endings: ['converse', 'converse-stream'],
  claims: (path) => PATH.test(path),
  pathFacts: (path) => ({ ...bedrockModel(path), stream: path.endsWith('-stream') }),
  requestKeys: new Set(['messages', 'system', 'toolConfig', 'inferenceConfig', 'requestMetadata']),
  messages: messagesIn('messages'),
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
      attribution: pairsAttribution(body, members.get('requestMetadata')),
    }
  },
  framing: awsEventStream,
  answerKeys: new Set(['usage', 'stopReason', 'serviceTier', 'performanceConfig', 'message']),
  telling: /"(?:messageStart|messageStop|metadata|exception)"/,
  createReader: createConverseReader,
}
