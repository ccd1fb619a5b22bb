/** What an application, a rule or a header says of a call, as an Attribution: what is well formed of it. */

import type { Attribution } from '../core/attribution.ts'
import { TEXT_FIELDS, type Draft } from '../core/attribution-fields.ts'
import { isObject } from '../core/unknown.ts'
import { label } from '../core/label.ts'

export interface AttributionInput extends Attribution {
  /** Shorthand for `unit: {type: 'conversation', id}`. */
  readonly conversation?: string
}

/** Tags of one call; what is beyond is left out. */
const MAX_TAGS = 32

/**
 * Takes what is well formed. An application in plain JavaScript may pass anything (circular objects, getters that
 * throw, nothing at all) and must not fail over it.
 */
export function normalize(input: unknown): Attribution {
  if (!isObject(input)) return {}
  const result: Draft = {}
  for (const key of TEXT_FIELDS) {
    const value = label(input[key])
    if (value !== undefined) result[key] = value
  }
  const prompt = promptOf(input['prompt'])
  if (prompt !== undefined) result.prompt = prompt
  const unit = unitOf(input['unit']) ?? conversationOf(input['conversation'])
  if (unit !== undefined) result.unit = unit
  const tags = tagsOf(input['tags'])
  if (tags !== undefined) result.tags = tags
  return result
}

function promptOf(prompt: unknown): Attribution['prompt'] {
  if (!isObject(prompt)) return undefined
  const name = label(prompt['name'])
  const version = label(prompt['version'])
  if (name === undefined && version === undefined) return undefined
  return { ...(name !== undefined ? { name } : {}), ...(version !== undefined ? { version } : {}) }
}

function unitOf(unit: unknown): Attribution['unit'] {
  if (!isObject(unit)) return undefined
  const type = label(unit['type'])
  const id = label(unit['id'])
  if (type === undefined || id === undefined) return undefined
  const start = unit['start']
  return typeof start === 'boolean' ? { type, id, start } : { type, id }
}

function conversationOf(conversation: unknown): Attribution['unit'] {
  const id = label(conversation)
  return id === undefined ? undefined : { type: 'conversation', id }
}

/** Built from entries, so that `__proto__` is a key like any other. */
function tagsOf(tags: unknown): Attribution['tags'] {
  if (!isObject(tags)) return undefined
  const kept: (readonly [string, string])[] = []
  for (const [key, value] of Object.entries(tags)) {
    const text = typeof value === 'boolean' ? String(value) : label(value)
    if (text !== undefined && tagKey(key) && kept.length < MAX_TAGS) kept.push([key, text])
  }
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

/** A key becomes part of an attribute's name. */
function tagKey(key: string): boolean {
  return key.length <= 64 && label(key) === key
}
