// Calls one after another, 50 at once, and streams of 200 chunks, in a process that has run for a while: what one of each
// took on the clock, and in CPU time of the process until all that it recorded is exported.
const { call, stream, repeat, settle, report } = require('./client.cjs')

/** Microseconds that one of `count` takes. */
async function timed(count, run, atOnce) {
  const cpu = process.cpuUsage()
  const started = performance.now()
  await repeat(count, run, atOnce)
  const wall = performance.now() - started
  await settle()
  const { user, system } = process.cpuUsage(cpu)
  return { wall: (wall * 1000) / count, cpu: (user + system) / count }
}

/** The first 3,000 calls of a process pay for compiling what they run; then as many as leave nothing to compile. */
async function main() {
  const first = await timed(3000, call)
  await repeat(10_000, call)
  await repeat(10_000, call, 50)
  await repeat(600, stream)
  await settle()
  const sequential = await timed(8000, call)
  const atOnce = await timed(8000, call, 50)
  const streams = await timed(800, stream)
  report({
    first: first.wall,
    sequential: sequential.wall,
    sequentialCpu: sequential.cpu,
    atOnce: atOnce.wall,
    atOnceCpu: atOnce.cpu,
    stream: streams.wall / 1000,
    streamCpu: streams.cpu / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
  })
}
main()
