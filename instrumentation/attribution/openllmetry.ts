/**
 * Whom an application tells OpenLLMetry its work is for: `withAssociationProperties`, `withWorkflow`, `withConversation`.
 * OpenLLMetry keeps it in OpenTelemetry's context, so it is known whether or not it instruments the client. Source:
 * `@traceloop/node-server-sdk` 0.27.0; `createContextKey` makes registered symbols of its keys.
 */

import type { Attribution } from '../core/attribution.ts'
import { writeField, type Draft } from '../core/attribution-fields.ts'
import { label } from '../core/label.ts'
import { isObject } from '../core/unknown.ts'

const PROPERTIES = Symbol.for('association_properties')
const WORKFLOW = Symbol.for('workflow_name')
const CONVERSATION = Symbol.for('conversation_id')

/**
 * Association properties that mean a field, the stronger later; the Collector's statements read the same. `customer_id`,
 * `user_id` and `session_id` are those of its enumeration.
 */
export const ASSOCIATION_FIELDS: Readonly<Record<string, string>> = {
  userId: 'user',
  user_id: 'user',
  session_id: 'session',
  chat_id: 'conversation',
  conversation_id: 'conversation',
  tenant_id: 'customer',
  customer_id: 'customer',
  team: 'team',
  feature: 'feature',
}

/** @param read the value that OpenTelemetry's active context has under a key */
export function openllmetryAttribution(read: (key: symbol) => unknown): Attribution | undefined {
  const properties = read(PROPERTIES)
  const workflow = read(WORKFLOW)
  const conversation = read(CONVERSATION)
  if (properties === undefined && workflow === undefined && conversation === undefined) {
    return undefined
  }
  const draft: Draft = {}
  const write = (field: string, given: unknown): void => {
    const value = label(given)
    if (value !== undefined) writeField(draft, field, value)
  }
  write('feature', workflow)
  if (isObject(properties)) {
    for (const [name, field] of Object.entries(ASSOCIATION_FIELDS)) write(field, properties[name])
  }
  write('conversation', conversation)
  return draft
}
