/**
 * Tells when a CommonJS module of a given name is loaded. The AWS client is CommonJS for ES modules too, so this sees
 * it either way, without the loader hooks that patching ES modules takes.
 */

import Module from 'node:module'
import { guard } from '../../guard.ts'

/** Modules of the AWS SDK that hold the class of all its clients, newest first. */
export const AWS_CLIENT_MODULES = ['@smithy/core/client', '@smithy/smithy-client'] as const

/** CommonJS too. */
export const UNDICI_MODULE = 'undici'

interface Loader {
  _load(request: string, ...rest: readonly unknown[]): unknown
}

/** @param hooks by the name that is required; called with its exports at each load, so they must bear repetition */
export function onRequired(hooks: ReadonlyMap<string, (exports: unknown) => void>): () => void {
  const loader = Module as unknown as Loader
  const load = loader._load
  const hooked = function (this: unknown, request: string, ...rest: readonly unknown[]): unknown {
    const exports = load.apply(this, [request, ...rest])
    const hook = hooks.get(isUndici(request) ? UNDICI_MODULE : request)
    if (hook !== undefined)
      guard(`hooking ${request}`, () => {
        hook(exports)
      })
    return exports
  }
  loader._load = hooked
  return () => {
    if (loader._load === hooked) loader._load = load
  }
}

/** By its name or another that begins so, as aliases of several versions do; an ES module's import loads it by its file. */
const UNDICI_PATH = /(?:^|[\\/]node_modules[\\/])undici[\w.-]*(?:[\\/]index\.js)?$/

function isUndici(request: string): boolean {
  return request.includes(UNDICI_MODULE) && UNDICI_PATH.test(request)
}
