/** A past as blocks of Prometheus' own, in a folder that it starts from. */

import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { enginePaths } from '../engines/engines.ts'
import { writeHistory, type History } from './history.ts'

export interface Written {
  readonly series: number
  readonly samples: number
}

/** @param folder Prometheus' `--storage.tsdb.path` */
export async function writeBlocks(history: History, folder: string): Promise<Written> {
  const sum = { series: 0, samples: 0 }
  for (const part of ['hours', 'counters'] as const) {
    const file = join(folder, `${part}.txt`)
    const { series, samples } = writeHistory(history, file, part)
    sum.series += series
    sum.samples += samples
    await createBlocks(file, folder)
    rmSync(file)
  }
  return sum
}

export function createBlocks(file: string, folder: string): Promise<void> {
  // promtool reads the whole text once for each block: one block for all of it.
  const args = ['tsdb', 'create-blocks-from', '--max-block-duration=64d', '--quiet', 'openmetrics']
  return new Promise((done, failed) => {
    execFile(enginePaths().promtool, [...args, file, folder], (error, _stdout, stderr) => {
      if (error === null) done()
      else failed(new Error(`promtool: ${stderr.slice(-500)}`))
    })
  })
}
