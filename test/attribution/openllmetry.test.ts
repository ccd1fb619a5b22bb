import { expect, test } from 'vitest'
import { normaliseGroups } from '../../collector-config/normalise-statements.ts'
import {
  ASSOCIATION_FIELDS,
  openllmetryAttribution,
} from '../../instrumentation/attribution/openllmetry.ts'

const read = (context: Readonly<Record<string, unknown>>) =>
  openllmetryAttribution((key) => context[Symbol.keyFor(key) ?? ''])

test('a context without OpenLLMetry says nothing', () => {
  expect(read({})).toBeUndefined()
})

test('workflow, properties and conversation are fields; of two names the documented one wins', () => {
  const properties = {
    customer_id: 'acme',
    tenant_id: 'other',
    user_id: 7,
    session_id: 's',
    chat_id: 'chat',
    anything: 'else',
  }
  expect(read({ workflow_name: 'bot', association_properties: properties })).toEqual({
    feature: 'bot',
    customer: 'acme',
    user: '7',
    session: 's',
    unit: { type: 'conversation', id: 'chat' },
  })
  expect(read({ association_properties: properties, conversation_id: 'c' })?.unit?.id).toBe('c')
  expect(read({ workflow_name: 'bot', association_properties: { feature: 'x' } })).toEqual({
    feature: 'x',
  })
})

test.each([undefined, null, 'text', 1, [], { user_id: {} }, { team: '' }])(
  'properties that are %j name nobody',
  (properties) => {
    expect(read({ association_properties: properties, workflow_name: '' })).toEqual({})
  },
)

test('the Collector reads the same properties', () => {
  const statements = JSON.stringify(normaliseGroups({}))
  for (const name of Object.keys(ASSOCIATION_FIELDS)) {
    expect(statements).toContain(`traceloop.association.properties.${name}`)
  }
})
