/** Fields and the names they have on spans and in baggage. */

import { fieldNamed } from '../core/attribution-fields.ts'
import * as names from '../semconv.ts'

const ATTRIBUTES: Readonly<Record<string, string>> = {
  feature: names.ATTR_FEATURE,
  team: names.ATTR_TEAM,
  customer: names.ATTR_CUSTOMER,
  costCenter: names.ATTR_COST_CENTER,
  user: names.ATTR_USER_ID,
  session: names.ATTR_SESSION_ID,
  conversation: names.ATTR_CONVERSATION_ID,
  'prompt.name': names.ATTR_PROMPT_NAME,
  'prompt.version': names.ATTR_PROMPT_VERSION,
}

const FIELDS: ReadonlyMap<string, string> = new Map(
  Object.entries(ATTRIBUTES).map(([field, attribute]) => [attribute, field]),
)

const TAG = 'tags.'
/** In baggage, followed by the unit's type: attributes of spans have type and id apart. */
const UNIT_KEY = `${names.ATTR_UNIT_ID}.`

/** The field that this name means: `feature`, or its attribute `costspan.feature`. */
export function fieldOf(name: string): string | undefined {
  const known = FIELDS.get(name) ?? fieldNamed(name)
  if (known !== undefined || !name.startsWith(names.PREFIX_TAG)) return known
  return fieldNamed(TAG + name.slice(names.PREFIX_TAG.length))
}

/** The name under which a field travels in baggage: that of its span attribute. */
export function baggageKey(field: string): string {
  if (field.startsWith(TAG)) return names.PREFIX_TAG + field.slice(TAG.length)
  return ATTRIBUTES[field] ?? `${UNIT_KEY}${field.slice('unit.'.length)}`
}

/** The field that travels under this key. */
export function fieldOfBaggageKey(key: string): string | undefined {
  const unit = key.startsWith(UNIT_KEY)
  return unit ? fieldNamed(`unit.${key.slice(UNIT_KEY.length)}`) : fieldOf(key)
}
