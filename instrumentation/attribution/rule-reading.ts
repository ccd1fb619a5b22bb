/** Rules as they are written, checked: a bad one is left out and named, the others apply. */

import { ALLOWED_FIELDS, fieldNamed } from '../core/attribution-fields.ts'
import { isObject, text, type JsonObject } from '../core/unknown.ts'
import { normalize } from './input.ts'
import { patternOf } from './pattern.ts'
import type { Conditions, Rule } from './rules.ts'

/** Where in the value, and what is wrong there with what is allowed. */
export type Complain = (path: readonly (string | number)[], problem: string) => void

const RULE_KEYS = ['name', 'match', 'set', 'from', 'override']
const MATCH_KEYS = ['service', 'route', 'model', 'provider', 'attributes']
const SET_KEYS = [
  'feature',
  'team',
  'customer',
  'costCenter',
  'user',
  'session',
  'conversation',
  'prompt',
  'unit',
  'tags',
]

export function readRules(value: unknown, complain: Complain): readonly Rule[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    complain([], 'must be a list of rules')
    return []
  }
  return value.flatMap((rule: unknown, index) => readRule(rule, index, complain) ?? [])
}

function readRule(value: unknown, index: number, complain: Complain): Rule | undefined {
  let faults = 0
  const called = isObject(value) ? text(value['name']) : undefined
  const which = called === undefined ? `rule ${index + 1}` : `rule ${index + 1} (${called})`
  const object = (path: readonly string[], problem: string): void => {
    complain([index, ...path], `${which}: ${problem}. The rule is left out`)
    faults += 1
  }
  if (!isObject(value)) {
    object([], 'must be a map with match and set')
    return undefined
  }
  known(value, RULE_KEYS, [], object)
  const match = mapOf(value, 'match', object)
  const set = mapOf(value, 'set', object)
  const from = mapOf(value, 'from', object)
  const { override = false } = value
  if (typeof override !== 'boolean') object(['override'], 'override must be true or false')
  known(match, MATCH_KEYS, ['match'], object)
  known(set, SET_KEYS, ['set'], object)
  const attributes = mapOf(match, 'attributes', object, ['match'])
  const rule: Rule = {
    ...conditionsOf(match, object),
    attributes: Object.entries(attributes).map(([name, condition]) => [
      name,
      patterns(condition, ['match', 'attributes', name], object),
    ]),
    set: readSet(set, object),
    from: readFrom(from, object),
    override: override === true,
  }
  const says = Object.keys(rule.set).length + rule.from.length > 0
  if (faults === 0 && !says) object([], "says nothing: it needs 'set' or 'from'")
  return faults === 0 ? rule : undefined
}

type Object_ = (path: readonly string[], problem: string) => void

function known(
  value: JsonObject,
  allowed: readonly string[],
  path: readonly string[],
  object: Object_,
): void {
  for (const key of Object.keys(value)) {
    if (allowed.includes(key)) continue
    object([...path, key], `no key '${key}'; allowed: ${allowed.join(', ')}`)
  }
}

function mapOf(
  value: JsonObject,
  key: string,
  object: Object_,
  above: readonly string[] = [],
): JsonObject {
  const map = value[key]
  if (map === undefined || map === null) return {}
  if (isObject(map)) return map
  object([...above, key], `${key} must be a map`)
  return {}
}

function conditionsOf(
  match: JsonObject,
  object: Object_,
): Pick<Rule, 'service' | 'route' | 'model' | 'provider'> {
  const found = (['service', 'route', 'model', 'provider'] as const)
    .filter((key) => match[key] !== undefined)
    .map((key) => [key, patterns(match[key], ['match', key], object)] as const)
  return Object.fromEntries(found)
}

/** A pattern or a list of them. Numbers and booleans are what YAML makes of an unquoted value. */
function patterns(value: unknown, path: readonly string[], object: Object_): Conditions {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  const sound = list.filter(
    (one) => (typeof one === 'string' && one !== '') || ['number', 'boolean'].includes(typeof one),
  )
  if (sound.length < list.length || list.length === 0) {
    object(path, `${path.join('.')} must be a text with * for anything, or a list of such`)
  }
  return sound.map((one) => patternOf(String(one)))
}

function readSet(set: JsonObject, object: Object_): Rule['set'] {
  const said = normalize(set)
  for (const [key, parts] of PARTS) {
    const value = set[key]
    if (isObject(value)) known(value, parts, ['set', key], object)
  }
  for (const key of Object.keys(set)) {
    const kept = key === 'conversation' ? 'unit' : key
    if (!SET_KEYS.includes(key) || Object.hasOwn(said, kept)) continue
    object(['set', key], `set.${key} must be ${SHAPES[key] ?? 'a text'}`)
  }
  return said
}

const PARTS = [
  ['prompt', ['name', 'version']],
  ['unit', ['type', 'id', 'start']],
] as const

const SHAPES: Readonly<Record<string, string>> = {
  prompt: 'a map with name and version',
  unit: 'a map with type and id',
  tags: 'a map of texts',
}

function readFrom(from: JsonObject, object: Object_): Rule['from'] {
  return Object.entries(from).flatMap(([name, attribute]) => {
    const field = fieldNamed(name)
    const source = text(attribute)
    if (field === undefined) {
      object(['from', name], `from.${name} is no field; allowed: ${ALLOWED_FIELDS}`)
    }
    if (source === undefined)
      object(['from', name], `from.${name} must be the name of a span attribute`)
    return field === undefined || source === undefined ? [] : [[field, source] as const]
  })
}
