// Calls by fetch, by node:http and by undici, one of each resent or streamed, under an application's own HTTP spans.
const { sdk } = require('./http-instrumentation-setup.cjs')
const axios = require('axios')
const { OpenAI } = require('openai')
const { OpenAI: OpenAI4 } = require('openai-4')
const undici = require('undici-8')

const url = process.env.BASE_URL
const ask = (content) => ({ model: 'gpt-5.4', messages: [{ role: 'user', content }] })
const options = { baseURL: `${url}/v1`, apiKey: 'none' }
const once = { headers: { 'x-sim-fault': 'status=503;retry-after-ms=1;times=1' } }

async function main() {
  await new OpenAI(options).chat.completions.create(ask('by fetch, resent'), once)
  const stream = await new OpenAI(options).chat.completions.create({
    ...ask('by fetch, streamed'),
    stream: true,
    stream_options: { include_usage: true },
  })
  for await (const _ of stream);
  await new OpenAI4(options).chat.completions.create(ask('by node-fetch, resent'), once)
  await axios.post(`${url}/v1/chat/completions`, ask('by axios'))
  const { body } = await undici.request(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ask('by undici')),
  })
  await body.json()
  await sdk.shutdown()
}

main()
