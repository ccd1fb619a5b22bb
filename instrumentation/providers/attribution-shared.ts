/**
 * Whom a request is for, in the fields that providers have for it. Read off the request's text; nothing is parsed that
 * is not there.
 * Source: OpenAI API reference, `metadata`, `safety_identifier`, `user`, `prompt`, `prompt_cache_key`, `conversation`;
 * Anthropic, `metadata.user_id`; Bedrock, `requestMetadata`; Vertex AI, `labels`; OpenRouter, `user`. Read November 2026.
 */

import type { Attribution } from '../core/attribution.ts'
import { writeField, type Draft } from '../core/attribution-fields.ts'
import { label } from '../core/label.ts'
import { isObject } from '../core/unknown.ts'
import { parseJson } from '../wire/json.ts'
import { parseRange, scanMembers, type TextRange } from '../wire/json-scan.ts'
import type { BodyMembers } from './protocol.ts'

/** Keys of a provider's free key-value pairs that mean a field; any other is a tag. */
const KEYS: Readonly<Record<string, string>> = {
  feature: 'feature',
  team: 'team',
  customer: 'customer',
  customer_id: 'customer',
  cost_center: 'costCenter',
  costCenter: 'costCenter',
  user: 'user',
  user_id: 'user',
  session: 'session',
  session_id: 'session',
  conversation: 'conversation',
  conversation_id: 'conversation',
  prompt_name: 'prompt.name',
  prompt_version: 'prompt.version',
}

/** Providers take some 16 pairs of at most 64 and 512 characters; what is far beyond is somebody's document. */
const MAX_PAIRS_TEXT = 32_768

/** OpenAI's fields and those of whoever speaks its forms. */
export const OPENAI_ATTRIBUTION_KEYS = [
  'metadata',
  'safety_identifier',
  'user',
  'prompt',
  'prompt_cache_key',
  'conversation',
] as const

export function openaiAttribution(body: string, members: BodyMembers): Attribution | undefined {
  if (!OPENAI_ATTRIBUTION_KEYS.some((key) => members.has(key))) return undefined
  const draft: Draft = {}
  const read = (field: string, key: string): void => {
    const value = labelAt(body, members.get(key))
    if (value !== undefined) writeField(draft, field, value)
  }
  read('user', 'user')
  read('user', 'safety_identifier')
  readPrompt(draft, body, members.get('prompt'))
  const conversation = members.get('conversation')
  const given = parseRange(body, conversation)
  const id = isObject(given) ? label(given['id']) : labelAt(body, conversation)
  if (id !== undefined) writeField(draft, 'conversation', id)
  readPairs(draft, body, members.get('metadata'))
  read(`tags.${CACHE_KEY}`, CACHE_KEY)
  return said(draft)
}

/** Told as a tag: what it names (a conversation, a template, a user) is the application's secret. */
export const CACHE_KEY = 'prompt_cache_key'

/** A text of its own: a slice of the body would keep the whole prompt in memory for as long as the label lives. */
function labelAt(body: string, range: TextRange | undefined): string | undefined {
  return range === undefined ? undefined : label(parseJson(body.slice(range.start, range.end)))
}

const PROMPT_KEYS: ReadonlySet<string> = new Set(['id', 'version'])

/** `prompt: {id, version, variables}`; the variables are content and stay unread. */
function readPrompt(draft: Draft, body: string, range: TextRange | undefined): void {
  if (range === undefined || body[range.start] !== '{') return
  const members = scanMembers(body, PROMPT_KEYS, range.start)
  const name = labelAt(body, members.get('id'))
  const version = labelAt(body, members.get('version'))
  if (name !== undefined) writeField(draft, 'prompt.name', name)
  if (version !== undefined) writeField(draft, 'prompt.version', version)
}

/** Of a member that holds free key-value pairs: `metadata`, `requestMetadata`, `labels`. */
export function pairsAttribution(
  body: string,
  range: TextRange | undefined,
): Attribution | undefined {
  if (range === undefined) return undefined
  const draft: Draft = {}
  readPairs(draft, body, range)
  return said(draft)
}

function readPairs(draft: Draft, body: string, range: TextRange | undefined): void {
  if (range === undefined || range.end - range.start > MAX_PAIRS_TEXT) return
  const pairs = parseRange(body, range)
  if (!isObject(pairs)) return
  const tags: (readonly [string, string])[] = []
  for (const [key, given] of Object.entries(pairs)) {
    const value = label(given)
    if (value === undefined) continue
    if (Object.hasOwn(KEYS, key)) writeField(draft, KEYS[key] ?? key, value)
    else if (key.length <= 64 && label(key) === key) tags.push([key, value])
  }
  if (tags.length > 0) draft.tags = Object.fromEntries(tags)
}

function said(draft: Draft): Attribution | undefined {
  return Object.keys(draft).length > 0 ? draft : undefined
}
