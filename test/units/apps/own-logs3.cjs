// An application that sets up OpenTelemetry 3.x itself, with a logger provider unless it is told not to.
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { SimpleLogRecordProcessor } = require('@opentelemetry/sdk-logs')
const { exporter } = require('./print-events.cjs')

const logRecordProcessors = [new SimpleLogRecordProcessor({ exporter })]
new NodeSDK(process.env.LOGS === 'no' ? {} : { logRecordProcessors }).start()
