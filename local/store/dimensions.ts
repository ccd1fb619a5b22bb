/** What calls can be grouped by: the name people use, and the SQL behind it. */

const COLUMNS = {
  feature: 'feature',
  team: 'team',
  customer: 'customer',
  costCenter: 'cost_center',
  user: 'user_id',
  session: 'session_id',
  conversation: 'conversation_id',
  promptName: 'prompt_name',
  promptVersion: 'prompt_version',
  model: 'COALESCE(request_model, response_model)',
  provider: 'provider',
  service: 'service',
  environment: 'environment',
  operation: 'operation',
  end: 'call_end',
  waste: 'waste',
  unitType: 'unit_type',
  unit: 'unit_id',
  status: 'status',
  reason: 'reason',
} as const

export type Dimension = keyof typeof COLUMNS
export const DIMENSIONS = Object.keys(COLUMNS) as readonly Dimension[]

export function columnOf(dimension: Dimension): string {
  return COLUMNS[dimension]
}

/** Takes `promptVersion`, `prompt-version` and `prompt_version` alike. */
export function dimensionNamed(name: string): Dimension | undefined {
  const camel = name.trim().replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return DIMENSIONS.find((dimension) => dimension === camel)
}

/** What units can be grouped by: what their first call says. */
export const UNIT_DIMENSIONS = [
  'feature',
  'team',
  'customer',
  'promptName',
  'promptVersion',
  'service',
  'environment',
] as const
export type UnitDimension = (typeof UNIT_DIMENSIONS)[number]
