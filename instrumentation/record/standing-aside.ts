/**
 * Our global registration, made so that an application's own set-up wins even when it comes later. The API refuses a
 * second registration silently, so ours notices the attempt and makes room for it.
 *
 * How it notices: every 1.x API registers by `const api = (globalThis[KEY] = globalThis[KEY] ?? {…})` followed at once
 * by a read of `api[type]`. A plain look-up never assigns. So an assignment of our own record, directly followed by a
 * read of one of the types, is somebody registering that type; the record then turns into an empty one of their
 * version, and the registration goes through.
 */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { API_KEY, type ApiRecord } from './otel-globals.ts'

const SIGNALS = ['trace', 'metrics', 'context', 'propagation', 'logs'] as const

interface Offer {
  readonly record: ApiRecord
  /** Called once, before the application's first registration goes through. */
  readonly onForeign: () => void
  /** Called where that registration was refused all the same: its API's version could not be told. */
  readonly onRefused: () => void
}

/** Puts `record` where the API looks for it, until an application registers something of its own. */
export function offerGlobals({ record, onForeign, onRefused }: Offer): void {
  let registering = false
  let version = record.version
  const offered: Record<string, unknown> = {}
  const standAside = (): void => {
    for (const signal of SIGNALS) Reflect.deleteProperty(offered, signal)
    Object.defineProperty(offered, 'version', { value: version, enumerable: true })
    define(globalThis, { value: offered, writable: true })
    onForeign()
    // The registration itself is over before any microtask runs.
    queueMicrotask(() => {
      if (SIGNALS.every((signal) => offered[signal] === undefined)) onRefused()
    })
  }
  for (const signal of SIGNALS) {
    if (record[signal] === undefined) continue
    Object.defineProperty(offered, signal, {
      configurable: true,
      enumerable: true,
      get() {
        if (!registering) return record[signal]
        registering = false
        standAside()
        return undefined
      },
      set(value: unknown) {
        Object.defineProperty(offered, signal, {
          value,
          writable: true,
          configurable: true,
          enumerable: true,
        })
      },
    })
  }
  Object.defineProperty(offered, 'version', {
    configurable: true,
    enumerable: true,
    get() {
      // A logger for diagnostics is registered without a look at what is there: no set-up, and none is given way to.
      registering = false
      return version
    },
  })
  if (record.diag !== undefined) offered['diag'] = record.diag
  define(globalThis, {
    get: () => offered,
    set(value: unknown) {
      if (value !== offered) {
        define(globalThis, { value, writable: true })
        onForeign()
        return
      }
      registering = true
      version = registeringVersion() ?? record.version
    },
  })
}

function define(holder: object, how: PropertyDescriptor): void {
  Object.defineProperty(holder, API_KEY, { configurable: true, enumerable: false, ...how })
}

/**
 * The version of the `@opentelemetry/api` that is registering: it insists on finding its own. Read off the package
 * that holds the calling file; unknown in a bundle, where our own version must do.
 */
function registeringVersion(): string | undefined {
  const file = callingFile()
  if (file === undefined) return undefined
  let folder = dirname(file)
  for (let up = 0; up < 6; up += 1) {
    const found = packageVersion(join(folder, 'package.json'))
    if (found !== undefined) return found
    folder = dirname(folder)
  }
  return undefined
}

function packageVersion(path: string): string | undefined {
  try {
    const parsed = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown; version?: unknown }
    const own = parsed.name === '@opentelemetry/api' && typeof parsed.version === 'string'
    return own ? (parsed.version as string) : undefined
  } catch {
    return undefined // no package.json here: look further up
  }
}

/** The first file on the stack that is not this one. */
function callingFile(): string | undefined {
  const lines = new Error().stack?.split('\n').slice(1) ?? []
  const own = fileURLToPath(import.meta.url)
  for (const line of lines) {
    const place = /\(?((?:file:\/\/\/|\/|[A-Za-z]:\\)[^()]*?):\d+:\d+\)?$/.exec(line)?.[1]
    if (place === undefined) continue
    const file = place.startsWith('file://') ? fileURLToPath(place) : place
    if (file !== own) return file
  }
  return undefined
}
