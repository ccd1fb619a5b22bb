// As its README sets it up; exporters, batches and protocol come from the OTEL_ variables.
const { load, atEnd } = require('./from-cache.cjs')
const { NodeSDK } = load('@opentelemetry/sdk-node')
const { OpenAIInstrumentation } = load('@opentelemetry/instrumentation-openai')
const sdk = new NodeSDK({ instrumentations: [new OpenAIInstrumentation()] })
sdk.start()
atEnd(() => sdk.shutdown())
