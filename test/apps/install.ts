/** Applications of the tests have packages of their own, by a lock file each, outside the repository's install. */

import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../package/packed.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Installs what the lock file says, unless that has been done. */
export async function installApp(folder: string): Promise<void> {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  const kept = join(folder, 'node_modules', '.installed-lock.json')
  if (existsSync(kept) && readFileSync(kept, 'utf8') === lock) return
  const args = ['ci', '--ignore-scripts', '--workspaces=false']
  const { code, stderr } = await run('npm', args, folder, 600_000)
  if (code !== 0) throw new Error(`npm ci in ${folder}: ${stderr}`)
  writeFileSync(kept, lock)
}

/** The package as it is built, under its name. */
export function linkCostspan(folder: string): void {
  const link = join(folder, 'node_modules', 'costspan')
  rmSync(link, { force: true, recursive: true })
  symlinkSync(ROOT, link)
}
