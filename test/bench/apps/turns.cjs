// The client bare and the client as it was preloaded for, in one process, which take turns in an order left to chance: what
// the process was dealt by compiler, collector and machine it was dealt for both. Microseconds that one call, one of 50 at
// once and one stream take: on the clock in many short blocks, and in CPU time in a few long ones, each until what it
// recorded is exported.
const { program, programOf, repeat, settle, report } = require('./client.cjs')
const { median } = require('../statistics.ts')

const call = (of) => of.call
const stream = (of) => of.stream
/** How many make a block, how many pairs of blocks there are, how many a process is warm after. */
const KINDS = [
  { name: 'call', run: call, short: 20, pairs: 600, long: 400, warm: 6500 },
  { name: 'atOnce', run: call, atOnce: 50, short: 50, pairs: 300, long: 400, warm: 5000 },
  { name: 'stream', run: stream, short: 2, pairs: 800, long: 40, warm: 400 },
]
const LONG_PAIRS = 20
/** Spans are exported every 50 ms here, and what a call recorded may wait as long before. */
const EXPORTED_MS = 120

async function onTheClock({ run, short, atOnce }, of) {
  const started = performance.now()
  await repeat(short, run(of), atOnce)
  return ((performance.now() - started) * 1000) / short
}

async function inCpuTime({ run, long, atOnce }, of) {
  const before = process.cpuUsage()
  await repeat(long, run(of), atOnce)
  await new Promise((resolve) => setTimeout(resolve, EXPORTED_MS))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / long
}

/** Medians of what the bare client took and of what the other one took more, pair by pair. */
async function compared(kind, measured, pairs, bare) {
  const took = []
  const added = []
  for (let pair = 0; pair < pairs; pair += 1) {
    const bareFirst = Math.random() < 0.5
    const first = await measured(kind, bareFirst ? bare : program)
    const second = await measured(kind, bareFirst ? program : bare)
    took.push(bareFirst ? first : second)
    added.push(bareFirst ? second - first : first - second)
  }
  return { took: median(took), added: median(added) }
}

async function warmUp(bare) {
  for (const { run, warm, atOnce } of KINDS) {
    for (let part = 0; part < 10; part += 1) {
      for (const of of [bare, program]) await repeat(warm / 10, run(of), atOnce)
    }
  }
  await settle()
}

async function main() {
  const bare = programOf(globalThis.bareClient)
  await warmUp(bare)
  const figures = {}
  for (const kind of KINDS) {
    const clock = await compared(kind, onTheClock, kind.pairs, bare)
    await settle()
    const cpu = await compared(kind, inCpuTime, LONG_PAIRS, bare)
    for (const [figure, { took, added }] of Object.entries({ clock, cpu })) {
      figures[`${kind.name}-${figure}`] = took
      figures[`${kind.name}-${figure}-added`] = added
    }
  }
  await settle()
  report(figures)
}
main()
