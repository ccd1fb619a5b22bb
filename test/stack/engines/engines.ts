/**
 * The real engines, built from the source that Go's module proxy serves: once for each version, then found in a cache.
 * Versions stand in `go.mod` beside this file and in `alertmanager`, and in `collector-config/builder.yaml`.
 */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const HERE = dirname(fileURLToPath(import.meta.url))
const ROOT = join(HERE, '../../..')
const MANIFEST = join(ROOT, 'collector-config/builder.yaml')

const PIPELINE = ['otelcol', 'prometheus', 'promtool'] as const
/** Alertmanager's own tool for its configuration: nothing of the pipeline runs it. */
const ALL = [...PIPELINE, 'amtool'] as const
export type Engine = (typeof ALL)[number]
export type Engines = Readonly<Record<Engine, string>>

/** Whose source is where; the Collector's is written by its builder. */
const PACKAGES = {
  ocb: 'go.opentelemetry.io/collector/cmd/builder',
  prometheus: 'github.com/prometheus/prometheus/cmd/prometheus',
  promtool: 'github.com/prometheus/prometheus/cmd/promtool',
  amtool: 'github.com/prometheus/alertmanager/cmd/amtool',
} as const

/** A module of its own: another version of one does not rebuild the other. */
const AMTOOL = join(HERE, 'alertmanager')

/** Prometheus' discovery of services on two dozen clouds is most of its source, and no test discovers any. */
const FLAGS = ['-tags', 'remove_all_sd', '-trimpath', '-ldflags', '-s -w']

/** Where each engine is or will be: a folder for each version and each list of what goes in. */
export function enginePaths(): Engines {
  const sums = readFileSync(join(HERE, 'go.mod'), 'utf8')
  const manifest = readFileSync(MANIFEST, 'utf8')
  const version = /github\.com\/prometheus\/prometheus v0\.(\d)(\d\d)\.(\d+)/.exec(sums)
  const prometheus = `${version?.[1]}.${Number(version?.[2])}.${version?.[3]}`
  const collector = String(parse(manifest).dist.version)
  const folder = (name: string, text: string): string =>
    join(cacheFolder(), `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`)
  const server = folder(`prometheus-${prometheus}`, sums)
  const tool = readFileSync(join(AMTOOL, 'go.mod'), 'utf8')
  const alertmanager = /prometheus\/alertmanager v(\S+)/.exec(tool)?.[1]
  return {
    otelcol: join(folder(`otelcol-${collector}`, manifest), 'otelcol'),
    prometheus: join(server, 'prometheus'),
    promtool: join(server, 'promtool'),
    amtool: join(folder(`alertmanager-${alertmanager}`, tool), 'amtool'),
  }
}

/** Of those that tests of the pipeline run. */
export function missingEngines(): readonly Engine[] {
  return missingOf(PIPELINE)
}

/** Of all that are built. */
export function notBuilt(): readonly Engine[] {
  return missingOf(ALL)
}

function missingOf(names: readonly Engine[]): readonly Engine[] {
  const paths = enginePaths()
  return names.filter((name) => !existsSync(paths[name]))
}

/** `tempo` where a machine has one; its source is not built here (docs/pipeline.md says why). */
export function tempoBinary(): string | undefined {
  return process.env['COSTSPAN_STACK_TEMPO'] ?? onPath('tempo')
}

export function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file))
}

/** Builds what the cache lacks; `tell` gets a line a step. */
export async function buildEngines(tell: (line: string) => void): Promise<Engines> {
  const paths = enginePaths()
  for (const name of notBuilt()) {
    const began = performance.now()
    tell(`${name}: building into ${dirname(paths[name])}; a first build can take 20 minutes`)
    mkdirSync(dirname(paths[name]), { recursive: true })
    if (name === 'otelcol') await buildCollector(paths.otelcol, tell)
    else await build(name === 'amtool' ? AMTOOL : HERE, PACKAGES[name], paths[name])
    tell(`${name}: built in ${Math.round((performance.now() - began) / 1000)} s`)
  }
  for (const [name, path] of Object.entries(paths)) link(path, join(cacheFolder(), name))
  return paths
}

/** The plain name is the version in use, for whoever looks an engine up without its version. */
function link(path: string, name: string): void {
  rmSync(name, { force: true })
  symlinkSync(path, name)
}

function cacheFolder(): string {
  return process.env['COSTSPAN_STACK_CACHE'] ?? join(ROOT, 'node_modules/.cache/costspan-stack')
}

async function buildCollector(to: string, tell: (line: string) => void): Promise<void> {
  const folder = dirname(to)
  const ocb = join(folder, 'ocb')
  if (!existsSync(ocb)) {
    await build(HERE, PACKAGES.ocb, ocb)
    tell('otelcol: its builder is ready')
  }
  const source = join(folder, 'source')
  const manifest = parse(readFileSync(MANIFEST, 'utf8'))
  manifest.dist.output_path = source
  // JSON is YAML.
  writeFileSync(join(folder, 'builder.yaml'), JSON.stringify(manifest))
  await run(ocb, ['--skip-compilation', '--config', join(folder, 'builder.yaml')], folder)
  tell('otelcol: its source is written')
  await build(source, '.', to)
}

/** Under its name only when whole: a build that was interrupted is no engine. */
async function build(folder: string, what: string, to: string): Promise<void> {
  await run('go', ['build', ...FLAGS, '-o', `${to}.part`, what], folder)
  renameSync(`${to}.part`, to)
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  // Settings of the machine's own would make another binary of the same name.
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' }
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve(status ?? -1))
  })
  if (code === 0) return
  throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${said.slice(-2000)}`)
}
