/**
 * Parts that most processes never need, loaded by those that do, at once and once: each file that is read at start-up
 * costs up to a millisecond (29 files were 34 ms of processor time, measured, Node 24).
 */

import { createRequire } from 'node:module'

/** Of this file: `.ts` from sources, `.js` as built. Asked for when it is needed: in a CommonJS bundle there is none. */
const extension = (): string => import.meta.url.slice(import.meta.url.lastIndexOf('.'))

let load: NodeJS.Require | undefined

/**
 * @param path of a module of ours from this folder on, without its extension; the caller knows what it exports
 * @example onDemand('prices-file') as typeof import('./prices-file.ts')
 */
export function onDemand(path: string): unknown {
  load ??= createRequire(import.meta.url)
  return load(`./${path}${extension()}`)
}

/**
 * What is part of a bundle has lost the files beside it. Such a copy hands on to a preloaded one, and can't do its work.
 * @throws Error that says what to do about it.
 */
export function refuseBundled(): void {
  try {
    createRequire(import.meta.url).resolve(`./on-demand${extension()}`)
  } catch (cause) {
    throw new Error(
      'costspan is part of a bundle and cannot find its files: preload it (node --require costspan/register), ' +
        'or keep it out of the bundle (esbuild: --external:costspan)',
      { cause },
    )
  }
}
