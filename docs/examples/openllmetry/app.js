// An application that OpenLLMetry observes, with costspan beside it: node --require costspan/register app.js
import * as traceloop from '@traceloop/node-server-sdk'
import { CostSpanProcessor } from 'costspan'
import { OpenAI } from 'openai'

traceloop.initialize({
  appName: 'support',
  // `costspan local`, a Collector, or Traceloop itself: whoever takes OTLP at /v1/traces.
  baseUrl: process.env.TRACELOOP_BASE_URL ?? 'http://127.0.0.1:4318',
  apiKey: process.env.TRACELOOP_API_KEY ?? 'none',
  traceContent: false,
  traceloopSyncEnabled: false,
  silenceInitializationMessage: true,
  // ES modules are instrumented by being handed over.
  instrumentModules: { openAI: OpenAI },
  // Prices the spans of calls that costspan does not see on the wire.
  processor: new CostSpanProcessor(),
})

const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY ?? 'none' })
const messages = [{ role: 'user', content: 'Where is my parcel?' }]

async function answer() {
  const plain = await client.chat.completions.create({ model: 'gpt-5.4-mini', messages })
  const stream = await client.chat.completions.create({ model: 'gpt-5.4', messages, stream: true })
  let chunks = 0
  for await (const _ of stream) chunks += 1
  return `${plain.choices[0].finish_reason}, then ${chunks > 0 ? 'a stream' : 'nothing'}`
}

const properties = { user_id: 'u-1', session_id: 's-1', customer_id: 'acme', team: 'care' }
const said = await traceloop.withAssociationProperties(properties, () =>
  traceloop.withWorkflow({ name: 'support-bot' }, answer),
)
console.log(said)
await traceloop.forceFlush()
