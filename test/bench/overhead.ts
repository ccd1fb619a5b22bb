/**
 * `npm run bench`: what costspan and its peers add to a call, to a stream of 200 chunks and to the start of a process. The
 * same program on an in-memory transport, in children that take turns; only the preload differs. See docs/benchmarks.md.
 */

import { parseArgs } from 'node:util'
import { machine, roundsOf, runBenchmark } from './command.ts'
import { installed } from './install.ts'
import { allocation, startSink, startUp, calls, type Figures, type Sink } from './run.ts'
import { median } from './statistics.ts'
import { CALLS, comparisonTable, deliveryTable, PROCESS, type Results } from './table.ts'
import {
  bareOf,
  chosen,
  isBare,
  isCostspan,
  knownNames,
  packageOf,
  type Variant,
} from './variants.ts'

/** Starts of a round, of which the median counts. */
const STARTS = 3
/** Allocation is counted, not timed: rounds after these would say the same. */
const ALLOCATION_ROUNDS = 2

interface Options {
  readonly rounds: number
  readonly only: readonly string[] | undefined
  readonly json: boolean
}

/** @throws Error of one line that says what is allowed. */
function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  return { rounds: roundsOf(values.rounds), only: knownNames(values.only), json: values.json }
}

/** A variant that could not be measured, and why. */
interface Failure {
  readonly variant: string
  readonly reason: string
}

interface Measured {
  readonly results: Results
  readonly failures: readonly Failure[]
}

type Measure = (variant: Variant, sink: Sink, run: string) => Promise<Figures>

/** What one round runs, one after another, each for all variants: what is compared is measured close in time. */
function programsOf(round: number): readonly Measure[] {
  const timed: readonly Measure[] = [starts, calls]
  return round < ALLOCATION_ROUNDS ? [...timed, allocation] : timed
}

async function starts(variant: Variant, sink: Sink, run: string): Promise<Figures> {
  const all: Figures[] = []
  for (let time = 0; time < STARTS; time += 1) {
    all.push(await startUp(variant, sink.endpoint(`${run}-${time}`)))
  }
  const middle = (figure: string): number => median(all.map((one) => one[figure] ?? NaN))
  return { start: middle('start'), startToEnd: middle('startToEnd') }
}

/** Measures variants in turn. A peer that fails is named and left out from then on. */
class Benchmark implements Measured {
  readonly results: Map<Variant, Figures[]>
  readonly failures: Failure[] = []
  readonly #sink: Sink

  constructor(variants: readonly Variant[], sink: Sink) {
    this.results = new Map(variants.map((variant) => [variant, []]))
    this.#sink = sink
  }

  /** What is missing is installed before the first clock runs. */
  async install(): Promise<void> {
    for (const variant of [...this.results.keys()])
      await this.#attempt(variant, () => installed(variant))
  }

  /** In an order that turns from round to round. */
  async round(round: number): Promise<void> {
    for (const program of programsOf(round)) {
      const left = [...this.results.keys()]
      const first = round % left.length
      for (const variant of [...left.slice(first), ...left.slice(0, first)]) {
        if (variant.startOnly && program !== starts) continue
        await this.#attempt(variant, async () => {
          const run = `${round}-${program.name}-${variant.name}`
          const figures = await program(variant, this.#sink, run)
          const rounds = this.results.get(variant) ?? []
          rounds[round] = { ...rounds[round], ...figures }
        })
      }
    }
  }

  /** @throws Error where it is the bare program or costspan that fails: then there is nothing to tell. */
  async #attempt(variant: Variant, measure: () => unknown): Promise<void> {
    try {
      await measure()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (isBare(variant) || isCostspan(variant)) {
        throw new Error(`${variant.name}: ${reason}`, { cause: error })
      }
      this.failures.push({ variant: variant.name, reason })
      this.results.delete(variant)
    }
  }
}

function asJson({ results, failures }: Measured): string {
  const variants = [...results].map(([variant, rounds]) => ({
    variant: variant.name,
    package: packageOf(variant),
    openai: variant.openai,
    bare: bareOf(variant).name,
    rounds,
  }))
  return JSON.stringify({ machine, variants, failures }, null, 2)
}

function asText({ results }: Measured): string {
  const tables = [CALLS, PROCESS].map((columns) => comparisonTable(results, columns))
  return [machine, ...tables, deliveryTable(results)].join('\n\n')
}

async function main({ rounds, only, json }: Options): Promise<void> {
  const sink = await startSink()
  try {
    const benchmark = new Benchmark(chosen(only), sink)
    await benchmark.install()
    for (let round = 0; round < rounds; round += 1) {
      await benchmark.round(round)
      console.error(`round ${round + 1} of ${rounds}`)
    }
    console.log(json ? asJson(benchmark) : asText(benchmark))
    for (const { variant, reason } of benchmark.failures) {
      console.error(`left out: ${variant}: ${reason}`)
    }
  } finally {
    sink.stop()
  }
}

await runBenchmark(readOptions, main)
