/**
 * The fields of an attribution by name, as configuration writes them: `feature`, `prompt.name`, `conversation`,
 * `unit.ticket`, `tags.region`.
 */

import type { Attribution } from './attribution.ts'

/** An attribution that is being put together. */
export type Draft = { -readonly [K in keyof Attribution]: Attribution[K] }

export const TEXT_FIELDS = ['feature', 'team', 'customer', 'costCenter', 'user', 'session'] as const
type TextField = (typeof TEXT_FIELDS)[number]

/** How messages name all of them. */
export const ALLOWED_FIELDS = `${TEXT_FIELDS.join(', ')}, conversation, prompt.name, prompt.version, unit.<type>, tags.<key>`

const UNIT = 'unit.'
const TAG = 'tags.'
/** Keys of tags and types of units become part of attribute names. */
const MAX_KEY = 64

function isTextField(name: string): name is TextField {
  return (TEXT_FIELDS as readonly string[]).includes(name)
}

/** The field that a name in a configuration means; `undefined` where there is none. */
export function fieldNamed(name: string): string | undefined {
  if (name === 'cost_center') return 'costCenter'
  if (isTextField(name) || name === 'conversation') return name
  if (name === 'prompt.name' || name === 'prompt.version') return name
  const rest = name.startsWith(UNIT) || name.startsWith(TAG) ? name.slice(UNIT.length) : ''
  return rest === '' || rest.length > MAX_KEY ? undefined : name
}

/** What the attribution says in that field. */
export function readField(attribution: Attribution, field: string): string | undefined {
  if (isTextField(field)) return attribution[field]
  if (field === 'prompt.name') return attribution.prompt?.name
  if (field === 'prompt.version') return attribution.prompt?.version
  const { unit, tags } = attribution
  if (field.startsWith(TAG)) {
    const key = field.slice(TAG.length)
    return tags !== undefined && Object.hasOwn(tags, key) ? tags[key] : undefined
  }
  const type = field === 'conversation' ? field : field.slice(UNIT.length)
  return unit?.type === type ? unit.id : undefined
}

/** Writes one field, or takes it out; parts of prompt and tags are replaced, never changed in place. */
export function writeField(draft: Draft, field: string, value: string | undefined): void {
  if (isTextField(field)) setOrDelete(draft, field, value)
  else if (field === 'prompt.name') setOrDelete(draft, 'prompt', part(draft.prompt, 'name', value))
  else if (field === 'prompt.version') {
    setOrDelete(draft, 'prompt', part(draft.prompt, 'version', value))
  } else if (field.startsWith(TAG)) {
    setOrDelete(draft, 'tags', part(draft.tags, field.slice(TAG.length), value))
  } else {
    const type = field === 'conversation' ? field : field.slice(UNIT.length)
    setOrDelete(draft, 'unit', value === undefined ? undefined : { type, id: value })
  }
}

function setOrDelete<K extends keyof Draft>(draft: Draft, key: K, value: Draft[K]): void {
  if (value === undefined) Reflect.deleteProperty(draft, key)
  else draft[key] = value
}

/** A copy with one key more, or less; nothing where nothing is left. Built from entries, so that `__proto__` is a key. */
function part<T extends Readonly<Record<string, string | undefined>>>(
  whole: T | undefined,
  key: string,
  value: string | undefined,
): T | undefined {
  const others = Object.entries(whole ?? {}).filter(([name]) => name !== key)
  const entries = value === undefined ? others : [...others, [key, value]]
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T)
}
