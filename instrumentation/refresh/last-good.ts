/** The last price book that was accepted, kept in a file so that it outlives the process. */

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { text, at } from '../core/unknown.ts'

export interface LastGood {
  /** Where it was fetched from: another place's copy is not used. */
  readonly place: string
  readonly etag?: string
  readonly text: string
}

/** `undefined` where there is none of that place. A file that can't be read is as none: the next fetch mends it. */
export async function readLastGood(file: string, place: string): Promise<LastGood | undefined> {
  try {
    const kept: unknown = JSON.parse(await readFile(file, 'utf8'))
    const body = text(at(kept, 'text'))
    const etag = text(at(kept, 'etag'))
    if (body === undefined || text(at(kept, 'place')) !== place) return undefined
    return { place, text: body, ...(etag === undefined ? {} : { etag }) }
  } catch {
    return undefined
  }
}

let written = 0

/** Whole or not at all: another process may be reading or writing it. */
export async function keepLastGood(file: string, kept: LastGood): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  written += 1
  const beside = `${file}.${process.pid}.${written}`
  try {
    await writeFile(beside, JSON.stringify(kept), { mode: 0o600 })
    await rename(beside, file)
  } finally {
    await rm(beside, { force: true })
  }
}
