// A support service as applications write them: a request leads to a plain call, a streamed one and one in a timer, with
// waiting in between. Who a request is for is said once, by middleware.
const { setTimeout: sleep } = require('node:timers/promises')
const express = require('express')
const { OpenAI } = require('openai')
const { withAttribution } = require('costspan')
const { attributeRequests } = require('costspan/express')

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' })
const pause = () => sleep(Math.random() * 20)

async function plain(content, headers) {
  const request = { model: 'gpt-5.4', messages: [{ role: 'user', content }] }
  return (await client.chat.completions.create(request, { headers })).id
}

async function streamed(content, headers) {
  const request = { model: 'gpt-5.4-mini', messages: [{ role: 'user', content }], stream: true }
  let id
  for await (const chunk of await client.chat.completions.create(request, { headers })) {
    if (id === undefined) await pause()
    id = chunk.id
  }
  return id
}

const inTimer = (run) =>
  new Promise((resolve, reject) =>
    setTimeout(() => run().then(resolve, reject), Math.random() * 20),
  )

const app = express()
app.use(
  attributeRequests((req) => ({
    feature: req.get('x-feature'),
    customer: `customer-of-${req.get('x-request')}`,
    user: `user-of-${req.get('x-request')}`,
  })),
)
app.post('/', express.json(), async (req, res) => {
  const { question, failing } = req.body
  const headers = failing ? { 'x-sim-fault': `status=429; retry-after-ms=10; times=1` } : {}
  await pause()
  const ids = await Promise.all([
    plain(`${question} plain`, headers),
    withAttribution({ prompt: { name: 'stream', version: question } }, async () => {
      await pause()
      return streamed(`${question} streamed`, headers)
    }),
    inTimer(() => plain(`${question} timer`, headers)),
  ])
  res.json(ids)
})
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.on('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
})
