// The same with OpenTelemetry 2.x, whose log API is a package of its own.
const { createRequire } = require('node:module')
const { join } = require('node:path')

const line2 = createRequire(join(__dirname, '../../apps/otel2/app.cjs'))
const { NodeSDK, logs } = line2('@opentelemetry/sdk-node')
const { exporter } = require('./print-events.cjs')

const logRecordProcessors = [new logs.SimpleLogRecordProcessor(exporter)]
new NodeSDK(process.env.LOGS === 'no' ? {} : { logRecordProcessors }).start()
