/** Puts a peer's pinned packages, and the `openai` it is measured on, into `node_modules/.cache/costspan-bench`. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Variant } from './variants.ts'

const ROOT = join(import.meta.dirname, '../..')
const CACHE = join(ROOT, 'node_modules/.cache/costspan-bench')

/**
 * The folder whose `node_modules` the variant loads from: this project's, or one of its own that is installed where it is
 * missing or its pins changed.
 * @throws Error with what npm gives as the reason, in a line.
 */
export function installed({ openai, packages }: Variant): string {
  if (packages === undefined) return ROOT
  const [first = `openai-${openai}`] = Object.keys(packages)
  const folder = join(CACHE, first.replace(/^@/, '').replace('/', '-'))
  const manifest = join(folder, 'package.json')
  const wanted = JSON.stringify({ private: true, dependencies: { ...packages, openai } }, null, 2)
  // npm writes this one last.
  const complete = existsSync(join(folder, 'node_modules/.package-lock.json'))
  if (complete && readFileSync(manifest, 'utf8') === wanted) return folder
  console.error(`installing ${first} into ${folder}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(manifest, wanted)
  install(folder)
  return folder
}

function install(folder: string): void {
  // `npm run` tells its children which project they are in.
  const { npm_config_local_prefix: _, ...env } = process.env
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer }
    rmSync(join(folder, 'node_modules'), { recursive: true, force: true })
    throw new Error(`npm install: ${reasonIn(stderr?.toString() ?? String(error))}`, {
      cause: error,
    })
  }
}

/** The line of a complaint that says what is wrong: npm and Node.js put codes and places before it. */
export function reasonIn(complaint: string): string {
  const lines = complaint.split('\n').flatMap((line) => line.trim() || [])
  const telling = lines.find((line) => /^(\w*Error\b.*: |npm error (?!code ))/.test(line))
  return telling ?? lines[0] ?? 'no reason given'
}
