/**
 * `npm run bench:turns`: what costspan and its peers add to a call, to 50 at once and to a stream of 200 chunks, told finer
 * than `npm run bench` can where a machine runs fast and slow by turns, and where two processes of one program differ by
 * as much: in each process a client that nobody sees and one that is seen take turns. See docs/benchmarks.md.
 */

import { parseArgs } from 'node:util'
import { machine, roundsOf, runBenchmark } from './command.ts'
import { installed } from './install.ts'
import { inTurns, startSink, type Figures, type Sink } from './run.ts'
import { median } from './statistics.ts'
import { markdown, type Column, type Results } from './table.ts'
import { chosen, isBare, isCostspan, knownNames, type Variant } from './variants.ts'

interface Options {
  readonly rounds: number
  readonly variants: readonly Variant[]
}

/** @throws Error of one line that says what is allowed. */
function readOptions(): Options {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '3' }, only: { type: 'string' } },
  })
  const variants = chosen(knownNames(values.only)).filter(({ startOnly }) => startOnly !== true)
  return { rounds: roundsOf(values.rounds), variants }
}

/** Figures as apps/turns.cjs names them. */
const COLUMNS: readonly Column[] = [
  { figure: 'call-clock', title: 'a call, µs', digits: 1 },
  { figure: 'call-cpu', title: 'its CPU, µs', digits: 1 },
  { figure: 'atOnce-clock', title: '50 at once, µs', digits: 1 },
  { figure: 'atOnce-cpu', title: 'its CPU, µs', digits: 1 },
  { figure: 'stream-clock', title: '200 chunks, µs', digits: 0 },
  { figure: 'stream-cpu', title: 'its CPU, µs', digits: 0 },
]

/** Median of the rounds, and the lowest and the highest of them. */
function added(rounds: readonly Figures[], { figure, digits }: Column): string {
  const all = rounds.map((figures) => figures[`${figure}-added`] ?? NaN)
  const text = (value: number): string => value.toFixed(digits)
  return `${signed(text(median(all)))} (${text(Math.min(...all))} to ${text(Math.max(...all))})`
}

function signed(text: string): string {
  return text.startsWith('-') ? text : `+${text}`
}

/** Of a bare program what it takes, and what its second copy, which nobody sees either, took more. */
function cell(variant: Variant, rounds: readonly Figures[], column: Column): string {
  const more = added(rounds, column)
  if (!isBare(variant)) return more
  const took = median(rounds.map((figures) => figures[column.figure] ?? NaN))
  return `${took.toFixed(column.digits)}, ${more}`
}

function table(results: Results): string {
  const rows = [...results].map(([variant, rounds]) => [
    variant.name,
    ...COLUMNS.map((column) => cell(variant, rounds, column)),
  ])
  return markdown(['', ...COLUMNS.map(({ title }) => title)], rows)
}

/** One more round of all. A peer that fails is named and left out from then on. */
async function round(results: Map<Variant, Figures[]>, sink: Sink, number: number): Promise<void> {
  const variants = [...results.keys()]
  const first = number % variants.length
  for (const variant of [...variants.slice(first), ...variants.slice(0, first)]) {
    try {
      results.get(variant)?.push(await inTurns(variant, sink, `${number}-${variant.name}`))
    } catch (error) {
      const reason = `${variant.name}: ${error instanceof Error ? error.message : String(error)}`
      if (isBare(variant) || isCostspan(variant)) throw new Error(reason, { cause: error })
      console.error(`left out: ${reason}`)
      results.delete(variant)
    }
  }
}

async function main({ rounds, variants }: Options): Promise<void> {
  for (const variant of variants) installed(variant) // what is missing, before the first clock runs
  const results = new Map<Variant, Figures[]>(variants.map((variant) => [variant, []]))
  const sink = await startSink()
  try {
    for (let number = 0; number < rounds; number += 1) {
      await round(results, sink, number)
      console.error(`round ${number + 1} of ${rounds}`)
    }
    console.log(`${machine}, ${rounds} rounds\n\n${table(results)}`)
  } finally {
    sink.stop()
  }
}

await runBenchmark(readOptions, main)
