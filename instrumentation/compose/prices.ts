/** The prices of a process: the bundled ones, and what its settings lay over them. */

import type { Config } from '../config.ts'
import { guardAsync } from '../guard.ts'
import { onDemand } from '../on-demand.ts'
import { createPrices, type Prices } from '../prices.ts'
import { untraced } from '../record/otel-globals.ts'

/**
 * The bundled book is read with the first price, not at start-up. A file of the user's is read at once, so that its
 * mistakes are named before the first call; one that can't be used is left out.
 */
export function pricesOf(config: Config, say: (line: string) => void): Prices {
  const prices = createPrices()
  const { priceFile, pricesUrl } = config
  if (priceFile !== undefined) {
    try {
      const file = onDemand('prices-file') as typeof import('../prices-file.ts')
      prices.use(file.priceFileLayer(priceFile), 'file')
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      say(`COSTSPAN_PRICES: ${why}. Using the bundled prices.`)
    }
  }
  const off = config.disabled || config.sdkDisabled
  if (pricesUrl !== undefined && !off) refreshFrom(pricesUrl, config, prices, say)
  return prices
}

/** Loaded only for those who have named a place. */
function refreshFrom(
  place: string,
  config: Config,
  prices: Prices,
  say: (line: string) => void,
): void {
  guardAsync('refreshing the prices', async () => {
    const { startRefresh } = await import('../refresh/refresh.ts')
    untraced(() =>
      startRefresh(
        { place, file: config.pricesCache, intervalMs: config.pricesRefreshMs },
        {
          version: prices.version,
          use: (layer) => {
            prices.use(layer, 'refreshed')
          },
        },
        say,
      ),
    )
  }).catch(() => undefined)
}
