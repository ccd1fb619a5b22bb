// An application that sets up OpenTelemetry 3.x itself, unless a preload has done so already.
const { trace } = require('@opentelemetry/api')
const early = trace.getTracer('application') // handed out before any set-up of the application
if (process.env.SETUP === 'after') require('./otel3-setup.cjs')
const { OpenAI } = require('openai')

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' })
early.startActiveSpan('request', async (span) => {
  await client.chat.completions.create({
    model: 'gpt-5.4',
    messages: [{ role: 'user', content: 'Hello there' }],
  })
  const foreign = trace.getTracer('elsewhere').startSpan('chat gpt-4o', {
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.output_tokens': 100,
    },
  })
  foreign.end()
  span.end()
})
