/** Newer prices without a release, for those who name a place: fetched now and then, checked, swapped in at once. */

import type { Layer } from '../pricing/layer.ts'
import { accept } from './accept.ts'
import { keepLastGood, readLastGood, type LastGood } from './last-good.ts'
import { fetchBook, RefreshProblem } from './source.ts'

const TIMEOUT_MS = 10_000

export interface RefreshSettings {
  /** An http(s) URL, a file: URL or a path. */
  readonly place: string
  /** Where the last good one is kept. */
  readonly file: string
  /** Milliseconds between looks. */
  readonly intervalMs: number
  /** Milliseconds until the first look. Default 5 s. */
  readonly firstMs?: number
  readonly timeoutMs?: number
}

export interface Refresh {
  /** The last good book of that place, where it is still good: what is asked for is only what differs from it. */
  resume(): Promise<Layer | undefined>
  /** One look. The new layer, or `undefined` where nothing is newer. @throws RefreshProblem */
  look(): Promise<Layer | undefined>
}

/** @param version that of the list prices in use, a day */
export function createRefresh(
  { place, file, timeoutMs = TIMEOUT_MS }: RefreshSettings,
  version: () => string,
): Refresh {
  let etag: string | undefined
  return {
    async resume() {
      const kept = await readLastGood(file, place)
      const layer = kept === undefined ? undefined : await stillGood(kept, version())
      if (layer !== undefined) etag = kept?.etag
      return layer
    },
    async look() {
      const fetched = await fetchBook(place, etag, timeoutMs)
      if (fetched === undefined) return undefined
      const layer = await accept(fetched.text, place, version())
      // Only what was accepted is not asked for again.
      etag = fetched.etag
      await keepLastGood(file, { place, ...fetched }).catch(() => undefined)
      return layer
    },
  }
}

/** The layer of the last good book of that place; `undefined` where there is none that is still good. */
export async function lastGoodLayer(
  { place, file }: Pick<RefreshSettings, 'place' | 'file'>,
  version: string,
): Promise<Layer | undefined> {
  const kept = await readLastGood(file, place)
  return kept === undefined ? undefined : await stillGood(kept, version)
}

async function stillGood({ text, place }: LastGood, version: string): Promise<Layer | undefined> {
  try {
    return await accept(text, place, version)
  } catch (error) {
    if (error instanceof RefreshProblem) return undefined
    throw error
  }
}

/**
 * Looks soon after the start and then at each interval, a tenth earlier or later, so that a fleet does not ask at once.
 * Its timers keep no process alive. A problem is said once, until it changes.
 */
export function startRefresh(
  settings: RefreshSettings,
  prices: { readonly version: () => string; readonly use: (layer: Layer) => void },
  say: (line: string) => void,
): () => void {
  const refresh = createRefresh(settings, prices.version)
  let said = ''
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const look = async (): Promise<void> => {
    try {
      const layer = await refresh.look()
      if (layer !== undefined) prices.use(layer)
      said = ''
    } catch (error) {
      const line = error instanceof Error ? error.message : String(error)
      if (line !== said) say(`prices not refreshed: ${line}. The last good ones stay.`)
      said = line
    }
  }
  const wait = (ms: number): void => {
    if (stopped) return
    timer = setTimeout(() => {
      look().then(
        () => {
          wait(settings.intervalMs * (0.9 + Math.random() * 0.2))
        },
        () => undefined,
      )
    }, ms)
    timer.unref()
  }
  refresh.resume().then(
    (layer) => {
      if (layer !== undefined) prices.use(layer)
      wait((settings.firstMs ?? 5_000) * (0.5 + Math.random()))
    },
    () => undefined,
  )
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
