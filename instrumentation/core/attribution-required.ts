/** The one error that costspan throws into a call: where the configuration demands it. */

const CODE = 'COSTSPAN_ATTRIBUTION_REQUIRED'

/**
 * A call that does not say what `require` in the configuration demands with `block`. It was not sent: catch it, or
 * say who the call is for. Clients that wrap what `fetch` rejects with have it as their error's `cause`.
 */
export class AttributionRequiredError extends Error {
  /** True for the error of a second copy of the library as well: an application may bundle its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && 'code' in value && value.code === CODE
  }

  override readonly name = 'AttributionRequiredError'
  readonly code = CODE
  /** The fields that the call did not say: `team`, `prompt.name`, … */
  readonly missing: readonly string[]

  constructor(missing: readonly string[]) {
    super(
      `this LLM call does not say its ${missing.join(' and ')}, which 'require' in COSTSPAN_CONFIG demands; ` +
        `it was not sent. Say it with withAttribution(), a rule, or a default.`,
    )
    this.missing = missing
  }
}
