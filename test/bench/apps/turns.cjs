// Blocks of calls, of calls 50 at once or of streams, each when a line on stdin asks for it (`call 500`), each answered by
// a line with the microseconds that one took, on the clock and in CPU time of the process until its spans are exported. Ends
// with its stdin.
const { createInterface } = require('node:readline')
const { call, stream, repeat } = require('./client.cjs')
const kinds = { call: [call], atOnce: [call, 50], stream: [stream] }

/** Spans are exported every 50 ms here. */
const EXPORTED_MS = 110

async function block(kind, count) {
  const cpu = process.cpuUsage()
  const started = performance.now()
  await repeat(count, ...kinds[kind])
  const wall = performance.now() - started
  await new Promise((resolve) => setTimeout(resolve, EXPORTED_MS))
  const { user, system } = process.cpuUsage(cpu)
  return { wall: (wall * 1000) / count, cpu: (user + system) / count }
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    const [kind, count] = line.split(' ')
    console.log(`block ${JSON.stringify(await block(kind, Number(count)))}`)
  }
  process.exit(0)
}
main()
