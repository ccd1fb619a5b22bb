/** The price book of a command: the bundled prices, refreshed ones where a place is configured, the user's files. */

import { readConfig } from '../instrumentation/config.ts'
import { priceFileLayer } from '../instrumentation/prices-file.ts'
import { bookOverLayers, bundledVersion } from '../instrumentation/pricing/bundled.ts'
import { PriceBookError, type PriceBook } from '../instrumentation/pricing/index.ts'
import type { Layer } from '../instrumentation/pricing/layer.ts'
import { lastGoodLayer } from '../instrumentation/refresh/refresh.ts'
import { Failure } from './command.ts'

/**
 * @param paths of `--prices`; where there are none, the configured file
 * @throws Failure where a price file can't be used.
 */
export async function bookFor(command: string, paths: readonly string[]): Promise<PriceBook> {
  const refreshed = await refreshedLayer()
  try {
    const files = priceFiles(paths).map(priceFileLayer)
    return bookOverLayers(refreshed === undefined ? files : [refreshed, ...files])
  } catch (error) {
    if (error instanceof PriceBookError) throw new Failure(`costspan ${command}: ${error.message}`)
    throw error
  }
}

/** What `costspan prices update` or an application last fetched; a command fetches nothing by itself. */
async function refreshedLayer(): Promise<Layer | undefined> {
  const { pricesUrl, pricesCache } = readConfig()
  if (pricesUrl === undefined) return undefined
  return await lastGoodLayer({ place: pricesUrl, file: pricesCache }, bundledVersion())
}

export function priceFiles(paths: readonly string[]): readonly string[] {
  const { priceFile } = readConfig()
  return paths.length > 0 || priceFile === undefined ? paths : [priceFile]
}
