/** The conventions' inclusive token counts on a span, as reported. */

import * as semconv from '../instrumentation/semconv.ts'
import type { AttributeReader } from './attribute-reader.ts'
import type { CallRow } from './row.ts'

export type TokenFields = Pick<
  CallRow,
  'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'reasoningTokens'
>

export function tokenFields(read: AttributeReader): TokenFields {
  const input = read.count(semconv.ATTR_INPUT_TOKENS)
  const output = read.count(semconv.ATTR_OUTPUT_TOKENS)
  const cacheRead = read.count(semconv.ATTR_CACHE_READ_TOKENS)
  const cacheWrite =
    read.count(semconv.ATTR_CACHE_WRITE_TOKENS) ??
    read.count(semconv.ATTR_CACHE_CREATION_TOKENS_LEGACY)
  const reasoning = read.count(semconv.ATTR_REASONING_TOKENS)
  return {
    ...(input === undefined ? {} : { inputTokens: input }),
    ...(output === undefined ? {} : { outputTokens: output }),
    ...(cacheRead === undefined ? {} : { cacheReadTokens: cacheRead }),
    ...(cacheWrite === undefined ? {} : { cacheWriteTokens: cacheWrite }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
  }
}
