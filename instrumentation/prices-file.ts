/** A user's own price file, YAML or JSON: private models, deployments, negotiated rates, discounts. */

import { bookOverLayers } from './pricing/bundled.ts'
import { PriceBookError, type PriceBook, type PriceBookSource } from './pricing/book.ts'
import { layerOf, type Layer } from './pricing/layer.ts'
import { FileProblem, parseYaml, readYamlFile, type YamlFile } from './yaml-file.ts'

/**
 * Reads and checks a price file.
 * @throws PriceBookError in one line: file, line where there is one, what is wrong, what is allowed.
 */
export function readPriceFile(path: string): PriceBookSource {
  return priced(path, () => readYamlFile(path)).source
}

/**
 * The bundled prices with the files' laid over them, in their order.
 * @throws PriceBookError as `readPriceFile`.
 */
export function bookWithFiles(paths: readonly string[]): PriceBook {
  return bookOverLayers(paths.map(priceFileLayer))
}

/**
 * Checks the text of a price file; `name` is what messages call it.
 * @throws PriceBookError as `readPriceFile`.
 */
export function parsePriceFile(text: string, name: string): PriceBookSource {
  return priced(name, () => parseYaml(text, name)).source
}

/**
 * The file as a layer over the bundled prices.
 * @throws PriceBookError as `readPriceFile`.
 */
export function priceFileLayer(path: string): Layer {
  return priced(path, () => readYamlFile(path)).layer
}

/**
 * YAML or JSON, not yet checked.
 * @throws PriceBookError naming file and line where it is neither.
 */
export function parseText(text: string, name: string): unknown {
  return read(() => parseYaml(text, name)).value
}

function priced(
  name: string,
  open: () => YamlFile,
): { readonly source: PriceBookSource; readonly layer: Layer } {
  const file = read(open)
  try {
    return { source: file.value ?? {}, layer: layerOf(file.value ?? undefined, name) }
  } catch (error) {
    if (!(error instanceof PriceBookError)) throw error
    throw new PriceBookError(file.placeOf(error.path), error.path, error.problem)
  }
}

function read(open: () => YamlFile): YamlFile {
  try {
    return open()
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error
    throw new PriceBookError(error.place, [], error.problem)
  }
}
