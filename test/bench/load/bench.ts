/**
 * `npm run bench:load`: 10,000 streams at once through one process, and a million calls, bare and with costspan: what is
 * added, and whether anything is left behind. See docs/load.md.
 */

import { availableParallelism, cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { runBenchmark } from '../command.ts'
import { startSink, type Sink } from '../run.ts'
import { compared } from '../statistics.ts'
import { day, slopeOf, type Weighed } from './day.ts'
import { streams, WAVES, type StreamFigures } from './streams.ts'

const PARTS = ['streams', 'day']
/** Readings at which the heap is weighed. */
const READINGS = 10

interface Options {
  readonly part: string | undefined
  readonly streams: number
  readonly rounds: number
  readonly calls: number
}

/** @throws Error of one line that says what is allowed. */
function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      part: { type: 'string' },
      streams: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '3' },
      calls: { type: 'string', default: '1000000' },
    },
  })
  const { part } = values
  if (part !== undefined && !PARTS.includes(part)) {
    throw new Error(`--part ${part}: one of ${PARTS.join(', ')}`)
  }
  const whole = (name: 'streams' | 'rounds' | 'calls', least: number): number => {
    const value = Number(values[name])
    if (Number.isInteger(value) && value >= least) return value
    throw new Error(`--${name} ${values[name]}: a whole number of at least ${least}`)
  }
  return {
    part,
    streams: whole('streams', 1),
    rounds: whole('rounds', 1),
    calls: whole('calls', READINGS * 100),
  }
}

/** Bare and observed in turn, whoever was second goes first. */
async function streamRounds({ streams: count, rounds }: Options, sink: Sink): Promise<void> {
  const bare: StreamFigures[] = []
  const observed: StreamFigures[] = []
  for (let round = 0; round < rounds; round += 1) {
    const turns = round % 2 === 0 ? [false, true] : [true, false]
    for (const withCostspan of turns) {
      const run = `streams-${round}`
      const { figures, delivered } = await streams(count, run, withCostspan ? sink : undefined)
      ;(withCostspan ? observed : bare).push(figures)
      if (!withCostspan) continue
      const spans = delivered?.spans ?? 0
      const open = figures.after.objects['CallSpan'] ?? NaN
      console.log(`round ${round + 1}: ${spans} spans of ${WAVES * count} streams, ${open} open`)
    }
  }
  const row = (title: string, of: (figures: StreamFigures) => number, digits: number): void => {
    const { median, added, ratio } = compared(observed.map(of), bare.map(of))
    const without = (median - added).toFixed(digits)
    const sign = added < 0 ? '' : '+'
    console.log(`| ${title} | ${without} | ${sign}${added.toFixed(digits)} (${ratio.toFixed(2)}) |`)
  }
  console.log(`\n| ${count} streams at once | bare | added |\n| - | -: | -: |`)
  row('processor time of a stream, µs', ({ cpuUs }) => cpuUs, 0)
  row('heap of a stream that is open, kB', ({ heldKb }) => heldKb, 1)
  row('heap left of one that is over, bytes', ({ leftBytes }) => leftBytes, 0)
  row('peak memory, MB', ({ peakMb }) => peakMb, 0)
}

const MB = 1024 * 1024

async function dayOf(calls: number, sink?: Sink): Promise<void> {
  const name = sink === undefined ? 'bare' : 'with costspan'
  const onHeld = ({ done, heap, objects, listeners }: Weighed): void => {
    const { CallSpan = 0, Response = 0 } = objects
    const open = sink === undefined ? '' : `, ${CallSpan} calls and ${Response} answers held`
    console.log(`${done} calls: ${(heap / MB).toFixed(2)} MB, ${listeners} listeners${open}`)
  }
  console.log(`\n${calls} calls ${name}`)
  const load = { calls, each: Math.floor(calls / READINGS), onHeld }
  const { figures, delivered } = await day(load, 'day', sink)
  // In its first half the bounded sets fill.
  const { bytes, noise } = slopeOf(figures.held.slice(READINGS / 2 - 1))
  console.log(`slope of the second half: ${bytes.toFixed(2)} ± ${noise.toFixed(2)} bytes a call`)
  if (delivered !== undefined) console.log(`${delivered.spans} spans delivered`)
}

async function main(options: Options): Promise<void> {
  console.log(`Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model ?? '?'}`)
  const sink = await startSink()
  try {
    if (options.part !== 'day') await streamRounds(options, sink)
    if (options.part !== 'streams') {
      await dayOf(options.calls)
      await dayOf(options.calls, sink)
    }
  } finally {
    sink.stop()
  }
}

await runBenchmark(readOptions, main)
