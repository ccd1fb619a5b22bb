/**
 * Which variants of a rate a call's context selects, and what to make of a value that no variant names: the same
 * rates, a lower bound, or no price. Never a silent guess.
 */

import type { PriceContext } from '../core/call.ts'
import type { CostReason } from '../core/cost.ts'
import { DIMENSIONS, type ContextKind, type Dimension } from './format.ts'
import type { LayerProvider } from './layer.ts'
import type { Variant } from './rule.ts'

/** A context with its fields named, absent ones too. */
export type Circumstances = { readonly [K in keyof PriceContext]?: PriceContext[K] | undefined }

/** Why the amount is only a lower bound. */
export interface Doubt {
  readonly reason: CostReason
  readonly detail: string
}

/** What every provider calls its ordinary tier. `auto` is a request's value that some answers repeat. */
const ORDINARY: readonly string[] = ['standard', 'default', 'auto']

/** The field of a context by its name in a price file. */
export const FIELDS = {
  tier: 'serviceTier',
  speed: 'speed',
  inference_geo: 'inferenceGeo',
  region: 'region',
  routing: 'routing',
  search_context_size: 'searchContextSize',
  image_size: 'imageSize',
  image_quality: 'imageQuality',
  resolution: 'resolution',
} as const satisfies Readonly<Record<Dimension, keyof PriceContext>>

type Tables = readonly LayerProvider['context'][]

export function contextFor(
  context: PriceContext,
  variants: readonly Variant[],
  tables: Tables,
): { readonly variants: readonly Variant[]; readonly doubt: Doubt | undefined } | Doubt {
  const chosen = variants.filter((variant) => holds(variant, context))
  let doubt: Doubt | undefined
  for (const dimension of DIMENSIONS) {
    const value = context[FIELDS[dimension]]
    if (value === undefined || value === '') continue
    if (chosen.some((variant) => names(variant.when[dimension], value))) continue
    const kind = kindOf(dimension, value, tables)
    if (kind === 'standard') continue
    const detail = `no rate for ${dimension.replaceAll('_', ' ')} '${value}'`
    if (kind === 'premium') {
      doubt = { reason: 'tier_unknown', detail: `${detail}: at the standard rate, a lower bound` }
      continue
    }
    return { reason: kind === 'commitment' ? 'commitment' : 'tier_unknown', detail }
  }
  return { variants: chosen, doubt }
}

/** A variant may say `standard` of a dimension: that holds for every way of saying so, and for saying nothing. */
function holds(variant: Variant, context: PriceContext): boolean {
  return DIMENSIONS.every((dimension) => {
    const allowed = variant.when[dimension]
    if (allowed === undefined) return true
    const value = context[FIELDS[dimension]] || undefined
    if (value !== undefined && names(allowed, value)) return true
    return allowed.includes('standard') && (value === undefined || ORDINARY.includes(value))
  })
}

/** `'*'` names every value, `'!global'` every value but that. */
function names(allowed: readonly string[] | undefined, value: string): boolean {
  if (allowed === undefined) return false
  return allowed.some(
    (item) => item === value || item === '*' || (item.startsWith('!') && item.slice(1) !== value),
  )
}

function kindOf(dimension: Dimension, value: string, tables: Tables): ContextKind | undefined {
  for (const table of tables.toReversed()) {
    const said = table[dimension]?.get(value) ?? table[dimension]?.get('*')
    if (said !== undefined) return said
  }
  if (dimension === 'tier') return ORDINARY.includes(value) ? 'standard' : undefined
  // A provider whose book has no such table does not price by it.
  return tables.some((table) => table[dimension] !== undefined) ? undefined : 'standard'
}
