/**
 * Where a series of costs per unit changes its level. Ranks, not dollars, decide (Mann-Whitney, windows of several
 * lengths beside each point), so that one dear conversation is no change of level; dollars then say how large it is.
 */

/** `[from, to)`, indices into the series. */
export interface Segment {
  readonly from: number
  readonly to: number
}

/** Units on the shorter side of a change: fewer can't be told from chance. */
const SHORTEST = 8
/** Longer series are thinned to so many groups of consecutive units. */
const MOST_POINTS = 1_000
/** Standard deviations. 8 units against 24 reach 4.2 only if hardly any of them overlap. */
const EVIDENCE = 4
/** The means must differ by a quarter: less is real at times, but not what anybody is called for. */
const SMALLEST_RATIO = 1.25

/** The series as levels, in order; a single segment where nothing changed. `costs`: positive, in order of time. */
export function segments(costs: readonly number[]): readonly Segment[] {
  const size = Math.max(1, Math.ceil(costs.length / MOST_POINTS))
  const series = seriesOf(costs, size)
  const count = series.points.length
  const bounds = significant(series, [0, ...changes(series, 0, count), count])
  return bounds.slice(1).map((to, index) => ({
    from: (bounds[index] ?? 0) * size,
    to: Math.min(to * size, costs.length),
  }))
}

interface Series {
  /** Means of `size` consecutive costs. */
  readonly points: readonly number[]
  /** Sum of the points before each index. */
  readonly sums: readonly number[]
}

function seriesOf(costs: readonly number[], size: number): Series {
  const points: number[] = []
  for (let from = 0; from < costs.length; from += size) {
    const group = costs.slice(from, from + size)
    points.push(group.reduce((sum, each) => sum + each, 0) / group.length)
  }
  const sums = [0]
  for (const point of points) sums.push((sums.at(-1) ?? 0) + point)
  return { points, sums }
}

/** Narrow windows first: a window that is too wide mixes levels. Then the parts to either side. */
function changes(series: Series, from: number, to: number): readonly number[] {
  for (let width = SHORTEST; width <= to - from - SHORTEST; width = Math.ceil(width * 1.5)) {
    const found = strongest(series, from, to, width)
    if (found !== undefined) {
      return [...changes(series, from, found), found, ...changes(series, found, to)]
    }
  }
  return []
}

/** The split with the most evidence. Wide windows are moved in strides, and from the best of those step by step. */
function strongest(series: Series, from: number, to: number, width: number): number | undefined {
  const stride = Math.max(1, Math.floor(width / 8))
  const first = from + SHORTEST
  const last = to - SHORTEST
  const coarse = best(series, { from, to, width }, first, last, stride)
  if (coarse === undefined || stride === 1) return coarse
  const [low, high] = [Math.max(first, coarse - stride), Math.min(last, coarse + stride)]
  return best(series, { from, to, width }, low, high, 1)
}

function best(
  series: Series,
  within: { readonly from: number; readonly to: number; readonly width: number },
  first: number,
  last: number,
  stride: number,
): number | undefined {
  const { from, to, width } = within
  let found: number | undefined
  let most = 0
  for (let split = first; split <= last; split += stride) {
    for (const [left, right] of [
      [width, width],
      [3 * width, width],
      [width, 3 * width],
    ] as const) {
      const evidence = contrast(
        series,
        Math.max(from, split - left),
        split,
        Math.min(to, split + right),
      )
      if (evidence > most) [found, most] = [split, evidence]
    }
  }
  return found
}

/** Neighbours that do not differ as wholes are one level after all. */
function significant(series: Series, bounds: readonly number[]): readonly number[] {
  const weak = bounds
    .slice(1, -1)
    .find(
      (split, index) => contrast(series, bounds[index] ?? 0, split, bounds[index + 2] ?? 0) === 0,
    )
  return weak === undefined
    ? bounds
    : significant(
        series,
        bounds.filter((split) => split !== weak),
      )
}

/** Evidence that `[start, split)` and `[split, end)` are different levels, in standard deviations; 0 if too little. */
function contrast(series: Series, start: number, split: number, end: number): number {
  const ratio = mean(series, split, end) / mean(series, start, split)
  if (!(ratio >= SMALLEST_RATIO || ratio <= 1 / SMALLEST_RATIO)) return 0
  const z = rankContrast(series.points.slice(start, split), series.points.slice(split, end))
  // Ranks and means must point the same way: otherwise a few dear units pull the mean.
  return Math.abs(z) >= EVIDENCE && z > 0 === ratio > 1 ? Math.abs(z) : 0
}

/** Mann-Whitney's U as a standard normal, corrected for ties; positive where the right side ranks higher. */
function rankContrast(left: readonly number[], right: readonly number[]): number {
  const all = [
    ...left.map((value) => ({ value, right: false })),
    ...right.map((value) => ({ value, right: true })),
  ].sort((x, y) => x.value - y.value)
  const count = all.length
  let rightRanks = 0
  let ties = 0
  for (let from = 0; from < count;) {
    let to = from + 1
    while (to < count && all[to]?.value === all[from]?.value) to += 1
    const rank = (from + 1 + to) / 2
    for (let index = from; index < to; index += 1) if (all[index]?.right) rightRanks += rank
    ties += (to - from) ** 3 - (to - from)
    from = to
  }
  const u = rightRanks - (right.length * (right.length + 1)) / 2
  const spread =
    ((left.length * right.length) / 12) * (count + 1 - ties / (count * Math.max(1, count - 1)))
  return spread > 0 ? (u - (left.length * right.length) / 2) / Math.sqrt(spread) : 0
}

function mean(series: Series, from: number, to: number): number {
  return ((series.sums[to] ?? 0) - (series.sums[from] ?? 0)) / Math.max(1, to - from)
}
