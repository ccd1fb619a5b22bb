/** Medians over rounds; what a variant adds is taken round by round, before the median. */

/** Of an even number of values the mean of the middle two; of none, NaN. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN
  return (upper + lower) / 2
}

export interface Compared {
  readonly median: number
  /** Median of the rounds' differences, and of their ratios. */
  readonly added: number
  readonly ratio: number
}

/** `values` and `base` by round, of equal length. */
export function compared(values: readonly number[], base: readonly number[]): Compared {
  const pairs = values.map((value, round) => [value, base[round] ?? NaN] as const)
  return {
    median: median(values),
    added: median(pairs.map(([value, bare]) => value - bare)),
    ratio: median(pairs.map(([value, bare]) => value / bare)),
  }
}
