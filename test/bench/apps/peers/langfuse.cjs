// As its documentation sets it up: NodeSDK with its span processor, and the client wrapped. Its exporter would send JSON to
// a path of its own; it takes another one, so it gets the exporter that the others have.
const { load, atEnd } = require('./from-cache.cjs')
const { NodeSDK } = load('@opentelemetry/sdk-node')
const { OTLPTraceExporter } = load('@opentelemetry/exporter-trace-otlp-proto')
const { LangfuseSpanProcessor } = load('@langfuse/otel')
const { observeOpenAI } = load('@langfuse/openai')
const exporter = new OTLPTraceExporter()
const keys = { publicKey: 'none', secretKey: 'none', baseUrl: 'http://127.0.0.1:9' }
const sdk = new NodeSDK({ spanProcessors: [new LangfuseSpanProcessor({ ...keys, exporter })] })
sdk.start()
globalThis.wrapClient = observeOpenAI
atEnd(() => sdk.shutdown())
