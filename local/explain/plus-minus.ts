/**
 * How sure an amount is. What a prompt was made of is apportioned by the length of its parts, but a character of prose
 * has fewer tokens than one of JSON: each cause is computed again with one part a quarter denser than the whole.
 *
 * Characters per token of o200k_base, as JSON text, measured on this repository and its dependencies (2026-11): English
 * prose 4.4 to 5.1, TypeScript 4.0, a JSON schema 4.1, JSON data 3.4, YAML 3.1: within a quarter of their middle. Columns
 * of figures (1.8) are beyond it.
 */

import { accountFor, type CauseName } from './accounts.ts'
import type { Densities } from './call-parts.ts'
import type { Side } from './spend.ts'

const DENSER = 1.25
const PARTS = ['system', 'tools', 'history', 'rest'] as const

/** 1e-12 USD by cause; a cause that no estimate touches is absent. */
export function plusMinus(
  before: Side,
  after: Side,
  scale: number,
): ReadonlyMap<CauseName, bigint> {
  const found = new Map<CauseName, bigint>()
  const calls = [...before.calls, ...after.calls]
  const parts = PARTS.filter((part) => calls.some(({ context }) => (context?.[part] ?? 0) > 0))
  // A prompt of one part is all that part: nothing was apportioned.
  if (parts.length < 2) return found
  const plain = accountFor(before, after, scale).amounts
  for (const part of parts) {
    const densities: Densities = { [part]: DENSER }
    const denser = accountFor(before, after, scale, densities).amounts
    for (const name of new Set([...plain.keys(), ...denser.keys()])) {
      const moved = (denser.get(name) ?? 0n) - (plain.get(name) ?? 0n)
      const size = moved < 0n ? -moved : moved
      // Rounding moves every amount a little.
      if (size > BigInt(calls.length * 8 + 200) && size > (found.get(name) ?? 0n)) {
        found.set(name, size)
      }
    }
  }
  return found
}
