/** `costspan prices update`: fetches newer list prices now, checks them and keeps them. */

import { readConfig } from '../../instrumentation/config.ts'
import {
  bookOverLayers,
  bundledBook,
  bundledVersion,
} from '../../instrumentation/pricing/bundled.ts'
import { createRefresh, lastGoodLayer } from '../../instrumentation/refresh/refresh.ts'
import { RefreshProblem } from '../../instrumentation/refresh/source.ts'
import { compareBooks } from '../compare-books.ts'
import { Failure, Misuse, type ExitCode } from '../command.ts'
import { parseOptions } from '../options.ts'

/** @throws Misuse, Failure */
export async function pricesUpdate(args: readonly string[]): Promise<ExitCode> {
  const { values } = parseOptions('prices update', args, {
    url: { type: 'string' },
    from: { type: 'string' },
    force: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  })
  if (values.url !== undefined && values.from !== undefined) {
    throw new Misuse('costspan prices update: --url and --from exclude each other')
  }
  const { pricesUrl, pricesCache } = readConfig()
  const place = values.url ?? values.from ?? pricesUrl
  if (place === undefined) {
    throw new Misuse(
      'costspan prices update: from where is not said. Allowed: --url URL, --from FILE, COSTSPAN_PRICES_URL',
    )
  }
  const bundled = bundledBook()
  const base = bundledVersion()
  const kept = values.force ? undefined : await lastGoodLayer({ place, file: pricesCache }, base)
  const before = kept === undefined ? bundled : bookOverLayers([kept])
  const oldest = values.force ? '' : (kept?.version ?? base)
  const layer = await looked(place, pricesCache, oldest)
  const after = bookOverLayers([layer])
  const { differences, missing } = compareBooks(before, after, Date.now())
  const result = {
    from: kept?.version ?? base,
    to: layer.version,
    changedRates: differences.length,
    newModels: missing.length,
    file: pricesCache,
  }
  if (values.json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
  else {
    process.stderr.write(
      `prices of ${result.from} -> ${result.to}: ${result.changedRates} rates changed, ${result.newModels} models are new; kept in ${result.file}\n`,
    )
  }
  return 0
}

/** @throws Failure */
async function looked(place: string, file: string, oldest: string) {
  try {
    const layer = await createRefresh({ place, file, intervalMs: 0 }, () => oldest).look()
    if (layer !== undefined) return layer
    throw new Failure(`costspan prices update: ${place}: nothing came`)
  } catch (error) {
    if (error instanceof RefreshProblem)
      throw new Failure(`costspan prices update: ${error.message}`)
    throw error
  }
}
