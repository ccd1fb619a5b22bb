/**
 * What costspan adds to a call, to a stream of 200 chunks and to the start of a process: the same program bare and with
 * the flag, in children that take turns, on an in-memory transport. `--rounds N`, default 5.
 * Prints medians, and the median of the rounds' differences.
 */

import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availableParallelism, cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))
const REGISTER = path('../../dist/instrumentation/register.js')

interface Variant {
  readonly name: string
  readonly preloads: readonly string[]
}

const BARE: Variant = { name: 'bare', preloads: [] }
const COSTSPAN: Variant = { name: 'costspan', preloads: [REGISTER] }
const SDK_NODE: Variant = { name: 'sdk-node alone', preloads: [path('./apps/sdk-node.cjs')] }

/** Milliseconds or microseconds, as the workload says. */
type Figures = Readonly<Record<string, number>>

async function run(variant: Variant, program: string, endpoint: string): Promise<string> {
  const preloads = [path('./apps/transport.cjs'), ...variant.preloads]
  const child = spawn(
    process.execPath,
    [...preloads.flatMap((file) => ['--require', file]), path(program)],
    {
      env: {
        PATH: process.env['PATH'] ?? '',
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        COSTSPAN_FEATURE: 'bench',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let stdout = ''
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${variant.name}: exit code ${code}`)
  return stdout
}

async function startUp(variant: Variant, endpoint: string): Promise<Figures> {
  const started = performance.now()
  await run(variant, './apps/hello.cjs', endpoint)
  return { 'start-up, ms': performance.now() - started }
}

async function work(variant: Variant, endpoint: string): Promise<Figures> {
  return JSON.parse(await run(variant, './apps/workload.cjs', endpoint)) as Figures
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}

function table(rounds: ReadonlyMap<Variant, readonly Figures[]>, baseline: Variant): string {
  const base = rounds.get(baseline) ?? []
  const rows = Object.keys(base[0] ?? {}).flatMap((figure) =>
    [...rounds].map(([variant, all]) => {
      const values = all.map((one) => one[figure] ?? NaN)
      const added = values.map((value, round) => value - (base[round]?.[figure] ?? NaN))
      const ratio = values.map((value, round) => value / (base[round]?.[figure] ?? NaN))
      const cells = [median(values), median(added), median(ratio)].map((cell) => cell.toFixed(2))
      return `| ${[figure, variant.name, ...cells].join(' | ')} |`
    }),
  )
  return [`| | | median | added to ${baseline.name} | ratio |`, '|-|-|-|-|-|', ...rows].join('\n')
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } })
  const count = Number(values.rounds)
  if (!Number.isInteger(count) || count < 1) {
    console.error(`--rounds ${values.rounds}: a whole number of at least 1`)
    process.exitCode = 2
    return
  }
  const sink = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => sink.once('listening', resolve))
  const endpoint = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`
  const calls = new Map<Variant, Figures[]>([BARE, COSTSPAN].map((one) => [one, []]))
  const starts = new Map<Variant, Figures[]>([BARE, SDK_NODE, COSTSPAN].map((one) => [one, []]))
  for (let round = 0; round < count; round += 1) {
    for (const [variant, figures] of calls) figures.push(await work(variant, endpoint))
    for (const [variant, figures] of starts) figures.push(await startUp(variant, endpoint))
  }
  sink.close()
  console.log(`Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? '?'}\n`)
  console.log(`${table(calls, BARE)}\n\n${table(starts, BARE)}`)
}

await main()
