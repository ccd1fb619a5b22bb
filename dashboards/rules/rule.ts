/** Prometheus' rule files, as it reads them. */

export interface Recording {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly keep_firing_for?: string
  readonly labels: { readonly severity: 'page' | 'ticket' }
  readonly annotations: Readonly<Record<string, string>>
}

export interface Group {
  readonly name: string
  readonly interval: string
  /** How late values may arrive: the group looks at the time that long ago. */
  readonly query_offset?: string
  readonly rules: readonly (Recording | Alert)[]
}

/** An expression under labels that it does not have. */
export function labelled(expr: string, label: string, value: string): string {
  return `label_replace(${expr}, "${label}", "${value}", "", "")`
}
