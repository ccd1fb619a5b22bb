// A service as instrumentations see it: a server span of each request, below it a query of a vector database and a
// call to a model. `/health` does neither. It calls itself, and ends.
const http = require('node:http')
const { SpanKind, trace } = require('@opentelemetry/api')
const { OpenAI } = require('openai')
const { withAttribution } = require('../../../dist/instrumentation/index.js')

const tracer = trace.getTracer('application')
const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' })

const query = () => {
  const attributes = { 'db.system.name': 'qdrant', 'db.operation.name': 'query' }
  return tracer.startActiveSpan(
    'query tickets',
    { kind: SpanKind.CLIENT, attributes },
    async (span) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      span.end()
    },
  )
}

// The third conversation needs no ticket looked up: that its request is its own is told by its call alone.
const answer = (conversation) =>
  withAttribution({ feature: 'support', conversation }, async () => {
    if (conversation !== 'c3') await query()
    const messages = [{ role: 'user', content: 'Where is my parcel?' }]
    await client.chat.completions.create({ model: 'gpt-5.4-mini', messages })
  })

const server = http.createServer((request, response) => {
  const attributes = { 'http.request.method': request.method, 'url.path': request.url }
  tracer.startActiveSpan(
    `GET ${request.url}`,
    { kind: SpanKind.SERVER, attributes },
    async (span) => {
      if (request.url !== '/health') await answer(request.url.slice(1))
      response.on('close', () => span.end())
      response.end()
    },
  )
})
server.listen(0, '127.0.0.1', async () => {
  const base = `http://127.0.0.1:${server.address().port}`
  await Promise.all(
    ['c1', 'c2', 'c3', 'health'].map(async (path) => await (await fetch(`${base}/${path}`)).text()),
  )
  server.close()
  server.closeAllConnections()
})
