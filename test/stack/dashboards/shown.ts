/** A number as a panel writes it, as far as a number can be lost in it: mappings of ranges to text, and decimals. */

import type { FieldConfig, Panel } from './model.ts'

interface RangeMapping {
  readonly type: string
  readonly options: {
    readonly from?: number | null
    readonly to?: number | null
    readonly result?: { readonly text?: string }
  }
}

/** @param column the field's name, for what a table says of one column */
export function shown(panel: Panel, value: number, column = ''): string {
  const { defaults = {}, overrides = [] } = panel.fieldConfig ?? {}
  const own = overrides
    .filter(({ matcher }) => matcher.id === 'byName' && matcher.options === column)
    .flatMap(({ properties }) => properties.map(({ id, value: set }) => [id, set] as const))
  const config = { ...defaults, ...Object.fromEntries(own) } as FieldConfig & {
    readonly mappings?: readonly RangeMapping[]
  }
  const mapped = config.mappings?.find(
    ({ type, options: { from, to } }) =>
      type === 'range' && value >= (from ?? -Infinity) && value <= (to ?? Infinity),
  )
  return mapped?.options.result?.text ?? value.toFixed(config.decimals ?? 0)
}

/** Something that is written as nothing. */
export const roundedAway = (text: string, value: number): boolean =>
  value !== 0 && Number(text) === 0
