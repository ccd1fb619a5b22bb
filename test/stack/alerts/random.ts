/** Repeatable chance. */

export interface Random {
  /** From 0 up to 1. */
  readonly next: () => number
  readonly chance: (probability: number) => boolean
  /** Mean 1. */
  readonly exponential: () => number
  /** Mean 1, with this coefficient of variation. */
  readonly lognormal: (cv: number) => number
  readonly pick: <T>(from: readonly T[]) => T
}

export function randomOf(seed: number): Random {
  const next = mulberry32(seed)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return {
    next,
    chance: (probability) => next() < probability,
    exponential: () => -Math.log(1 - next()),
    lognormal(cv) {
      const variance = Math.log(1 + cv * cv)
      return Math.exp(normal() * Math.sqrt(variance) - variance / 2)
    },
    pick: (from) => from[Math.floor(next() * from.length)]!,
  }
}

/** Source: Tommy Ettinger's mulberry32, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
