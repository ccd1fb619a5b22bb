/** What the rules would have recorded of a past, by Prometheus' own engine, as blocks beside the past. */

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { enginePaths } from '../engines/engines.ts'
import { CONFIG, type Stack } from '../support/stack.ts'
import type { Range } from './expand.ts'

interface Recorded {
  readonly rules: string
  readonly range: Range
  readonly every: string
  /** Rules that read what others record have nothing to read the first time. */
  readonly passes: number
}

const HOUR = 3_600_000

/** An hour of what alerts compare with, a day of budgets and of what they read. @param to when the past ends, milliseconds since 1970 */
export async function recordPast(stack: Stack, folder: string, to: number): Promise<void> {
  const parts: readonly Recorded[] = [
    { rules: 'fast.yaml', range: { from: to - HOUR, to }, every: '15s', passes: 2 },
    { rules: 'minutes.yaml', range: { from: to - 24 * HOUR, to }, every: '1m', passes: 1 },
    { rules: 'budgets.yaml', range: { from: to - 24 * HOUR, to }, every: '5m', passes: 1 },
  ]
  for (const part of parts) {
    for (let pass = 0; pass < part.passes; pass += 1) {
      await createBlocks(stack.prometheus, folder, part)
      // Blocks that appear are read within a minute; those that are there at its start at once.
      await stack.server.stop()
      await stack.server.start()
    }
  }
}

function createBlocks(
  prometheus: string,
  folder: string,
  { rules, range, every }: Recorded,
): Promise<void> {
  const args = [
    ...['tsdb', 'create-blocks-from', 'rules'],
    `--url=${prometheus}`,
    `--start=${Math.floor(range.from / 1000)}`,
    `--end=${Math.floor(range.to / 1000)}`,
    `--eval-interval=${every}`,
    `--output-dir=${folder}`,
    join(CONFIG, 'rules', rules),
  ]
  return new Promise((done, failed) => {
    execFile(enginePaths().promtool, args, (error, _stdout, stderr) => {
      if (error === null) done()
      else failed(new Error(`promtool: ${stderr.slice(-500)}`))
    })
  })
}
