/** The price vectors: the 53 golden ones and our own, by file. */

import { readdirSync, readFileSync } from 'node:fs'

export interface Vector {
  readonly id: string
  readonly provider: string
  readonly model: string
  readonly usage: Readonly<Record<string, number>>
  readonly at: string
  readonly expected_usd: number | null
  readonly expected_usd_exact: string | null
  /** Arithmetic by hand, from the source's rates. */
  readonly working: string | null
  readonly why: string
  readonly source: string
  readonly confidence: string
  /** `priced` unless stated, `unpriced` where nothing is expected. */
  readonly status?: 'partial' | 'unpriced'
  readonly reason?: string
}

function vectorsIn(file: URL): readonly Vector[] {
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] }
  return vectors
}

export const golden = vectorsIn(new URL('price-vectors.json', import.meta.url))

const folder = new URL('vectors/', import.meta.url)

/** Our own, by the name of their file. */
export const own: readonly (readonly [string, readonly Vector[]])[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => [name.replace('.json', ''), vectorsIn(new URL(name, folder))])
