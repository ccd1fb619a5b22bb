/** Collects garbage on demand, without a flag on the command line. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Collects until `done` says so, at most a second. */
export async function collectUntil(done: () => boolean): Promise<void> {
  for (let round = 0; round < 50 && !done(); round += 1) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
