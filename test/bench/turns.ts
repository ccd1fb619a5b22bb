/**
 * `npm run bench:turns`: what costspan and its peers add to a call, to 50 at once and to a stream of 200 chunks, told finer
 * than `npm run bench` can where a machine runs fast and slow by turns: the programs of all variants run at once and take
 * turns with blocks of 30 to 100 ms. Each round has new processes, since two of one program differ as well. See
 * docs/benchmarks.md.
 */

import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { machine, roundsOf, runBenchmark } from './command.ts'
import { installed } from './install.ts'
import { startSink, startWaiting, type Sink } from './run.ts'
import { median, quartiles } from './statistics.ts'
import { markdown } from './table.ts'
import { bareOf, chosen, isBare, isCostspan, knownNames, type Variant } from './variants.ts'

/** What a block is made of, and how many make a process warm. */
const KINDS = [
  { kind: 'call', count: 500, warm: 13_000, title: 'a call', digits: 1 },
  { kind: 'atOnce', count: 500, warm: 10_000, title: '50 at once', digits: 1 },
  { kind: 'stream', count: 40, warm: 800, title: '200 chunks', digits: 0 },
] as const
/** Blocks of each kind that a process runs in a round. */
const CYCLES = 16

type Kind = (typeof KINDS)[number]['kind']

interface Options {
  readonly rounds: number
  readonly variants: readonly Variant[]
}

/** @throws Error of one line that says what is allowed. */
function readOptions(): Options {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '15' }, only: { type: 'string' } },
  })
  const variants = chosen(knownNames(values.only)).filter(({ startOnly }) => startOnly !== true)
  return { rounds: roundsOf(values.rounds), variants }
}

/** Microseconds that one of them took: on the clock, and of the process's CPU time until its spans were exported. */
interface Block {
  readonly wall: number
  readonly cpu: number
}

const FIGURES = ['wall', 'cpu'] as const

interface Running {
  readonly variant: Variant
  readonly block: (kind: Kind, count: number) => Promise<Block>
  /** Resolves with how many calls it made. */
  readonly stop: () => Promise<number>
}

function startRunning(variant: Variant, endpoint: string): Running {
  const child = startWaiting(variant, endpoint)
  const closed = once(child, 'close')
  let made = 0
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    variant,
    async block(kind, count) {
      made += count
      child.stdin.write(`${kind} ${count}\n`)
      for (;;) {
        const line = await lines.next()
        if (line.done === true) throw new Error(`${variant.name}: ended before its block did`)
        if (line.value.startsWith('block ')) return JSON.parse(line.value.slice(6)) as Block
      }
    },
    async stop() {
      child.stdin.end()
      await closed
      return made
    },
  }
}

/** By variant and kind; those of a round are of its undisturbed blocks. */
type Figures = ReadonlyMap<Variant, Readonly<Record<Kind, Block>>>

async function round(variants: readonly Variant[], sink: Sink, number: number): Promise<Figures> {
  const run = (variant: Variant): string => `${number}-${variant.name}`
  const all = variants.map((variant) => startRunning(variant, sink.endpoint(run(variant))))
  try {
    return await blocksInTurn(all, number)
  } finally {
    for (const { variant, stop } of all) {
      const made = await stop()
      const { spans } = await sink.delivered(run(variant))
      if (isCostspan(variant) && spans !== made) {
        console.error(`${variant.name}: ${spans} spans delivered of ${made}`)
        process.exitCode = 1
      }
    }
  }
}

async function blocksInTurn(all: readonly Running[], number: number): Promise<Figures> {
  const blocks = new Map<Variant, Blocks>(
    all.map(({ variant }) => [variant, { call: [], atOnce: [], stream: [] }]),
  )
  for (const { block } of all) for (const { kind, warm } of KINDS) await block(kind, warm)
  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    const first = (number + cycle) % all.length
    const turn = [...all.slice(first), ...all.slice(0, first)]
    for (const { kind, count } of KINDS) {
      for (const { variant, block } of turn) {
        blocks.get(variant)?.[kind].push(await block(kind, count))
      }
    }
  }
  return new Map([...blocks].map(([variant, of]) => [variant, undisturbed(of)]))
}

type Blocks = Readonly<Record<Kind, Block[]>>

/** What else a machine does only ever adds: the lower quartile is what blocks took that it let run. */
function undisturbed(blocks: Blocks): Record<Kind, Block> {
  const lower = (kind: Kind): Block => {
    const [wall = NaN, cpu = NaN] = FIGURES.map(
      (figure) => quartiles(blocks[kind].map((block) => block[figure]))[0],
    )
    return { wall, cpu }
  }
  return { call: lower('call'), atOnce: lower('atOnce'), stream: lower('stream') }
}

interface Column {
  readonly kind: Kind
  readonly figure: keyof Block
  readonly title: string
  readonly digits: number
}

const COLUMNS: readonly Column[] = KINDS.flatMap(({ kind, title, digits }) => [
  { kind, figure: 'wall', title: `${title}, µs`, digits },
  { kind, figure: 'cpu', title: 'its CPU, µs', digits },
])

/** Of a bare program the median of the rounds; of the others that of what they add, and between what its middle half is. */
function cell(variant: Variant, rounds: readonly Figures[], column: Column): string {
  const { kind, figure, digits } = column
  const of = (one: Variant): readonly number[] =>
    rounds.map((figures) => figures.get(one)?.[kind][figure] ?? NaN)
  if (isBare(variant)) return median(of(variant)).toFixed(digits)
  const bare = of(bareOf(variant))
  const added = of(variant).map((value, index) => value - (bare[index] ?? NaN))
  const [from, to] = quartiles(added).map((value) => value.toFixed(digits))
  return `+${median(added).toFixed(digits)} (${from} to ${to})`.replace('+-', '-')
}

function table(variants: readonly Variant[], rounds: readonly Figures[]): string {
  const rows = variants.map((variant) => [
    variant.name,
    ...COLUMNS.map((column) => cell(variant, rounds, column)),
  ])
  return markdown(['', ...COLUMNS.map(({ title }) => title)], rows)
}

async function main({ rounds, variants }: Options): Promise<void> {
  for (const variant of variants) installed(variant) // what is missing, before the first clock runs
  const sink = await startSink()
  try {
    const results: Figures[] = []
    for (let number = 0; number < rounds; number += 1) {
      results.push(await round(variants, sink, number))
      console.error(`round ${number + 1} of ${rounds}`)
    }
    console.log(`${machine}, ${rounds} rounds\n\n${table(variants, results)}`)
  } finally {
    sink.stop()
  }
}

await runBenchmark(readOptions, main)
