/** One child process that runs one program for one variant, and what came of it. */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { reasonIn, installed } from './install.ts'
import type { Delivered } from './sink.ts'
import { isBare, isCostspan, type Variant } from './variants.ts'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

export type Figures = Readonly<Record<string, number>>

/** Where a run exports to. */
export interface Sink {
  endpoint(run: string): string
  delivered(run: string): Promise<Delivered>
  stop(): void
}

const TIMEOUT_MS = 90_000
/** The same for all: nothing is dropped for want of room, and metrics are exported while the clock runs. */
const TELEMETRY = {
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'otlp',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  OTEL_BSP_MAX_QUEUE_SIZE: '20000',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '512',
  OTEL_BSP_SCHEDULE_DELAY: '100',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
  OTEL_METRIC_EXPORT_TIMEOUT: '1000',
  // openlit's name of the interval.
  OTEL_EXPORTER_OTLP_METRICS_EXPORT_INTERVAL: '1000',
  TRACELOOP_TELEMETRY: 'false',
}

export async function startSink(): Promise<Sink> {
  const child = spawn(process.execPath, [path('./sink.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const address = `http://127.0.0.1:${Number(line.toString())}`
  return {
    endpoint: (run) => `${address}/${run}`,
    delivered: async (run) => (await (await fetch(`${address}/${run}`)).json()) as Delivered,
    stop: () => child.stdin.end(),
  }
}

interface Program {
  readonly file: string
  readonly flags?: readonly string[]
  readonly preloads?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const TRANSPORT = [path('./apps/transport.cjs')]
const HELLO: Program = { file: path('./apps/hello.cjs') }
const WORKLOAD: Program = { file: path('./apps/workload.cjs'), preloads: TRANSPORT }
const ALLOCATION: Program = {
  file: path('./apps/allocation.cjs'),
  preloads: TRANSPORT,
  flags: ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'],
}

const TURNS: Program = {
  file: path('./apps/turns.cjs'),
  preloads: [...TRANSPORT, path('./apps/bare-copy.cjs')],
  // Often enough that what a block recorded is exported before its figures are taken.
  env: { OTEL_BSP_SCHEDULE_DELAY: '50' },
}

function start(variant: Variant, program: Program, endpoint: string): ChildProcess {
  return spawn(process.execPath, flagsOf(variant, program), {
    env: { ...environmentOf(variant, endpoint), ...program.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  })
}

function flagsOf(variant: Variant, program: Program): readonly string[] {
  const preloads = [...(program.preloads ?? []), variant.preload].filter(
    (file) => file !== undefined,
  )
  const required = preloads.flatMap((file) => ['--require', file])
  return [...(program.flags ?? []), ...required, program.file]
}

function environmentOf(variant: Variant, endpoint: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'] ?? '',
    BENCH_MODULES: installed(variant),
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    COSTSPAN_FEATURE: 'bench',
    ...TELEMETRY,
  }
}

/** What the child printed. Rejects with the telling line of its complaint where it fails. */
async function output(child: ChildProcess): Promise<string> {
  const text = { stdout: '', stderr: '' }
  child.stdout?.on('data', (bytes: Buffer) => (text.stdout += bytes.toString()))
  child.stderr?.on('data', (bytes: Buffer) => (text.stderr += bytes.toString()))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code === 0) return text.stdout
  const how = signal === null ? `exit code ${code}` : `${signal} after ${TIMEOUT_MS / 1000} s`
  throw new Error(`${how}: ${reasonIn(text.stderr)}`)
}

/** Milliseconds from `spawn` to the first line of a program that loads nothing, and to its end. */
export async function startUp(variant: Variant, endpoint: string): Promise<Figures> {
  const started = performance.now()
  const child = start(variant, HELLO, endpoint)
  let first = NaN
  child.stdout?.on('data', (bytes: Buffer) => {
    if (bytes.includes('hello')) first = performance.now() - started
  })
  await output(child)
  return { start: first, startToEnd: performance.now() - started }
}

async function figuresOf(variant: Variant, program: Program, endpoint: string): Promise<Figures> {
  const stdout = await output(start(variant, program, endpoint))
  const line = stdout.split('\n').find((one) => one.startsWith('figures '))
  if (line === undefined) throw new Error('no figures printed')
  return JSON.parse(line.slice('figures '.length)) as Figures
}

/** @throws Error where the bare program or costspan did not deliver what it must: then nothing was measured. */
async function delivering(
  variant: Variant,
  program: Program,
  sink: Sink,
  run: string,
): Promise<Figures> {
  const figures = await figuresOf(variant, program, sink.endpoint(run))
  const { spans, metricExports, bytes } = await sink.delivered(run)
  const made = figures['calls'] ?? NaN
  const expected = isBare(variant) ? 0 : isCostspan(variant) ? made : spans
  if (spans !== expected) throw new Error(`${spans} spans delivered of ${expected}`)
  return { ...figures, spans, metricExports, bytesACall: bytes / made }
}

export function calls(variant: Variant, sink: Sink, run: string): Promise<Figures> {
  return delivering(variant, WORKLOAD, sink, run)
}

/** What the client takes bare, and what it takes more where it is seen, by turns in one process. */
export function inTurns(variant: Variant, sink: Sink, run: string): Promise<Figures> {
  return delivering(variant, TURNS, sink, run)
}

export async function allocation(variant: Variant, sink: Sink, run: string): Promise<Figures> {
  const { callKb = NaN, streamKb = NaN } = await figuresOf(variant, ALLOCATION, sink.endpoint(run))
  await sink.delivered(run)
  return { callKb, streamKb }
}
