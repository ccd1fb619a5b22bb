/** Collector, Prometheus and a store of traces, with the configuration that is shipped, on ports of their own. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { enginePaths } from '../engines/engines.ts'
import { freePorts, startEngine, type EngineProcess } from './engine-process.ts'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
export const CONFIG = join(ROOT, 'collector-config')
/** Takes amounts as spans state them. */
export const AS_STATED = fileURLToPath(new URL('as-stated.yaml', import.meta.url))
const STORE_CONFIG = fileURLToPath(new URL('trace-store.yaml', import.meta.url))

export interface StackOptions {
  /** In place of `collector.yaml`. */
  readonly collector?: string
  /** In place of `pricing.yaml`. */
  readonly pricing?: string
  /** Beside them. */
  readonly more?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** In place of Prometheus' flags of `docker-compose.yml`. */
  readonly flags?: (flags: readonly string[]) => readonly string[]
  /** In place of `prometheus.yaml`. */
  readonly prometheus?: string
}

export interface Stack {
  /** Where applications send OTLP/HTTP. */
  readonly otlp: string
  readonly prometheus: string
  /** Where the store of traces keeps them. */
  readonly spans: string
  readonly collector: Part
  readonly server: Part
  readonly store: Part
  /** Starts another Collector, of the same configuration unless told otherwise; where it takes OTLP. */
  replica(): Promise<string>
  other(options: StackOptions): Promise<CollectorPart>
  close(): Promise<void>
}

/** One engine of the stack, which can go and come back with what it had on disk. */
export interface Part {
  readonly running: EngineProcess
  start(): Promise<void>
  stop(): Promise<void>
  kill(): Promise<void>
}

export interface CollectorPart {
  readonly otlp: string
  readonly collector: Part
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-stack-'))
  const [server, storeGrpc, storeHealth] = await freePorts(3)
  const prometheus = `http://127.0.0.1:${server}`
  const spans = join(folder, 'spans.jsonl')
  const binaries = enginePaths()
  const store = await part({
    name: 'trace store',
    binary: binaries.otelcol,
    args: ['--config', STORE_CONFIG],
    env: { GRPC_PORT: `${storeGrpc}`, HEALTH_PORT: `${storeHealth}`, FILE: spans },
    readyUrl: `http://127.0.0.1:${storeHealth}/`,
  })
  mkdirSync(join(folder, 'tsdb'))
  const flags = prometheusFlags(join(folder, 'tsdb'), options.prometheus)
  const metrics = await part({
    name: 'Prometheus',
    binary: binaries.prometheus,
    args: [...(options.flags?.(flags) ?? flags), `--web.listen-address=127.0.0.1:${server}`],
    readyUrl: `${prometheus}/-/ready`,
  })
  const tempo = `127.0.0.1:${storeGrpc}`
  const first = await startCollector(join(folder, 'queue'), { prometheus, tempo }, options).catch(
    async (error: unknown) => {
      for (const each of [metrics, store]) await each.kill()
      throw error
    },
  )
  const others: Part[] = []
  const other = async (own: StackOptions): Promise<CollectorPart> => {
    const queue = join(folder, `queue-${others.length + 2}`)
    const started = await startCollector(queue, { prometheus, tempo }, own)
    others.push(started.collector)
    return started
  }
  return {
    otlp: first.otlp,
    prometheus,
    spans,
    collector: first.collector,
    server: metrics,
    store,
    other,
    replica: async () => (await other(options)).otlp,
    async close() {
      for (const each of [first.collector, ...others, metrics, store]) await each.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startCollector(
  queue: string,
  to: { readonly prometheus: string; readonly tempo: string },
  options: StackOptions,
): Promise<CollectorPart> {
  const [http, grpc, loop, health] = await freePorts(4)
  const collector = await part({
    name: 'Collector',
    binary: enginePaths().otelcol,
    args: configArgs(options),
    env: {
      COSTSPAN_HTTP_ADDRESS: `127.0.0.1:${http}`,
      COSTSPAN_GRPC_ADDRESS: `127.0.0.1:${grpc}`,
      COSTSPAN_LOOP_ADDRESS: `127.0.0.1:${loop}`,
      COSTSPAN_HEALTH_ADDRESS: `127.0.0.1:${health}`,
      COSTSPAN_QUEUE_DIR: queue,
      COSTSPAN_TEMPO_ENDPOINT: to.tempo,
      COSTSPAN_PROMETHEUS_ENDPOINT: `${to.prometheus}/api/v1/otlp`,
      ...options.env,
    },
    readyUrl: `http://127.0.0.1:${health}/`,
  })
  return { otlp: `http://127.0.0.1:${http}`, collector }
}

export function configArgs(options: StackOptions = {}): readonly string[] {
  const { collector = join(CONFIG, 'collector.yaml'), more = [] } = options
  const { pricing = join(CONFIG, 'pricing.yaml') } = options
  const files = [collector, pricing, ...more]
  return files.flatMap((file) => ['--config', file])
}

/** The flags that are shipped, with the paths of this run. */
function prometheusFlags(
  folder: string,
  config: string = join(CONFIG, 'prometheus.yaml'),
): readonly string[] {
  const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true })
  const flags: readonly string[] = compose.services.prometheus.command
  return flags.map((flag) => {
    if (flag.startsWith('--config.file=')) return `--config.file=${config}`
    return flag.startsWith('--storage.tsdb.path=') ? `--storage.tsdb.path=${folder}` : flag
  })
}

async function part(options: Parameters<typeof startEngine>[0]): Promise<Part> {
  let running = await startEngine(options)
  return {
    get running() {
      return running
    },
    async start() {
      running = await startEngine(options)
    },
    stop: () => running.stop(),
    kill: () => running.kill(),
  }
}
