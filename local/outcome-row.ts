/** What a unit of work came to, as the local store keeps it: a ticket resolved, a document accepted. */

export interface OutcomeRow {
  /** When it was so, epoch milliseconds: as the application says, which may be before or long after the unit's calls. */
  readonly at: number
  /** `ticket.resolved`: whatever the application names. */
  readonly name: string
  /** Absent: not said, which is neither success nor failure. */
  readonly success?: boolean
  /** What it was worth, USD. */
  readonly value?: number
  /** The unit whose calls and costs led to it, in whichever process or trace. Absent: it is nobody's. */
  readonly unitType?: string
  readonly unitId?: string
  readonly service: string
  readonly environment?: string
  readonly feature?: string
  readonly team?: string
  readonly customer?: string
  readonly promptName?: string
  readonly promptVersion?: string
  readonly user?: string
  readonly session?: string
  readonly tags: Readonly<Record<string, string>>
  /** Outcomes of one name and key are one: the first counts, later ones are duplicates. */
  readonly idempotencyKey?: string
  /** Where it was recorded; not needed to join it. */
  readonly traceId?: string
  readonly spanId?: string
  /** What tells this record from every other, so that a batch sent again counts once. Absent: its content does. */
  readonly recordId?: string
}
