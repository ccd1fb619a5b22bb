// An application that uses OpenLLMetry: it sets up OpenTelemetry 2.0 itself and instruments the client it is given.
const { OpenAI } = require('openai')
const traceloop = require('@traceloop/node-server-sdk')
const { exporter } = require('./print-exporter.cjs')

traceloop.initialize({
  appName: 'support',
  exporter,
  disableBatch: true,
  silenceInitializationMessage: true,
  traceContent: false,
  traceloopSyncEnabled: false,
  instrumentModules: { openAI: OpenAI },
})
const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' })
client.chat.completions
  .create({ model: 'gpt-5.4', messages: [{ role: 'user', content: 'Hello there' }] })
  .then((answer) => console.log(answer.choices[0].finish_reason))
