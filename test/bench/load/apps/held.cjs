// What is still held of what a program made: after a garbage collection, in bytes and in objects.
const { queryObjects } = require('node:v8')
const { CallSpan } = require('../../../../dist/instrumentation/record/call-span.js')

const KINDS = { CallSpan, Response, ReadableStream, AbortSignal }

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Batches go out every 100 ms (run.ts): what was recorded is exported by then. */
const settle = () => pause(400)

/** Bytes of the JavaScript heap in use: the least of some readings, as what is finalized goes a turn later. */
async function heapBytes() {
  let least = Infinity
  for (let reading = 0; reading < 4; reading += 1) {
    globalThis.gc()
    await pause(10)
    least = Math.min(least, process.memoryUsage().heapUsed)
  }
  return least
}

/** Of each of these kinds; a walk over the whole heap for each. */
function objects(kinds = Object.keys(KINDS)) {
  return Object.fromEntries(
    kinds.map((name) => [name, queryObjects(KINDS[name], { format: 'count' })]),
  )
}

/** Of the process, whatever the event. */
function listeners() {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
}

/** Prints them as one line of JSON. */
function report(figures) {
  console.log(`figures ${JSON.stringify(figures)}`)
}

module.exports = { pause, settle, heapBytes, objects, listeners, report }
