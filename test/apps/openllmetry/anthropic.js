// @anthropic-ai/sdk 1 with OpenLLMetry's instrumentation of it, in whichever way the argument says.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const traceloop = require('@traceloop/node-server-sdk')
const options = {
  baseUrl: process.env.TRACELOOP_BASE_URL,
  apiKey: 'none',
  traceContent: false,
  traceloopSyncEnabled: false,
  silenceInitializationMessage: true,
}
const load = () => require('@anthropic-ai/sdk')
if (process.argv[2] === 'handed over') {
  traceloop.initialize({ ...options, instrumentModules: { anthropic: load() } })
} else if (process.argv[2] === 'required after') {
  traceloop.initialize(options)
} else {
  const { OpenAI } = require('openai')
  traceloop.initialize({ ...options, instrumentModules: { openAI: OpenAI } })
}
const { Anthropic } = load()
const client = new Anthropic({ apiKey: 'none', maxRetries: 0 })
const answer = await client.messages.create({
  model: 'claude-sonnet-5',
  max_tokens: 64,
  messages: [{ role: 'user', content: 'Where is my parcel?' }],
})
console.log(answer.stop_reason)
await traceloop.forceFlush()
