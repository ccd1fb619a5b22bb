/** Where the real engines are. */

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The program in the cache of built engines, else on the PATH, else undefined. */
export function engine(name: 'promtool' | 'prometheus' | 'otelcol'): string | undefined {
  const cache =
    process.env['COSTSPAN_STACK_CACHE'] ?? join(root, 'node_modules/.cache/costspan-stack')
  const places = [cache, ...(process.env['PATH'] ?? '').split(delimiter)]
  return places.map((place) => join(place, name)).find((path) => existsSync(path))
}

export const otelcol = (): string | undefined => engine('otelcol')
