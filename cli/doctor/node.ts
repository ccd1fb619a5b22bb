/** The Node that runs, the package, and how an application would get the preload. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { at, isObject, text } from '../../instrumentation/core/unknown.ts'
import { mend, note, ok, whole, type Finding } from './finding.ts'

/** What `package.json` asks for. */
const FLOOR: Version = [22, 15, 0]
/** Where synchronous module hooks begin in each line. Source: the release notes of Node 22.22.3, 24.11.1 and 25.1. */
const SYNC_HOOKS: readonly Version[] = [
  [22, 22, 3],
  [24, 11, 1],
  [25, 1, 0],
]

type Version = readonly [major: number, minor: number, patch: number]

export function nodeFinding(version: string): Finding {
  const given = versionOf(version)
  if (isBefore(given, FLOOR)) {
    return mend('Node', `${version}: costspan needs 22.15 or later`, 'install Node 24')
  }
  if (hasSyncHooks(given)) return ok('Node', version)
  return note(
    'Node',
    `${version} has no synchronous module hooks: instrumentations of others miss ES modules. ` +
      'costspan sees their calls all the same.',
    'Node 22.22.3, 24.11.1, 25.1 or later has them',
  )
}

function versionOf(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text
    .replace(/^v/, '')
    .split('.')
    .map((part) => parseInt(part, 10))
  return [major, minor, patch]
}

function isBefore(a: Version, b: Version): boolean {
  const n = a.findIndex((part, index) => part !== b[index])
  return n !== -1 && (a[n] ?? 0) < (b[n] ?? 0)
}

function hasSyncHooks(version: Version): boolean {
  const line = SYNC_HOOKS.find(([major]) => major === version[0])
  return line === undefined ? version[0] >= 26 : !isBefore(version, line)
}

const INSTALL = whole('npm install costspan')
export const PRELOAD = whole('node --require costspan/register app.js')

/** @param own version of the command that runs */
export function packageFinding(folder: string, own: string): Finding {
  const installed = installedVersion(folder)
  if (installed === undefined) return mend('costspan', 'not installed in this folder', INSTALL)
  if (installed === own) return ok('costspan', own)
  return note('costspan', `${installed} is installed here; this command is ${own}`, INSTALL)
}

function installedVersion(folder: string): string | undefined {
  try {
    const manifest: unknown = createRequire(join(folder, 'package.json'))('costspan/package.json')
    return text(at(manifest, 'version'))
  } catch {
    return undefined // not found from here
  }
}

const REGISTER = /\bcostspan\/register\b|[\\/]dist[\\/]instrumentation[\\/]register\b/

export function hasPreload(words: string): boolean {
  return REGISTER.test(words)
}

export function preloadFinding(folder: string, nodeOptions: string): Finding {
  if (hasPreload(nodeOptions)) return ok('preload', 'in NODE_OPTIONS')
  const scripts = scriptsWithPreload(folder)
  if (scripts.length > 0) return ok('preload', `in package.json: ${scripts.join(', ')}`)
  return note('preload', 'neither in NODE_OPTIONS nor in a script of package.json', PRELOAD)
}

function scriptsWithPreload(folder: string): readonly string[] {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const scripts = at(manifest, 'scripts')
    return Object.entries(isObject(scripts) ? scripts : {})
      .filter(([, words]) => hasPreload(String(words)))
      .map(([name]) => name)
  } catch {
    return [] // no package.json here, or none that can be read
  }
}
