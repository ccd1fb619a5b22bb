/**
 * `npm run bench:pipeline`: what a span costs the Collector, with our processing and with none, side by side in one run:
 * processor seconds of its process, and spans a second of one sender with four connections.
 */

import { readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { createSpanWriter } from '../../instrumentation/record/span-bytes.ts'
import { processorSeconds } from './support/engine-process.ts'
import { number, until } from './support/prometheus.ts'
import { startStack, type Stack } from './support/stack.ts'
import { collectorWith, pipeline } from './support/variant.ts'

const SPANS_A_REQUEST = 500
const REQUESTS = 200
const CONNECTIONS = 4
const ROUNDS = 3

const bare = collectorWith((file) => {
  pipeline(file, 'traces/in').processors = ['memory_limiter']
  pipeline(file, 'traces/in').exporters = ['forward/store']
  delete file.service.pipelines['traces/count']
  delete file.service.pipelines['metrics/deltas']
})

interface Case {
  readonly name: string
  readonly by?: string
  readonly collector?: string
}

const CASES: readonly Case[] = [
  { name: 'no processing', collector: bare },
  { name: "costspan's own spans", by: 'sdk' },
  { name: "other emitters' spans", by: 'collector' },
]

interface Figure {
  readonly microseconds: number
  readonly perSecond: number
  readonly megabytes: number
}

function body(by: string): Uint8Array<ArrayBuffer> {
  const writer = createSpanWriter()
  for (let index = 0; index < SPANS_A_REQUEST; index += 1) {
    const ids = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') }
    const context = { ...ids, traceFlags: 1 }
    const startedAt = Date.now() - 1_000
    writer.add(
      { context, parent: undefined, name: 'chat gpt-5.4', startedAt },
      2,
      Date.now(),
      (to) => {
        for (const [name, value] of Object.entries(ATTRIBUTES)) to.add(name, value)
        to.add('costspan.cost.by', by)
        to.add('user.id', `u-${index}`)
        to.add('costspan.feature', `feature-${index % 20}`)
      },
    )
  }
  const resource = { attributes: { 'service.name': 'load', 'service.instance.id': 'one' } }
  return new Uint8Array(writer.request({ resource, scope: { name: 'load', version: '' } }))
}

/** A call as costspan records it. */
const ATTRIBUTES = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-5.4',
  'gen_ai.response.model': 'gpt-5.4-2026-03-05',
  'gen_ai.response.id': 'chatcmpl-0123456789abcdef',
  'gen_ai.response.finish_reasons': ['stop'],
  'server.address': 'api.openai.com',
  'server.port': 443,
  'gen_ai.usage.input_tokens': 1_200,
  'gen_ai.usage.output_tokens': 150,
  'gen_ai.usage.cache_read.input_tokens': 800,
  'gen_ai.usage.cost.amount': 0.0034501,
  'gen_ai.usage.cost.currency': 'USD',
  'gen_ai.usage.cost.source': 'local',
  'costspan.cost.status': 'priced',
  'costspan.cost.input': 0.0010001,
  'costspan.cost.cache_read': 0.0002,
  'costspan.cost.output': 0.00225,
  'costspan.price.id': 'openai/gpt-5.4@2026-03-05',
  'costspan.price.book': '2026-11-20',
  'costspan.call.end': 'completed',
  'costspan.waste': 'none',
  'costspan.team': 'care',
  'gen_ai.prompt.name': 'answer',
  'gen_ai.prompt.version': '7',
}

function residentMegabytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

async function measure(stack: Stack, bytes: Uint8Array<ArrayBuffer>): Promise<Figure> {
  const { pid } = stack.collector.running
  const [cpu, began] = [processorSeconds(pid), performance.now()]
  let left = REQUESTS
  const connection = async (): Promise<void> => {
    while (left-- > 0) {
      const headers = { 'content-type': 'application/x-protobuf' }
      const url = `${stack.otlp}/v1/traces`
      const response = await fetch(url, { method: 'POST', headers, body: bytes })
      await response.arrayBuffer()
      if (response.status === 503) left += 1
      else if (response.status !== 200) throw new Error(`the Collector answered ${response.status}`)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  const seconds = (performance.now() - began) / 1000
  await until(
    () => number(stack.prometheus, 'sum(otelcol_exporter_queue_size)'),
    (size) => size === 0,
    60_000,
  )
  await new Promise((done) => setTimeout(done, 3_000))
  const spans = REQUESTS * SPANS_A_REQUEST
  return {
    microseconds: ((processorSeconds(pid) - cpu) / spans) * 1e6,
    perSecond: spans / seconds,
    megabytes: residentMegabytes(pid),
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

const found = new Map<string, Figure[]>()
for (let round = 0; round < ROUNDS; round += 1) {
  for (const { name, by = 'sdk', collector } of CASES) {
    const stack = await startStack(collector === undefined ? {} : { collector })
    try {
      found.set(name, [...(found.get(name) ?? []), await measure(stack, body(by))])
    } finally {
      await stack.close()
    }
  }
}
for (const [name, figures] of found) {
  const of = (key: keyof Figure): number => median(figures.map((figure) => figure[key]))
  console.log(
    `${name.padEnd(24)} ${of('microseconds').toFixed(1)} µs of a processor a span, ${of('perSecond').toFixed(0)} spans a second taken, ${of('megabytes').toFixed(0)} MiB at most`,
  )
}
