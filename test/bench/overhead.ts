/**
 * `npm run bench`: what costspan and its peers add to a call, to a stream of 200 chunks and to the start of a process. The
 * same program on an in-memory transport, in children that take turns; only the preload differs. See docs/benchmarks.md.
 */

import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { installed } from './install.ts'
import { allocation, startSink, startUp, work, type Figures, type Sink } from './run.ts'
import { median } from './statistics.ts'
import { CALLS, comparisonTable, deliveryTable, PROCESS, type Results } from './table.ts'
import {
  bareOf,
  chosen,
  isBare,
  isCostspan,
  packageOf,
  VARIANTS,
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
  const rounds = Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new Error(`--rounds ${values.rounds}: a whole number of at least 1`)
  }
  const only = values.only?.split(',')
  const known = VARIANTS.map(({ name }) => name)
  const unknown = only?.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new Error(`--only ${unknown}: one of ${known.join(', ')}`)
  return { rounds, only, json: values.json }
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

/**
 * Every round measures every variant, in an order that turns from round to round. A peer that fails is left out from then on.
 * @throws Error where it is the bare program or costspan that fails: then there is nothing to tell.
 */
async function measure(
  variants: readonly Variant[],
  rounds: number,
  sink: Sink,
): Promise<Measured> {
  const results = new Map<Variant, Figures[]>(variants.map((variant) => [variant, []]))
  const failures: Failure[] = []
  const attempt = async (variant: Variant, round: number | undefined): Promise<void> => {
    try {
      installed(variant)
      if (round === undefined) return
      results.get(variant)?.push(await figuresOf(variant, sink, round))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      if (isBare(variant) || isCostspan(variant)) {
        throw new Error(`${variant.name}: ${reason}`, { cause: error })
      }
      failures.push({ variant: variant.name, reason })
      results.delete(variant)
    }
  }
  // All that is missing is installed before the first clock runs.
  for (const variant of variants) await attempt(variant, undefined)
  for (let round = 0; round < rounds; round += 1) {
    const left = [...results.keys()]
    const first = round % left.length
    for (const variant of [...left.slice(first), ...left.slice(0, first)]) {
      await attempt(variant, round)
    }
    console.error(`round ${round + 1} of ${rounds}`)
  }
  return { results, failures }
}

async function figuresOf(variant: Variant, sink: Sink, round: number): Promise<Figures> {
  const run = `${round}-${variant.name}`
  const starts: Figures[] = []
  for (let time = 0; time < STARTS; time += 1) {
    starts.push(await startUp(variant, sink.endpoint(`${run}-start-${time}`)))
  }
  const middle = (figure: string): number => median(starts.map((one) => one[figure] ?? NaN))
  const start = { start: middle('start'), startToEnd: middle('startToEnd') }
  if (variant.startOnly) return start
  const calls = await work(variant, sink, `${run}-calls`)
  if (round >= ALLOCATION_ROUNDS) return { ...start, ...calls }
  return { ...start, ...calls, ...(await allocation(variant, sink, `${run}-allocation`)) }
}

const machine = `Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? '?'}`

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
    const measured = await measure(chosen(only), rounds, sink)
    console.log(json ? asJson(measured) : asText(measured))
    for (const { variant, reason } of measured.failures) {
      console.error(`left out: ${variant}: ${reason}`)
    }
  } finally {
    sink.stop()
  }
}

/** A benchmark's caller is told in one line what was wrong. */
function fail(error: unknown, exitCode: number): void {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = exitCode
}

try {
  const options = readOptions()
  await main(options).catch((error: unknown) => fail(error, 1))
} catch (error) {
  fail(error, 2)
}
