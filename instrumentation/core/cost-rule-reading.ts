/** Price rules as they are written, checked: a bad one is left out and named, the others hold. */

import { SPAN_KINDS, type Conditions, type CostRule } from './cost-rule.ts'
import { patternOf } from './pattern.ts'
import { componentName } from './recorded.ts'
import { isObject, text, type JsonObject } from './unknown.ts'

/** Told where in the list it is, and what is wrong there with what is allowed. One line. */
export type Problem = (path: readonly (string | number)[], line: string) => void

const RULE_KEYS = ['name', 'component', 'match', 'per_call', 'quantity', 'origin']
const MATCH_KEYS = ['name', 'scope', 'kind', 'attributes']
const HIGHEST = 1_000_000

export function readCostRules(value: unknown, problem: Problem): readonly CostRule[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) {
    problem([], 'costs must be a list of rules')
    return []
  }
  return value.flatMap((rule: unknown, index) => {
    try {
      return [readRule(rule, index)]
    } catch (error) {
      if (!(error instanceof BadRule)) throw error
      problem(
        [index, ...error.path],
        `${which(rule, index)}: ${error.message}. The rule is left out`,
      )
      return []
    }
  })
}

class BadRule extends Error {
  override readonly name = 'BadRule'
  readonly path: readonly string[]

  /** @param path of the keys that lead to it within the rule */
  constructor(path: string, message: string) {
    super(message)
    this.path = path === '' ? [] : path.split('/')
  }
}

function which(rule: unknown, index: number): string {
  const name = isObject(rule) ? text(rule['name']) : undefined
  return name === undefined ? `costs rule ${index + 1}` : `costs rule ${index + 1} (${name})`
}

/** @throws BadRule */
function readRule(rule: unknown, index: number): CostRule {
  const fields = mapOf(rule, '', RULE_KEYS)
  const component = componentName(fields['component'])
  if (component === undefined) {
    throw new BadRule(
      'component',
      "component must be a name such as vector_db, and not that of a call's part",
    )
  }
  const perCall = fields['per_call']
  if (typeof perCall !== 'number' || !(perCall >= 0 && perCall <= HIGHEST)) {
    throw new BadRule('per_call', `per_call must be USD from 0 to ${HIGHEST}`)
  }
  const quantity = optionalText(fields, 'quantity', 'the name of a span attribute')
  return {
    name: optionalText(fields, 'name', 'a text') ?? `rule ${index + 1}`,
    component,
    perCall,
    ...(quantity === undefined ? {} : { quantity }),
    origin: origin(fields['origin']),
    match: readMatch(fields['match']),
  }
}

function readMatch(value: unknown): CostRule['match'] {
  const match = mapOf(value, 'match', MATCH_KEYS)
  if (Object.keys(match).length === 0) {
    throw new BadRule('match', `match must say which spans are meant, by ${MATCH_KEYS.join(', ')}`)
  }
  const attributes =
    match['attributes'] === undefined ? {} : mapOf(match['attributes'], 'match/attributes')
  return {
    ...conditionsAt(match, 'name'),
    ...conditionsAt(match, 'scope'),
    ...(match['kind'] === undefined ? {} : { kind: kinds(match['kind']) }),
    attributes: Object.entries(attributes).map(([name, condition]) => [
      name,
      conditions(condition, 'match/attributes', name),
    ]),
  }
}

/** @param path where in the rule it is; empty for the rule itself */
function mapOf(value: unknown, path: string, allowed?: readonly string[]): JsonObject {
  const named = path === '' ? 'a rule' : shown(path)
  if (!isObject(value)) throw new BadRule(path, `${named} must be a map`)
  const unknown = Object.keys(value).find((key) => allowed?.includes(key) === false)
  if (unknown === undefined) return value
  const where = path === '' ? unknown : `${path}/${unknown}`
  throw new BadRule(where, `${named} has no '${unknown}'; allowed: ${allowed?.join(', ') ?? ''}`)
}

function shown(path: string): string {
  return path.replaceAll('/', '.')
}

function optionalText(fields: JsonObject, key: string, allowed: string): string | undefined {
  const value = fields[key]
  if (value === undefined || value === null) return undefined
  const read = text(value)
  if (read === undefined) throw new BadRule(key, `${key} must be ${allowed}`)
  return read
}

/** A rule says what each span costs: that is measured, unless it says otherwise. */
function origin(value: unknown): CostRule['origin'] {
  if (value === undefined || value === null || value === 'measured') return 'measured'
  if (value === 'allocated') return value
  throw new BadRule('origin', 'origin must be measured or allocated')
}

function conditionsAt(
  match: JsonObject,
  key: 'name' | 'scope',
): Partial<Record<typeof key, Conditions>> {
  return match[key] === undefined ? {} : { [key]: conditions(match[key], 'match', key) }
}

function conditions(value: unknown, path: string, key: string): Conditions {
  const values = Array.isArray(value) ? (value as readonly unknown[]) : [value]
  const scalar = values.every((one) => ['string', 'number', 'boolean'].includes(typeof one))
  if (!scalar || values.length === 0) {
    const allowed = 'a text, in which * stands for anything, or a list of such'
    throw new BadRule(path, `${shown(path)}.${key} must be ${allowed}`)
  }
  return values.map((one) => patternOf(String(one)))
}

function kinds(value: unknown): NonNullable<CostRule['match']['kind']> {
  const values = Array.isArray(value) ? (value as readonly unknown[]) : [value]
  return values.map((one) => {
    const kind = SPAN_KINDS.find((name) => name === one)
    if (kind !== undefined) return kind
    throw new BadRule('match/kind', `match.kind must be one of ${SPAN_KINDS.join(', ')}`)
  })
}
