// Runs the cases of one client in this process and prints what the application saw, a line of JSON for each.
// Arguments: client, cases as JSON. The module form is that of the file that calls `main`.
const { trace } = require('@opentelemetry/api')

/**
 * @param clients by name
 * @param load `require` or `import` of a client's package
 * @param costspan loaded in the same way
 */
async function main(clients, load, { withAttribution }) {
  const [, , name, cases] = process.argv
  const client = clients[name]
  const prepared = await client.prepare(load, {
    url: process.env.SIM_URL,
    bedrockUrl: process.env.SIM_BEDROCK_URL,
    tlsUrl: process.env.SIM_TLS_URL,
  })
  for (const one of JSON.parse(cases)) {
    const seen = await trace.getTracer('application').startActiveSpan(one.name, async (span) => {
      try {
        return await withAttribution({ feature: one.name }, () => runCase(client, prepared, one))
      } finally {
        span.end()
      }
    })
    console.log(
      JSON.stringify({ name: one.name, ...seen, items: comparable(client, one, seen.items) }),
    )
  }
  // What nobody reads is released once it is collected; only then can the process end by itself.
  for (let round = 0; round < 12; round += 1) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  if (process.env.END === 'exit') process.exit(0)
}

/**
 * What no two runs have in common is left out: where the network cuts chunks, so that of text that nobody takes apart
 * the whole is compared, or how it began; and what was under way when the application aborted: of the part that came last
 * its kind is compared. (On a busy machine 24 bare runs of the Anthropic SDK ended with 8 different parts, 24 of genai
 * with 12; the AI SDK hands out one more part in 7 of 24.)
 */
function comparable(client, one, items) {
  if (client.whole === true) {
    const text = items.join('')
    return [one.stop === undefined ? text : text.slice(0, 100)]
  }
  return one.stop === 'abort' ? [...items.slice(0, ENOUGH), kindOf(items.at(-1))] : items
}

/** What an item is, without what it says. */
function kindOf(item) {
  try {
    const part = JSON.parse(item)
    return `${part.type ?? ''} ${Object.keys(part)}`
  } catch {
    return item
  }
}

/** Items after which the application stops: past the events that open a stream, which arrive together. */
const ENOUGH = 8

/** What the application still holds when it has nothing more to do. */
const left = []

async function runCase(client, prepared, one) {
  const controller = new AbortController()
  const headers = one.fault === undefined ? {} : { 'x-sim-fault': one.fault }
  const options = {
    tokens: one.tokens,
    headers,
    signal: controller.signal,
    timeout: one.timeout,
    retries: one.retries ?? 0,
  }
  if (one.abortAfterMs !== undefined) setTimeout(() => controller.abort(), one.abortAfterMs)
  const items = []
  try {
    if (!one.stream) {
      const result = await client.plain(prepared, options)
      return { items: [client.whole === true ? result : textOf(result)] }
    }
    const stream = await client.stream(prepared, options)
    if (one.stop === 'unread') return { items }
    for await (const item of stream) {
      items.push(client.whole === true ? item : textOf(item))
      if (items.length < ENOUGH || one.stop === undefined) continue
      if (one.stop === 'break') break
      if (one.stop === 'abort') controller.abort()
      if (one.stop === 'exit') process.exit(3)
      if (one.stop === 'throw')
        setTimeout(() => {
          throw new Error('an error of the application')
        })
      if (one.stop === 'end') {
        left.push(stream)
        return { items }
      }
      if (one.stop === 'wait') {
        console.log('waiting')
        await new Promise((resolve) => setTimeout(resolve, 30_000))
      }
    }
    return { items }
  } catch (error) {
    return {
      items,
      error: { class: error.constructor.name, name: error.name, message: error.message },
    }
  }
}

/** Measured times that the AI SDK puts into its parts, and dates of answers. */
const TIMES = new Set(['performance', 'timestamp', 'date', 'openai-processing-ms'])

/** An item as JSON, bytes in it as text. Times, which no two runs have in common, are left out. */
function textOf(item) {
  return JSON.stringify(item, (key, value) => {
    if (TIMES.has(key)) return undefined
    return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value
  })
}

exports.main = main
if (require.main === module) {
  main(require('./clients.cjs').clients, async (name) => require(name), require('costspan'))
}
