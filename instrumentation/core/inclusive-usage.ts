/**
 * From the inclusive counts of the OpenTelemetry conventions (input and output are totals, everything else is a part
 * of one of them) to the disjoint buckets of `Usage`.
 */

import { compactUsage, type Usage } from './usage.ts'

/** Non-negative whole numbers. An absent count was not reported. */
export interface InclusiveCounts {
  /** All input. The counts of the next paragraph are parts of it. */
  readonly input?: number | undefined
  /** Cached audio included. */
  readonly cacheRead?: number | undefined
  /** All cache writes; where only their lifetimes are counted, their sum. */
  readonly cacheWrite?: number | undefined
  readonly cacheWrite5m?: number | undefined
  readonly cacheWrite30m?: number | undefined
  readonly cacheWrite1h?: number | undefined
  readonly cacheWrite12h?: number | undefined
  /** Cached audio included. */
  readonly audioInput?: number | undefined
  /** Part of both `cacheRead` and `audioInput`. */
  readonly audioCacheRead?: number | undefined
  readonly imageInput?: number | undefined

  /** All output. The counts of the next paragraph are parts of it. */
  readonly output?: number | undefined
  readonly reasoning?: number | undefined
  readonly audioOutput?: number | undefined
  readonly imageOutput?: number | undefined

  readonly webSearches?: number | undefined
  readonly fileSearches?: number | undefined
  readonly audioSeconds?: number | undefined
}

/** Counts that contradict each other have no usage: `problem` names them and their values. */
export function fromInclusive(
  counts: InclusiveCounts,
): { readonly usage: Usage } | { readonly problem: string } {
  for (const [name, value] of Object.entries(counts) as [string, number | undefined][]) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      return { problem: `${name} ${value} is not a whole number of at least 0` }
    }
  }
  const cacheRead = counts.cacheRead ?? 0
  const audioInput = counts.audioInput ?? 0
  const audioCacheRead = counts.audioCacheRead ?? 0
  const imageInput = counts.imageInput ?? 0
  const lifetimes =
    (counts.cacheWrite5m ?? 0) +
    (counts.cacheWrite30m ?? 0) +
    (counts.cacheWrite1h ?? 0) +
    (counts.cacheWrite12h ?? 0)
  const cacheWrite = counts.cacheWrite ?? lifetimes
  const audio = audioInput - audioCacheRead
  const problem =
    above('audioCacheRead', audioCacheRead, 'cacheRead', cacheRead) ??
    above('audioCacheRead', audioCacheRead, 'audioInput', audioInput) ??
    above('the sum of cache writes by lifetime', lifetimes, 'cacheWrite', cacheWrite) ??
    partsAbove('input', counts.input, { cacheRead, cacheWrite, audioInput: audio, imageInput }) ??
    partsAbove('output', counts.output, {
      reasoning: counts.reasoning ?? 0,
      audioOutput: counts.audioOutput ?? 0,
      imageOutput: counts.imageOutput ?? 0,
    })
  if (problem !== undefined) return { problem }
  return {
    usage: compactUsage({
      input: (counts.input ?? 0) - cacheRead - cacheWrite - audio - imageInput,
      cacheRead: cacheRead - audioCacheRead,
      cacheWrite: cacheWrite - lifetimes,
      cacheWrite5m: counts.cacheWrite5m,
      cacheWrite30m: counts.cacheWrite30m,
      cacheWrite1h: counts.cacheWrite1h,
      cacheWrite12h: counts.cacheWrite12h,
      audioInput: audio,
      audioCacheRead,
      imageInput,
      output:
        (counts.output ?? 0) -
        (counts.reasoning ?? 0) -
        (counts.audioOutput ?? 0) -
        (counts.imageOutput ?? 0),
      reasoning: counts.reasoning,
      audioOutput: counts.audioOutput,
      imageOutput: counts.imageOutput,
      webSearches: counts.webSearches,
      fileSearches: counts.fileSearches,
      audioSeconds: counts.audioSeconds,
    }),
  }
}

function above(part: string, count: number, whole: string, limit: number): string | undefined {
  return count > limit ? `${part} ${count} is above ${whole} ${limit}` : undefined
}

function partsAbove(
  whole: string,
  total: number | undefined,
  parts: Readonly<Record<string, number>>,
): string | undefined {
  const used = Object.entries(parts).filter(([, count]) => count > 0)
  const sum = used.reduce((all, [, count]) => all + count, 0)
  if (sum <= (total ?? 0)) return undefined
  const names = used.map(([name, count]) => `${name} ${count}`).join(' + ')
  if (total === undefined) return `${names} without ${whole}, of which it is a part`
  return used.length === 1
    ? `${names} is above ${whole} ${total}`
    : `${names} = ${sum} is above ${whole} ${total}`
}
