// An application whose own set-up exports by OTLP/HTTP.
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http')
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { OpenAI } = require('openai')

const sdk = new NodeSDK({ traceExporter: new OTLPTraceExporter(), metricReaders: [] })
sdk.start()
const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' })
client.chat.completions
  .create({ model: 'gpt-5.4', messages: [{ role: 'user', content: 'Hello there' }] })
  .then(() => sdk.shutdown())
