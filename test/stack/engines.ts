/** Where a real engine is. */

import { existsSync } from 'node:fs'
import { enginePaths, onPath, type Engine } from './engines/engines.ts'

/** The engine that was built here, else the one on the PATH, else undefined. */
export function engine(name: Engine): string | undefined {
  const built = enginePaths()[name]
  return existsSync(built) ? built : onPath(name)
}
