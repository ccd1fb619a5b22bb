/**
 * `npm run bench:pipeline`: what a span costs a Collector of the whole configuration, with our processing and without,
 * side by side in one run: processor time of its process, spans a second that it takes of one sender with four
 * connections, memory. Real Prometheus, real queues; a second Collector plays the store of traces.
 */

import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { conventional, mixed, own, priced, recorded, web } from '../bench/collector-spans.ts'
import { median } from '../bench/statistics.ts'
import { processorSeconds } from './support/engine-process.ts'
import { startStack, type CollectorPart } from './support/stack.ts'
import { collectorWith, pipeline } from './support/variant.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '60' },
    kinds: { type: 'string' },
  },
})
const ROUNDS = Number(values.rounds)
const REQUESTS = Number(values.requests)
const SPANS_A_REQUEST = 500
const CONNECTIONS = 4

/** Receivers, memory limit, queues, exports: a Collector that only passes spans on. */
const passing = collectorWith((file) => {
  pipeline(file, 'traces/in').processors = ['memory_limiter']
  pipeline(file, 'traces/in').exporters = ['forward/store']
  delete file.service.pipelines['traces/count']
  delete file.service.pipelines['metrics/deltas']
})

/** The whole configuration, counting and its connector included; no names, no prices, no look for text. */
const counting = collectorWith((file) => {
  pipeline(file, 'traces/in').processors = ['memory_limiter']
})

const VARIANTS = ['only passes on', 'counts', 'names, prices, counts'] as const

const KINDS: Readonly<Record<string, (count: number) => Uint8Array>> = {
  "costspan's own calls": own,
  "other emitters' calls": conventional,
  'requests of a web server': web,
  'twelve web, six own, two others': mixed,
  'calls that others have priced': priced,
  'recorded spans of eight emitters, with text': recorded,
}

interface Figures {
  readonly cpuUs: number
  readonly perSecond: number
}

function peakMegabytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

async function measure(part: CollectorPart, bytes: Uint8Array<ArrayBuffer>): Promise<Figures> {
  const { pid } = part.collector.running
  const [cpu, began] = [processorSeconds(pid), performance.now()]
  let left = REQUESTS
  const connection = async (): Promise<void> => {
    while (left-- > 0) {
      const headers = { 'content-type': 'application/x-protobuf' }
      const response = await fetch(`${part.otlp}/v1/traces`, {
        method: 'POST',
        headers,
        body: bytes,
      })
      await response.arrayBuffer()
      if (response.status === 503) left += 1
      else if (response.status !== 200) throw new Error(`the Collector answered ${response.status}`)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, connection))
  const seconds = (performance.now() - began) / 1000
  await rest(pid)
  const spans = REQUESTS * SPANS_A_REQUEST
  return { cpuUs: ((processorSeconds(pid) - cpu) / spans) * 1e6, perSecond: spans / seconds }
}

/** Until what it took is sent on: at most a minute. */
async function rest(pid: number): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    const before = processorSeconds(pid)
    await sleep(1_500)
    if (processorSeconds(pid) - before <= 0.03) return
  }
}

async function compare(
  kind: string,
  parts: readonly CollectorPart[],
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const found = parts.map((): Figures[] => [])
  // The first round is to warm up.
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [turn] of parts.entries()) {
      const index = (turn + Math.max(round, 0)) % parts.length
      const part = parts[index]
      if (part === undefined) continue
      const figures = await measure(part, bytes)
      if (round >= 0) found[index]?.push(figures)
    }
  }
  console.log(
    `\n| ${kind} | CPU µs a span | to the one above | to the first | spans/s | MiB at most |`,
  )
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const [index, figures] of found.entries()) {
    const ratio = (base: number): string => {
      const ratios = figures.map(({ cpuUs }, round) => cpuUs / (found[base]?.[round]?.cpuUs ?? NaN))
      return index === 0 ? '' : median(ratios).toFixed(2)
    }
    const cells = [
      VARIANTS[index],
      median(figures.map(({ cpuUs }) => cpuUs)).toFixed(1),
      ratio(index - 1),
      ratio(0),
      Math.round(median(figures.map(({ perSecond }) => perSecond))),
      Math.round(peakMegabytes(parts[index]?.collector.running.pid ?? 0)),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}

const stack = await startStack({ collector: passing })
try {
  const parts = [
    { otlp: stack.otlp, collector: stack.collector },
    await stack.other({ collector: counting }),
    await stack.other({}),
  ]
  for (const [kind, spans] of Object.entries(KINDS)) {
    if (values.kinds !== undefined && !kind.includes(values.kinds)) continue
    await compare(kind, parts, new Uint8Array(spans(SPANS_A_REQUEST)))
  }
} finally {
  await stack.close()
}
