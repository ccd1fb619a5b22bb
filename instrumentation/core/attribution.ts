/** Who and what a call is for. Known before it is sent. */

export interface Unit {
  /** What is counted: `conversation`, `task`, `document`: whatever the application names. */
  readonly type: string
  readonly id: string
  /** True on the first call of the unit, where the application knows it. */
  readonly start?: boolean
}

export interface Attribution {
  readonly feature?: string
  readonly team?: string
  readonly customer?: string
  readonly costCenter?: string
  /** Stays on the span; never becomes a metric attribute. */
  readonly user?: string
  /** Stays on the span; never becomes a metric attribute. */
  readonly session?: string
  readonly prompt?: { readonly name?: string; readonly version?: string }
  readonly unit?: Unit
  readonly tags?: Readonly<Record<string, string>>
}

/** Inner wins, field by field; tags merge key by key; a prompt or unit replaces the outer one as a whole. */
export function mergeAttribution(outer: Attribution, inner: Attribution): Attribution {
  const merged = { ...outer, ...inner }
  if (outer.tags === undefined || inner.tags === undefined) return merged
  return { ...merged, tags: { ...outer.tags, ...inner.tags } }
}
