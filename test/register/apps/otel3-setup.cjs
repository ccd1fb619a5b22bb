require('./print-diagnostics.cjs')
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { SimpleSpanProcessor } = require('@opentelemetry/sdk-trace')
const { exporter } = require('./print-exporter.cjs')

const spanProcessors = [new SimpleSpanProcessor({ exporter })]
if (process.env.COST_PROCESSOR) {
  const { CostSpanProcessor } = require('costspan')
  spanProcessors.unshift(new CostSpanProcessor())
}
const sdk = new NodeSDK({ spanProcessors, metricReaders: [] })
sdk.start()
module.exports.sdk = sdk
