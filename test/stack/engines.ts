/** Where the real engines are. */

import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const OTELCOL_VERSION = '0.161.0'

/** The Collector in the cache of built engines, else on the PATH, else undefined. */
export function otelcol(): string | undefined {
  const cache =
    process.env['COSTSPAN_STACK_CACHE'] ?? join(root, 'node_modules/.cache/costspan-stack')
  const places = [
    join(cache, `otelcol-${OTELCOL_VERSION}`),
    cache,
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  return places.map((place) => join(place, 'otelcol')).find((path) => existsSync(path))
}
