// Its own init, which sends spans in protobuf to its base URL; it makes no metrics for OpenAI calls.
const { load, atEnd } = require('./from-cache.cjs')
const traceloop = load('@traceloop/node-server-sdk')
traceloop.initialize({
  appName: 'bench',
  apiKey: 'none',
  baseUrl: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  traceloopSyncEnabled: false,
  silenceInitializationMessage: true,
})
atEnd(() => traceloop.forceFlush())
