/** A cost that is no LLM call, as the local store keeps it: a vector database query, a share of a gateway's bill. */

export interface CostRow {
  /** When it was incurred, epoch milliseconds. */
  readonly at: number
  /** `vector_db`, `gateway`: whatever the application or a price rule names. */
  readonly component: string
  /** USD, not negative. */
  readonly usd: number
  /** Who says so: the name of a price rule, or what `recordCost` was told: an invoice, an estimate. */
  readonly source: string
  /** `measured`: this use had this cost. `allocated`: its share of a cost that many uses have in common. */
  readonly origin: 'measured' | 'allocated'
  readonly unitType?: string
  readonly unitId?: string
  readonly service: string
  readonly environment?: string
  readonly feature?: string
  readonly team?: string
  readonly customer?: string
  readonly promptName?: string
  readonly promptVersion?: string
  readonly tags: Readonly<Record<string, string>>
  readonly traceId?: string
  readonly spanId?: string
  /** How many uses it stands for. Absent: not said. */
  readonly quantity?: number
  /** As in `OutcomeRow`. Absent: trace, span and component tell it, or its content where it has no span. */
  readonly recordId?: string
}
