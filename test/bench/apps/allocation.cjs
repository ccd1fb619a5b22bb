// What a call and a stream allocate on the JavaScript heap, exports included. The young generation is large enough (see the
// flags in run.ts) that nothing is collected between two readings.
const { PerformanceObserver } = require('node:perf_hooks')
const { call, stream, repeat, settle, report } = require('./client.cjs')
let collections = 0
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({
  entryTypes: ['gc'],
})

/** KB that one of `batches * size` allocates. */
async function allocated(batches, size, run) {
  let bytes = 0
  for (let batch = 0; batch < batches; batch += 1) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const before = process.memoryUsage().heapUsed
    const collected = collections
    await repeat(size, run)
    bytes += process.memoryUsage().heapUsed - before
    await new Promise((resolve) => setTimeout(resolve, 5))
    if (collections !== collected) throw new Error('the heap was collected while it was read')
  }
  return bytes / 1024 / batches / size
}

async function main() {
  await repeat(1500, call)
  await repeat(50, stream)
  await settle()
  report({
    callKb: await allocated(10, 150, call),
    streamKb: await allocated(5, 20, stream),
  })
}
main()
