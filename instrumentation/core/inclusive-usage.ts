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
  /** Cached images included. */
  readonly imageInput?: number | undefined
  /** Part of both `cacheRead` and `imageInput`. */
  readonly imageCacheRead?: number | undefined
  readonly videoInput?: number | undefined

  /** All output. The counts of the next paragraph are parts of it. */
  readonly output?: number | undefined
  readonly reasoning?: number | undefined
  readonly audioOutput?: number | undefined
  readonly imageOutput?: number | undefined
  readonly videoOutput?: number | undefined

  /** Beside both totals; see `OTHER_METERS`. */
  readonly webSearches?: number | undefined
  readonly fileSearches?: number | undefined
  readonly xSearches?: number | undefined
  readonly rerankSearches?: number | undefined
  readonly requests?: number | undefined
  readonly citations?: number | undefined
  readonly codeSessions?: number | undefined
  readonly pages?: number | undefined
  readonly images?: number | undefined
  readonly videoSeconds?: number | undefined
  readonly characters?: number | undefined
  readonly audioSeconds?: number | undefined
}

/** Counts that contradict each other have no usage: `problem` names them and their values. */
export function fromInclusive(
  counts: InclusiveCounts,
): { readonly usage: Usage } | { readonly problem: string } {
  const of = (name: keyof InclusiveCounts): number => counts[name] ?? 0
  const cacheRead = of('cacheRead')
  const audioCacheRead = of('audioCacheRead')
  const audioInput = of('audioInput') - audioCacheRead
  const imageCacheRead = of('imageCacheRead')
  const imageInput = of('imageInput') - imageCacheRead
  const videoInput = of('videoInput')
  const lifetimes =
    of('cacheWrite5m') + of('cacheWrite30m') + of('cacheWrite1h') + of('cacheWrite12h')
  const cacheWrite = counts.cacheWrite ?? lifetimes
  const [reasoning, audioOutput] = [of('reasoning'), of('audioOutput')]
  const [imageOutput, videoOutput] = [of('imageOutput'), of('videoOutput')]
  const problem =
    notACount(counts) ??
    partsAbove('cacheRead', cacheRead, { audioCacheRead, imageCacheRead }) ??
    above('audioCacheRead', audioCacheRead, 'audioInput', of('audioInput')) ??
    above('imageCacheRead', imageCacheRead, 'imageInput', of('imageInput')) ??
    above('the sum of cache writes by lifetime', lifetimes, 'cacheWrite', cacheWrite) ??
    partsAbove('input', counts.input, {
      cacheRead,
      cacheWrite,
      audioInput,
      imageInput,
      videoInput,
    }) ??
    partsAbove('output', counts.output, { reasoning, audioOutput, imageOutput, videoOutput })
  if (problem !== undefined) return { problem }
  return {
    usage: compactUsage({
      ...counts,
      input: of('input') - cacheRead - cacheWrite - audioInput - imageInput - videoInput,
      cacheRead: cacheRead - audioCacheRead - imageCacheRead,
      cacheWrite: cacheWrite - lifetimes,
      audioInput,
      imageInput,
      output: of('output') - reasoning - audioOutput - imageOutput - videoOutput,
    }),
  }
}

function notACount(counts: InclusiveCounts): string | undefined {
  for (const [name, value] of Object.entries(counts) as [string, number | undefined][]) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) {
      return `${name} ${value} is not a whole number of at least 0`
    }
  }
  return undefined
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
