/** Spans through the real Collector with `collector-config/pricing.yaml`: OTLP in, and out to a file. */

import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface OtlpAttribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind?: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly OtlpAttribute[]
}

export interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpAttribute[] }
    readonly scopeSpans: readonly { readonly scope?: object; readonly spans: readonly OtlpSpan[] }[]
  }[]
}

export type Attributes = Readonly<Record<string, unknown>>

const pricing = fileURLToPath(new URL('../../collector-config/pricing.yaml', import.meta.url))
const READY_MS = 120_000

/** @returns what each span that went in has for attributes when it comes out, by span id */
export async function pricedByCollector(
  binary: string,
  traces: OtlpTraces,
): Promise<ReadonlyMap<string, Attributes>> {
  const folder = mkdtempSync(join(tmpdir(), 'costspan-otelcol-'))
  const output = join(folder, 'out.jsonl')
  const port = await freePort()
  const pipeline = join(folder, 'pipeline.yaml')
  writeFileSync(pipeline, pipelineOf(port, output))
  const child = spawn(binary, ['--config', pricing, '--config', pipeline], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  try {
    const expected = traces.resourceSpans.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans),
    ).length
    await send(`http://127.0.0.1:${port}/v1/traces`, traces, child, () => said)
    const spans = await arrived(output, expected, () => said)
    if (/failed to (eval|execute)/.test(said))
      throw new Error(`statements failed:\n${said.slice(0, 2_000)}`)
    return spans
  } finally {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
}

function pipelineOf(port: number, output: string): string {
  return JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { file: { path: output, flush_interval: '50ms' } },
    service: {
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
      pipelines: {
        traces: {
          receivers: ['otlp'],
          processors: ['transform/normalise', 'transform/price'],
          exporters: ['file'],
        },
      },
    },
  })
}

async function send(
  url: string,
  traces: OtlpTraces,
  child: ChildProcess,
  said: () => string,
): Promise<void> {
  const deadline = Date.now() + READY_MS
  while (Date.now() < deadline && child.exitCode === null) {
    const status = await posted(url, JSON.stringify(traces))
    if (status === 200) return
    if (status !== undefined) throw new Error(`the Collector answered ${status}`)
    await sleep(100)
  }
  throw new Error(`the Collector was not ready:\n${said().slice(-3_000)}`)
}

/** @returns the status, or undefined where nobody listens yet */
async function posted(url: string, body: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    return undefined
  }
}

async function arrived(
  output: string,
  expected: number,
  said: () => string,
): Promise<ReadonlyMap<string, Attributes>> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const spans = existsSync(output)
      ? read(readFileSync(output, 'utf8'))
      : new Map<string, Attributes>()
    if (spans.size >= expected) return spans
    if (Date.now() > deadline) {
      throw new Error(`${spans.size} of ${expected} spans came out:\n${said().slice(-3_000)}`)
    }
    await sleep(50)
  }
}

function read(text: string): Map<string, Attributes> {
  const spans = new Map<string, Attributes>()
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  for (const line of whole.split('\n').filter((part) => part !== '')) {
    for (const { scopeSpans } of (JSON.parse(line) as OtlpTraces).resourceSpans) {
      for (const span of scopeSpans.flatMap(({ spans: own }) => own)) {
        spans.set(span.spanId, Object.fromEntries(span.attributes.map(plain)))
      }
    }
  }
  return spans
}

function plain({ key, value }: OtlpAttribute): readonly [string, unknown] {
  const [kind, content] = Object.entries(value)[0] ?? []
  return [key, kind === 'intValue' ? Number(content) : content]
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  await closed
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
