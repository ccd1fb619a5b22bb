/**
 * What a histogram keeps of the values of one series. Bounds and indices as OpenTelemetry's data model defines them
 * ("Metrics Data Model", Histogram and ExponentialHistogram, read 2026-11-26): a bucket holds its upper bound.
 */

export interface Distribution {
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  record(value: number): void
}

/** Count, sum and extremes. */
class Summary implements Distribution {
  count = 0
  sum = 0
  min = Infinity
  max = -Infinity

  record(value: number): void {
    this.count += 1
    this.sum += value
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
  }
}

/** Counts between given boundaries, ascending. Few values are beyond the first of ours, so they are passed one by one. */
export class ExplicitDistribution extends Summary {
  readonly boundaries: readonly number[]
  readonly counts: number[]

  constructor(boundaries: readonly number[]) {
    super()
    this.boundaries = boundaries
    this.counts = new Array<number>(boundaries.length + 1).fill(0)
  }

  override record(value: number): void {
    if (Number.isNaN(value)) return
    super.record(value)
    const { boundaries, counts } = this
    let index = 0
    while (index < boundaries.length && value > (boundaries[index] as number)) index += 1
    counts[index] = (counts[index] as number) + 1
  }
}

/** The finest that the data model recommends to begin with. */
const MAX_SCALE = 20
/** Buckets of a series at most, as the SDK has it; with more the scale halves. */
const MAX_BUCKETS = 160

/**
 * Counts in buckets that grow by the factor 2^(2^-scale), beginning with `offset`. As fine as its range allows: six
 * decades of dollars in 160 buckets make a factor of 1.09. For values of at least 0.
 */
export class ExponentialDistribution extends Summary {
  scale = MAX_SCALE
  zeroCount = 0
  offset = 0
  counts: number[] = []

  override record(value: number): void {
    if (!(value >= 0 && value < Infinity)) return
    super.record(value)
    if (value === 0) {
      this.zeroCount += 1
      return
    }
    let index = indexOf(value, this.scale)
    while (this.#width(index) > MAX_BUCKETS) {
      this.#halve()
      index >>= 1
    }
    this.#reach(index)
    const at = index - this.offset
    this.counts[at] = (this.counts[at] as number) + 1
  }

  /** Of the range with this index in it. */
  #width(index: number): number {
    const { counts, offset } = this
    if (counts.length === 0) return 1
    return Math.max(offset + counts.length - 1, index) - Math.min(offset, index) + 1
  }

  #reach(index: number): void {
    if (this.counts.length === 0) this.offset = index
    while (index < this.offset) {
      this.counts.unshift(0)
      this.offset -= 1
    }
    while (index >= this.offset + this.counts.length) this.counts.push(0)
  }

  /** Two buckets become one. */
  #halve(): void {
    const { counts, offset } = this
    const halved: number[] = []
    for (const [at, count] of counts.entries()) {
      const index = ((offset + at) >> 1) - (offset >> 1)
      halved[index] = (halved[index] ?? 0) + count
    }
    this.counts = halved
    this.offset = offset >> 1
    this.scale -= 1
  }
}

function indexOf(value: number, scale: number): number {
  return Math.ceil(Math.log2(value) * 2 ** scale) - 1
}
