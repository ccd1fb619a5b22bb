/**
 * `npm run bench:collector`: spans a second and processor time a span of one Collector with and without what prices
 * spans, and with tables of several sizes. All run at once, and take turns; medians over the rounds are shown.
 */

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { pricingConfig } from '../../collector-config/generate.ts'
import { buildBook } from '../../instrumentation/pricing/index.ts'
import { bundledSource } from '../../instrumentation/pricing/bundled.ts'
import { otelcol } from '../stack/engines.ts'
import { conventional, recorded } from './collector-spans.ts'
import { median } from './statistics.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '100' },
    // A whole configuration in place of one that only passes spans on: its traces/in has our processors.
    config: { type: 'string' },
  },
})
const ROUNDS = Number(values.rounds)
const REQUESTS = Number(values.requests)
const SPANS_PER_REQUEST = 512
const SENDERS = 4
/** The clock of /proc/PID/stat on Linux. */
const TICK_MS = 10
const SINK_PORT = 24_317
const SINK_HTTP_PORT = 24_316
const OURS = ['transform/normalise', 'transform/price']

const FEW = ['openai', 'anthropic']
const SOME = [
  ...FEW,
  'gcp.gemini',
  'gcp.vertex_ai',
  'azure.ai.openai',
  'aws.bedrock',
  'mistral_ai',
  'x_ai',
  'groq',
]

interface Variant {
  readonly name: string
  readonly models: number
  /** The configuration that prices; undefined: none. */
  readonly pricing: string | undefined
}

interface Running extends Variant {
  readonly child: ChildProcess
  readonly port: number
}

interface Figures {
  readonly perSecond: number
  readonly cpuUs: number
}

function priced(name: string, providers?: readonly string[]): Variant {
  const source = bundledSource()
  const all = Object.entries(source.providers ?? {})
  const kept = all.filter(([provider]) => providers?.includes(provider) ?? true)
  const models = kept.reduce((sum, [, { models: own }]) => sum + Object.keys(own ?? {}).length, 0)
  const book = buildBook([{ source: { ...source, providers: Object.fromEntries(kept) }, name }])
  return { name, models, pricing: pricingConfig(book) }
}

function start(binary: string, folder: string, variant: Variant, port: number): Running {
  const processors = variant.pricing === undefined ? [] : OURS
  if (values.config !== undefined) return startShipped(binary, folder, variant, port, values.config)
  const pipeline = join(folder, `${port}.yaml`)
  writeFileSync(
    pipeline,
    JSON.stringify({
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      processors: { memory_limiter: { check_interval: '1s', limit_mib: 2_000 } },
      exporters: { otlp_grpc: { endpoint: `127.0.0.1:${SINK_PORT}`, tls: { insecure: true } } },
      service: service(['memory_limiter', ...processors], 'otlp_grpc'),
    }),
  )
  const configs = [pipeline]
  if (variant.pricing !== undefined) {
    const file = join(folder, `${port}-pricing.yaml`)
    writeFileSync(file, variant.pricing)
    configs.push(file)
  }
  return { ...variant, port, child: collector(binary, configs) }
}

/** The shipped pipeline, Tempo and Prometheus played by the sink. */
function startShipped(
  binary: string,
  folder: string,
  variant: Variant,
  port: number,
  config: string,
): Running {
  const configs = [config]
  if (variant.pricing === undefined) {
    const own = readFileSync(config, 'utf8').match(/traces\/in:[^[]*\[[^[]*\[(.*?)\]/s)?.[1] ?? ''
    const left = own
      .split(',')
      .map((name) => name.trim())
      .filter((name) => !OURS.includes(name))
    const file = join(folder, `${port}.yaml`)
    const pipelines = { 'traces/in': { processors: left } }
    writeFileSync(file, JSON.stringify({ service: { pipelines } }))
    configs.push(file)
  } else {
    const file = join(folder, `${port}-pricing.yaml`)
    writeFileSync(file, variant.pricing)
    configs.push(file)
  }
  const child = collector(binary, configs, {
    COSTSPAN_HTTP_ADDRESS: `127.0.0.1:${port}`,
    COSTSPAN_GRPC_ADDRESS: `127.0.0.1:${port + 100}`,
    COSTSPAN_LOOP_ADDRESS: `127.0.0.1:${port + 200}`,
    COSTSPAN_HEALTH_ADDRESS: `127.0.0.1:${port + 300}`,
    COSTSPAN_QUEUE_DIR: join(folder, `queue-${port}`),
    COSTSPAN_TEMPO_ENDPOINT: `127.0.0.1:${SINK_PORT}`,
    COSTSPAN_PROMETHEUS_ENDPOINT: `http://127.0.0.1:${SINK_HTTP_PORT}`,
  })
  return { ...variant, port, child }
}

function startSink(binary: string, folder: string): ChildProcess {
  const file = join(folder, 'sink.yaml')
  writeFileSync(
    file,
    JSON.stringify({
      receivers: {
        otlp: {
          protocols: {
            grpc: { endpoint: `127.0.0.1:${SINK_PORT}` },
            http: { endpoint: `127.0.0.1:${SINK_HTTP_PORT}` },
          },
        },
      },
      exporters: { debug: { verbosity: 'basic', sampling_thereafter: 1_000_000 } },
      service: {
        ...service([], 'debug'),
        pipelines: {
          traces: { receivers: ['otlp'], exporters: ['debug'] },
          metrics: { receivers: ['otlp'], exporters: ['debug'] },
        },
      },
    }),
  )
  return collector(binary, [file])
}

function service(processors: readonly string[], exporter: string): object {
  return {
    telemetry: { metrics: { level: 'none' }, logs: { level: 'error' } },
    pipelines: { traces: { receivers: ['otlp'], processors, exporters: [exporter] } },
  }
}

function collector(
  binary: string,
  configs: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const flags = configs.flatMap((file) => ['--config', file])
  return spawn(binary, flags, {
    stdio: ['ignore', 'ignore', values.config === undefined ? 'inherit' : 'ignore'],
    env: { PATH: process.env['PATH'], ...env },
  })
}

const agent = new Agent({ keepAlive: true, maxSockets: SENDERS })

function post(port: number, body: Uint8Array): Promise<number> {
  const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length }
  return new Promise((resolve, reject) => {
    const sent = request({ port, method: 'POST', path: '/v1/traces', agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function ready({ port }: Running, body: Uint8Array): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    try {
      if ((await post(port, body)) === 200) return
    } catch {
      await sleep(100)
    }
  }
  throw new Error(`the Collector at ${port} was not ready within a minute`)
}

async function measure({ child, port }: Running, body: Uint8Array): Promise<Figures> {
  let left = REQUESTS
  const cpu = cpuMs(child)
  const began = performance.now()
  const sender = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const status = await post(port, body)
      if (status !== 200) throw new Error(`the Collector at ${port} answered ${status}`)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, sender))
  const elapsed = performance.now() - began
  // What it took over it sends on.
  await settled(child)
  const spans = REQUESTS * SPANS_PER_REQUEST
  return {
    perSecond: spans / (elapsed / 1_000),
    cpuUs: ((cpuMs(child) - cpu) * 1_000) / spans,
  }
}

/** Until it rests, at most a minute. */
async function settled(child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    const before = cpuMs(child)
    await sleep(1_000)
    if (cpuMs(child) - before <= 3 * TICK_MS) return
  }
}

function cpuMs({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

function residentMb({ pid }: ChildProcess): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? NaN) / 1_024
}

async function compare(name: string, running: readonly Running[], body: Uint8Array): Promise<void> {
  const figures = new Map<Running, Figures[]>(running.map((one) => [one, []]))
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [index] of running.entries()) {
      const one = running[(index + Math.max(round, 0)) % running.length]
      if (one === undefined) continue
      const measured = await measure(one, body)
      // The first round is to warm up.
      if (round >= 0) figures.get(one)?.push(measured)
    }
  }
  print(name, running, figures)
}

function print(
  name: string,
  running: readonly Running[],
  figures: ReadonlyMap<Running, Figures[]>,
): void {
  const [bare] = running
  const base = bare === undefined ? [] : (figures.get(bare) ?? [])
  console.log(`\n${name}\n`)
  console.log('| | models | spans/s | of those without | CPU µs a span | added | memory, MB |')
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |')
  for (const one of running) {
    const own = figures.get(one) ?? []
    const share = median(own.map((item, round) => item.perSecond / (base[round]?.perSecond ?? NaN)))
    const added = median(own.map((item, round) => item.cpuUs - (base[round]?.cpuUs ?? NaN)))
    const cells = [
      one.name,
      one.models === 0 ? '' : one.models,
      Math.round(median(own.map(({ perSecond }) => perSecond))),
      `${Math.round(share * 100)} %`,
      median(own.map(({ cpuUs }) => cpuUs)).toFixed(1),
      added.toFixed(1),
      Math.round(residentMb(one.child)),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}

const binary = otelcol()
if (binary === undefined) {
  console.error(
    'no Collector: build it first (npm run test:stack), or name its folder in COSTSPAN_STACK_CACHE',
  )
  process.exit(1)
}
const folder = mkdtempSync(join(tmpdir(), 'costspan-bench-'))
const sink = startSink(binary, folder)
const whole = priced('the whole book')
const variants: readonly Variant[] = [
  { name: 'without', models: 0, pricing: undefined },
  ...(values.config === undefined
    ? [priced('two providers', FEW), priced('nine providers', SOME)]
    : []),
  whole,
]
const running = variants.map((variant, index) => start(binary, folder, variant, 24_318 + index))
try {
  for (const one of running) await ready(one, conventional(1))
  await compare('Spans by the conventions', running, conventional(SPANS_PER_REQUEST))
  await compare(
    'Recorded spans of eight emitters, with content',
    running,
    recorded(SPANS_PER_REQUEST),
  )
} finally {
  for (const { child } of running) child.kill('SIGKILL')
  sink.kill('SIGKILL')
  agent.destroy()
  rmSync(folder, { recursive: true, force: true })
}
