/** Whether a fetched text may replace the price book in use. */

import { setImmediate as turn } from 'node:timers/promises'
import { isObject } from '../core/unknown.ts'
import { bookOverLayers } from '../pricing/bundled.ts'
import { PriceBookError } from '../pricing/book.ts'
import { layerSteps, type Layer } from '../pricing/layer.ts'
import { parseText } from '../prices-file.ts'
import { RefreshProblem, shown } from './source.ts'

/**
 * The text as a checked layer of list prices. It is read provider by provider, with a turn of the event loop between
 * them: as large as the bundled book it held up others for 8 to 17 ms at a time (measured, Node 24), 58 ms in all.
 * @param oldest the version it must not be older than, a day
 * @throws RefreshProblem saying where, what and what is allowed.
 */
export async function accept(text: string, from: string, oldest: string): Promise<Layer> {
  const place = shown(from)
  const source = parsed(text, place)
  if (!isObject(source)) throw new RefreshProblem(`${place}: not a price book; allowed: a map`)
  const version = source['version']
  if (typeof version !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(version)) {
    throw new RefreshProblem(`${place}: version: not a day; allowed: such as 2026-11-24`)
  }
  if (version < oldest) {
    throw new RefreshProblem(`${place}: of ${version}, older than ${oldest}, which is in use`)
  }
  if (source['discounts'] !== undefined) {
    throw new RefreshProblem(`${place}: discounts: not of a price list; allowed: in your own file`)
  }
  try {
    const steps = layerSteps(source, place, true)
    for (;;) {
      const step = steps.next()
      if (step.done === true) {
        bookOverLayers([step.value])
        return step.value
      }
      await turn()
    }
  } catch (error) {
    if (error instanceof PriceBookError) throw new RefreshProblem(error.message)
    throw error
  }
}

function parsed(text: string, place: string): unknown {
  // JSON is what machines write: the bundled book is read in 3 ms as JSON, in 133 as YAML (measured, Node 24).
  if (text.trimStart().startsWith('{')) {
    try {
      return JSON.parse(text) as unknown
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new RefreshProblem(`${place}: not JSON (${why}); allowed: JSON or YAML`)
    }
  }
  try {
    return parseText(text, place)
  } catch (error) {
    if (error instanceof PriceBookError) throw new RefreshProblem(error.message)
    throw error
  }
}
