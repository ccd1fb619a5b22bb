/** The price book of a command: the bundled prices and the user's files over them. */

import { readConfig } from '../instrumentation/config.ts'
import { bookWithFiles } from '../instrumentation/prices-file.ts'
import { PriceBookError, type PriceBook } from '../instrumentation/pricing/index.ts'
import { Failure } from './command.ts'

/**
 * @param paths of `--prices`; where there are none, the configured file
 * @throws Failure where a price file can't be used.
 */
export function bookFor(command: string, paths: readonly string[]): PriceBook {
  try {
    return bookWithFiles(priceFiles(paths))
  } catch (error) {
    if (error instanceof PriceBookError) throw new Failure(`costspan ${command}: ${error.message}`)
    throw error
  }
}

export function priceFiles(paths: readonly string[]): readonly string[] {
  const { priceFile } = readConfig()
  return paths.length > 0 || priceFile === undefined ? paths : [priceFile]
}
