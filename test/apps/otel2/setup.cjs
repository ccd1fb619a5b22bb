require('./print-diagnostics.cjs')
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-base')
const { exporter } = require('./print-exporter.cjs')

const spanProcessors = [new SimpleSpanProcessor(exporter)]
if (process.env.COST_PROCESSOR) {
  const { CostSpanProcessor } = require('../../../dist/instrumentation/index.js')
  spanProcessors.unshift(new CostSpanProcessor())
}
const sdk = new NodeSDK({ spanProcessors })
sdk.start()
module.exports.sdk = sdk
