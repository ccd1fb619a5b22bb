/**
 * What Cohere's protocols share: it says what it bills, which is not what it counts.
 * Source: Cohere API reference v2; types of `cohere-ai` 8.1.0, `UsageBilledUnits`, `ApiMetaBilledUnits`. Read November
 * 2026.
 */

import type { Answer } from '../core/call.ts'
import { at, count, isObject, text } from '../core/unknown.ts'
import { compactUsage } from '../core/usage.ts'
import type { AnswerReader, AnswerState, UsageReading } from './protocol.ts'

/** Nothing where there are no billed units. */
export function readBilledUnits(units: unknown): UsageReading {
  if (!isObject(units)) return {}
  const said = ['input_tokens', 'output_tokens', 'search_units', 'image_tokens'].map(
    (key) => units[key],
  )
  const [input, output, rerankSearches, imageInput] = said.map((value) => count(value ?? 0))
  const usage = { input, imageInput, output, rerankSearches }
  if (Object.values(usage).includes(undefined)) return { usageReason: 'usage_inconsistent' }
  return { usage: compactUsage(usage) }
}

/** Of answers that are not streamed and state what they cost under `meta`. */
export function createMetaReader(): AnswerReader {
  let answer: Answer = {}
  let state: AnswerState = 'open'
  return {
    body(json) {
      const id = text(at(json, 'id'))
      answer = {
        ...(id !== undefined ? { id } : {}),
        ...readBilledUnits(at(json, 'meta', 'billed_units')),
      }
      state = 'complete'
    },
    event() {
      // Not streamed.
    },
    get state() {
      return state
    },
    answer: () => answer,
  }
}
