/** The price book that an application would have: how old, from where, whether it can be used. */

import type { Config } from '../../instrumentation/config.ts'
import { bundledVersion } from '../../instrumentation/pricing/bundled.ts'
import type { PriceBook } from '../../instrumentation/pricing/index.ts'
import { lastGoodLayer } from '../../instrumentation/refresh/refresh.ts'
import { Failure } from '../command.ts'
import { bookFor } from '../price-book.ts'
import { mend, note, ok, whole, type Finding } from './finding.ts'

const DAY = 86_400_000
/** Providers change a price every few weeks; older prices are worth a look. Days. */
const OLD = 60

export async function priceFindings(config: Config, now: number): Promise<readonly Finding[]> {
  const { priceFile, pricesUrl } = config
  const over = priceFile === undefined ? '' : `, ${priceFile} over them`
  try {
    const book = await bookFor('doctor', [])
    return [ageFinding(book, over, now), ...(await refreshFinding(pricesUrl, config))]
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return [mend('prices', error.message.replace(/^costspan doctor: /, ''))]
  }
}

function ageFinding(book: PriceBook, over: string, now: number): Finding {
  const { version, time } = book
  if (time === undefined) return ok('prices', `${version}${over}`)
  const days = Math.max(0, Math.floor((now - time) / DAY))
  const age = days === 0 ? 'today' : `${days} ${days === 1 ? 'day' : 'days'} old`
  const says = `of ${new Date(time).toISOString().slice(0, 10)}, ${age}${over}`
  if (days <= OLD) return ok('prices', says)
  return note('prices', says, `update costspan, or ${whole('costspan prices update')}`)
}

async function refreshFinding(
  place: string | undefined,
  { pricesCache }: Config,
): Promise<readonly Finding[]> {
  if (place === undefined) return []
  const from = URL.canParse(place) ? new URL(place).host : place
  const layer = await lastGoodLayer({ place, file: pricesCache }, bundledVersion())
  if (layer !== undefined) return [ok('prices', `refreshed from ${from}: ${layer.version}`)]
  const says = `nothing newer than the bundled ones has come from ${from} yet`
  return [note('prices', says, whole('costspan prices update'))]
}
