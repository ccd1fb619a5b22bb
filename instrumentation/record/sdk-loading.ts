/** How parts of the SDK are loaded and named. */

import type { createRequire } from 'node:module'

/** Loads a package where it is needed: an exporter that is not chosen costs no start-up time. */
export type Load = ReturnType<typeof createRequire>

/** One line for a name in a standard variable that stands for nothing here. */
export function notKnown(variable: string, name: string, known: readonly string[]): string {
  return `${variable}=${name} is not known here; allowed: ${[...known, 'none'].join(', ')}. It is left out.`
}
