/** The files of the page, as the build left them. */

import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

export interface PageFile {
  readonly type: string
  readonly bytes: Uint8Array
}

/** Run from sources, the built page lies in `dist`; run from `dist`, beside this file. */
const folder = new URL(
  import.meta.url.endsWith('.ts') ? '../dist/local/page/' : './page/',
  import.meta.url,
)

/** `undefined` where there is no such file. Names are flat: nothing outside the folder can be asked for. */
export async function pageFile(path: string): Promise<PageFile | undefined> {
  const name = path === '/' ? 'index.html' : path.slice(1)
  const type = TYPES[extname(name)]
  if (type === undefined || !/^[a-z0-9-]+\.[a-z]+$/i.test(name)) return undefined
  try {
    return { type, bytes: await readFile(fileURLToPath(new URL(name, folder))) }
  } catch {
    return undefined
  }
}
