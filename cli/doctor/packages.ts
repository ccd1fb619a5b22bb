/** What is installed where the command runs: clients of providers, and copies of OpenTelemetry's API. */

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { at, text } from '../../instrumentation/core/unknown.ts'
import { HOOKS, KNOWN_CLIENTS, type KnownClient, type Transport } from './clients.ts'
import { note, ok, whole, type Finding } from './finding.ts'

interface Installed extends KnownClient {
  readonly version: string
}

export function clientFindings(folder: string): readonly Finding[] {
  const installed = installedClients(folder)
  if (installed.length === 0) {
    return [note('clients', 'no client that is known is installed in this folder')]
  }
  return (Object.keys(HOOKS) as Transport[]).flatMap((transport) => {
    const names = installed.filter((one) => one.transport === transport).map(named)
    return names.length === 0 ? [] : [ok('clients', `by ${HOOKS[transport]}: ${names.join(', ')}`)]
  })
}

const named = ({ name, version }: Installed): string => whole(`${name} ${version}`)

/** Versions of known clients, as a program in this folder would load them. */
export function installedClients(folder: string): readonly Installed[] {
  return KNOWN_CLIENTS.flatMap((client) => {
    const version = foldersAbove(folder)
      .map((each) => versionAt(join(each, 'node_modules', client.name)))
      .find((one) => one !== undefined)
    return version === undefined ? [] : [{ ...client, version }]
  })
}

function foldersAbove(folder: string): readonly string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...foldersAbove(above)]
}

function versionAt(path: string): string | undefined {
  try {
    return text(at(JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')), 'version'))
  } catch {
    return undefined // not installed there
  }
}

const API = '@opentelemetry/api'

/** An API sees what another of its version or a later one has registered, and not what an earlier one has (measured). */
export function apiFindings(folder: string): readonly Finding[] {
  const copies = apiCopies(join(folder, 'node_modules'))
  const newest = Math.max(...copies.map(({ version }) => minorOf(version)))
  const older = copies.filter(({ version }) => minorOf(version) < newest)
  if (older.length === 0) return []
  const owners = [...new Set(older.map(({ owner, version }) => whole(`${version} of ${owner}`)))]
  const [first = '', second = '', ...more] = owners
  const shown = more.length === 0 ? owners : [first, second, `${more.length} more`]
  return [
    note(
      'API copies',
      `of ${API} 1.${newest} and older: ${shown.join(', ')}. Where an older one sets OpenTelemetry up, the newer records nothing`,
      `one for all: ${whole(`"overrides": { "${API}": "1.${newest}" }`)}`,
    ),
  ]
}

function minorOf(version: string): number {
  return Number(version.split('.')[1])
}

interface Copy {
  /** The package that it is installed for. */
  readonly owner: string
  readonly version: string
}

/** Of npm's layout packages nested in packages; of pnpm's its store. */
function apiCopies(modules: string): readonly Copy[] {
  const nested = packagesIn(modules).map((owner) => [owner, join(modules, owner, 'node_modules')])
  const stored = entriesOf(join(modules, '.pnpm'))
    .filter((name) => name.startsWith('@opentelemetry+api@'))
    .map((name) => [name, join(modules, '.pnpm', name, 'node_modules')])
  return [['this folder', modules], ...nested, ...stored].flatMap(([owner = '', each = '']) => {
    const version = versionAt(join(each, API))
    return version === undefined ? [] : [{ owner, version }]
  })
}

function packagesIn(modules: string): readonly string[] {
  return entriesOf(modules).flatMap((name) =>
    name.startsWith('@') ? entriesOf(join(modules, name)).map((each) => join(name, each)) : name,
  )
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // there is none
  }
}
