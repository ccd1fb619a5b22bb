/** The settings of attribution as they are written, checked: what is wrong is named by its place and left out. */

import { ALLOWED_FIELDS } from '../core/attribution-fields.ts'
import { isObject, shown, text, type JsonObject } from '../core/unknown.ts'
import { baggageKey, fieldOf, fieldOfBaggageKey } from './field-names.ts'
import { patternOf, type Pattern } from './pattern.ts'
import type { AllowedValues, Requirement } from './policy.ts'
import { readRules, type Complain } from './rule-reading.ts'
import type { Rule } from './rules.ts'

/** Where a value comes from (a header in lower case, a key of baggage) and the field it is for. */
export type Mapping = readonly (readonly [source: string, field: string])[]

export interface AttributionSettings {
  readonly rules: readonly Rule[]
  readonly inbound: { readonly headers: Mapping; readonly baggage: Mapping }
  readonly outbound: {
    /** Keys of baggage that may travel; `all` lets everything pass as it is. */
    readonly pass: ReadonlySet<string> | 'all'
    /** What of the attribution is put into baggage. */
    readonly put: Mapping
  }
  readonly providerFields: { readonly read: boolean; readonly tags: readonly Pattern[] }
  readonly promptVersion: 'declared' | 'hash'
  readonly require: readonly Requirement[]
  readonly values: readonly AllowedValues[]
  readonly hashUsers: boolean
}

export function readAttributionSettings(
  written: JsonObject,
  rules: { readonly value: unknown; readonly complain: Complain } | undefined,
  complain: Complain,
): AttributionSettings {
  const inbound = mapAt(written, 'inbound', ['headers', 'baggage'], complain)
  const outbound = mapAt(written, 'outbound', ['baggage'], complain)
  const fields = mapAt(written, 'providerFields', ['read', 'tags'], complain)
  const { pass, put } = readOutbound(outbound['baggage'], complain)
  return {
    rules: rules === undefined ? [] : readRules(rules.value, rules.complain),
    inbound: {
      headers: readMapping(inbound['headers'], ['inbound', 'headers'], complain).map(
        ([name, field]) => [name.toLowerCase(), field] as const,
      ),
      baggage: readInboundBaggage(inbound['baggage'], complain),
    },
    outbound: { pass, put },
    providerFields: {
      read: flagAt(fields, 'read', true, ['providerFields'], complain),
      tags: textsAt(fields['tags'], ['providerFields', 'tags'], complain).map(patternOf),
    },
    promptVersion: readPromptVersion(written['promptVersion'], complain),
    require: readRequire(written['require'], complain),
    values: readValues(written['values'], complain),
    hashUsers: flagAt(written, 'hashUsers', false, [], complain),
  }
}

const NO_FIELD = `is no field; allowed: ${ALLOWED_FIELDS}. Left out`

function readMapping(value: unknown, path: readonly string[], complain: Complain): Mapping {
  if (value === undefined || value === null) return []
  if (!isObject(value)) {
    complain(path, `${path.join('.')} must map each name to a field. Left out`)
    return []
  }
  return Object.entries(value).flatMap(([source, name]) => {
    const field = typeof name === 'string' ? fieldOf(name) : undefined
    if (field !== undefined) return [[source, field] as const]
    complain([...path, source], `${path.join('.')}.${source}: '${shown(name)}' ${NO_FIELD}`)
    return []
  })
}

/** A list of our own keys, or a map from anybody's key to a field. */
function readInboundBaggage(value: unknown, complain: Complain): Mapping {
  const path = ['inbound', 'baggage']
  if (!Array.isArray(value)) return readMapping(value, path, complain)
  return textsAt(value, path, complain).flatMap((name) => {
    const field = fieldOfBaggageKey(name)
    if (field !== undefined) return [[baggageKey(field), field] as const]
    complain(path, `inbound.baggage: '${name}' ${NO_FIELD}; a map takes other keys`)
    return []
  })
}

function readOutbound(value: unknown, complain: Complain): AttributionSettings['outbound'] {
  const listed = textsAt(value, ['outbound', 'baggage'], complain)
  const known = listed.flatMap((name) => {
    const field = fieldOfBaggageKey(name)
    return field === undefined ? [] : [[baggageKey(field), field] as const]
  })
  const keys = new Set([...listed, ...known.map(([key]) => key)])
  return { pass: listed.includes('*') ? 'all' : keys, put: known }
}

function readPromptVersion(value: unknown, complain: Complain): 'declared' | 'hash' {
  if (value === undefined || value === 'declared') return 'declared'
  if (value === 'hash') return 'hash'
  const said = shown(value)
  complain(
    ['promptVersion'],
    `promptVersion=${said} is not allowed; allowed: declared, hash. Using declared`,
  )
  return 'declared'
}

function readRequire(value: unknown, complain: Complain): readonly Requirement[] {
  const entries: readonly (readonly [string, unknown])[] = isObject(value)
    ? Object.entries(value)
    : textsAt(value, ['require'], complain).map((name) => [name, 'warn'])
  return entries.flatMap(([name, action]) => {
    const field = fieldOf(name)
    const path = isObject(value) ? ['require', name] : ['require']
    if (field === undefined) complain(path, `require: '${name}' ${NO_FIELD}`)
    const sound = action === 'warn' || action === 'block'
    if (!sound) complain(path, `require.${name} must be warn or block. Using warn`)
    return field === undefined ? [] : [{ field, action: sound ? action : 'warn' }]
  })
}

function readValues(value: unknown, complain: Complain): readonly AllowedValues[] {
  if (value === undefined || value === null) return []
  if (!isObject(value)) {
    complain(['values'], 'values must map each field to a list or a regular expression. Left out')
    return []
  }
  return Object.entries(value).flatMap(([name, allowed]) => {
    const field = fieldOf(name)
    if (field === undefined) {
      complain(['values', name], `values: '${name}' ${NO_FIELD}`)
      return []
    }
    const rule = Array.isArray(allowed) ? oneOf(field, allowed) : matching(field, allowed)
    if (typeof rule !== 'string') return [rule]
    complain(['values', name], `values.${name} ${rule}. Left out`)
    return []
  })
}

/** The rule, or what is wrong with it. */
function oneOf(field: string, allowed: readonly unknown[]): AllowedValues | string {
  const words = new Set(allowed.map(String))
  if (words.size === 0) return 'must name at least one value'
  return { field, allows: (value) => words.has(value), allowed: [...words].join(', ') }
}

function matching(field: string, source: unknown): AllowedValues | string {
  if (typeof source !== 'string') return 'must be a list of values or a regular expression'
  try {
    const pattern = new RegExp(`^(?:${source})$`, 'u')
    return { field, allows: (value) => pattern.test(value), allowed: `/${source}/` }
  } catch (error) {
    return `is no regular expression (${error instanceof Error ? error.message : String(error)})`
  }
}

function mapAt(
  written: JsonObject,
  key: string,
  allowed: readonly string[],
  complain: Complain,
): JsonObject {
  const value = written[key]
  if (value === undefined || value === null) return {}
  if (!isObject(value)) {
    complain([key], `${key} must be a map with ${allowed.join(', ')}. Left out`)
    return {}
  }
  for (const name of Object.keys(value).filter((one) => !allowed.includes(one))) {
    complain([key, name], `${key}: no setting '${name}'. Allowed: ${allowed.join(', ')}`)
  }
  return value
}

function flagAt(
  written: JsonObject,
  key: string,
  fallback: boolean,
  above: readonly string[],
  complain: Complain,
): boolean {
  const value = written[key]
  if (value === undefined || typeof value === 'boolean') return value ?? fallback
  const path = [...above, key]
  complain(
    path,
    `${path.join('.')}=${shown(value)} is not allowed; allowed: true, false. Using ${fallback}`,
  )
  return fallback
}

function textsAt(value: unknown, path: readonly string[], complain: Complain): readonly string[] {
  if (value === undefined || value === null) return []
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.flatMap((one) => {
    const said = text(one)
    if (said === undefined) complain(path, `${path.join('.')} must be a list of texts. Left out`)
    return said === undefined ? [] : [said]
  })
}
