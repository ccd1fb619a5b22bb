/** What an editor completes by the JSON Schema is what the engine takes. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  CONTEXT_KINDS,
  DIMENSIONS,
  RATE_GROUPS,
  RATE_KEYS,
} from '../../instrumentation/pricing/format.ts'
import { buildBook } from '../../instrumentation/pricing/index.ts'

interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly enum?: readonly string[]
  readonly additionalProperties?: Node
  readonly propertyNames?: { readonly anyOf: readonly Node[] }
}

const { properties = {}, $defs } = JSON.parse(
  readFileSync('prices/schema.json', 'utf8'),
) as Node & {
  readonly $defs: Readonly<Record<string, Node>>
}
const keys = (node: Node | undefined): readonly string[] =>
  Object.keys(node?.properties ?? {}).sort()

test('the schema knows the rates, groups, dimensions and meanings of the engine', () => {
  expect($defs['rateName']?.enum).toEqual(RATE_KEYS)
  const variant = $defs['variant']?.properties
  expect(variant?.['multiply']?.propertyNames?.anyOf[0]?.enum).toEqual(Object.keys(RATE_GROUPS))
  expect(keys(variant?.['when'])).toEqual([...DIMENSIONS, 'prompt_tokens', 'schedule'].sort())
  expect(keys($defs['provider']?.properties?.['context'])).toEqual([...DIMENSIONS].sort())
  expect($defs['meanings']?.additionalProperties?.enum).toEqual(CONTEXT_KINDS)
})

test('the schema knows the keys that the engine takes, and no others', () => {
  const allowed = (source: object): readonly string[] => {
    try {
      buildBook([{ name: 'f', source: source }])
      return []
    } catch (error) {
      const [, list = ''] = / allowed: (.*)$/.exec(String(error)) ?? []
      return list.split(', ').sort()
    }
  }
  const rule = (more: object) => ({ providers: { p: { models: { m: { rates: {}, ...more } } } } })
  const wrong = { '?': 1 }
  expect(Object.keys(properties).sort()).toEqual(allowed(wrong))
  // `catalogue` is for the files of prices/ alone.
  const provider = keys($defs['provider']).filter((key) => key !== 'catalogue')
  expect(provider).toEqual(allowed({ providers: { p: wrong } }))
  expect(keys($defs['rule'])).toEqual(allowed(rule(wrong)))
  expect(keys($defs['variant'])).toEqual(allowed(rule({ variants: [wrong] })))
  expect(keys($defs['source'])).toEqual(allowed(rule({ source: wrong })))
  expect(keys($defs['discount'])).toEqual(allowed({ discounts: [wrong] }))
  expect(keys($defs['alias'])).toEqual(allowed({ providers: { p: { aliases: { a: [wrong] } } } }))
  const schedule = { variants: [{ when: { schedule: wrong } }] }
  expect(keys($defs['schedule'])).toEqual(allowed(rule(schedule)))
})
