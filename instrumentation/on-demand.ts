/**
 * Parts that most processes never need, loaded by those that do, at once and once: each file that is read at start-up
 * costs up to a millisecond (29 files were 34 ms of processor time, measured, Node 24).
 */

import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)
/** Of this file: `.ts` from sources, `.js` as built. */
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'))

/**
 * @param path of a module of ours from this folder on, without its extension; the caller knows what it exports
 * @example onDemand('prices-file') as typeof import('./prices-file.ts')
 */
export function onDemand(path: string): unknown {
  return load(`./${path}${EXTENSION}`)
}
