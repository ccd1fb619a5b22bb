// Streams held open side by side in one process, three waves of them: one to warm up, one to time, one to weigh.
// Argument: how many. PROVIDER_URL: a provider that sends them on when it is told to.
const { getEventListeners } = require('node:events')
const { OpenAI } = require('openai')
const { settle, heapBytes, objects, listeners, report } = require('./held.cjs')

const count = Number(process.argv[2])
const url = process.env.PROVIDER_URL
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 })
const request = {
  model: 'gpt-5.4',
  messages: [{ role: 'user', content: 'Hello there. '.repeat(10) }],
  max_completion_tokens: 300,
  stream: true,
  stream_options: { include_usage: true },
}
/** Streams opened before the event loop has a turn. */
const AT_ONCE = 100

let chunks = 0

async function read(signal, onOpen) {
  const stream = await client.chat.completions.create(request, { signal })
  onOpen()
  for await (const _ of stream) chunks += 1
}

/** All of them open at once, then read to their ends. `whileOpen` is called in between. */
async function wave(signals, whileOpen) {
  const streams = []
  await new Promise((resolve, reject) => {
    let opening = signals.length
    const onOpen = () => {
      opening -= 1
      if (opening === 0) resolve()
    }
    const open = async () => {
      for (const signal of signals) {
        const stream = read(signal, onOpen)
        stream.catch(reject)
        streams.push(stream)
        if (streams.length % AT_ONCE === 0) await new Promise(setImmediate)
      }
    }
    open().catch(reject)
  })
  const seen = await whileOpen?.()
  await fetch(`${url}/go`, { method: 'POST' })
  await Promise.all(streams)
  return seen
}

const signalsOf = () => Array.from({ length: count }, () => new AbortController().signal)

async function timed() {
  const cpu = process.cpuUsage()
  const started = performance.now()
  await wave(signalsOf())
  const wall = performance.now() - started
  await settle()
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs: wall, cpuUs: (user + system) / count }
}

/** What is held when nothing is under way and no connection is open. */
async function weigh() {
  await settle()
  await fetch(`${url}/close`, { method: 'POST' })
  await settle()
  return { heap: await heapBytes(), objects: objects(), listeners: listeners() }
}

async function main() {
  await wave(signalsOf())
  const before = await weigh()
  const times = await timed()
  // The application keeps its signals: what would be hung on them stays to be seen.
  const signals = signalsOf()
  const heldHeap = await wave(signals, heapBytes)
  const onSignals = signals.reduce((sum, one) => sum + getEventListeners(one, 'abort').length, 0)
  signals.length = 0
  const after = await weigh()
  report({
    ...times,
    chunks,
    heldKb: (heldHeap - before.heap) / 1024 / count,
    leftBytes: (after.heap - before.heap) / (2 * count),
    onSignals,
    before,
    after,
    peakMb: process.resourceUsage().maxRSS / 1024,
  })
}
main()
