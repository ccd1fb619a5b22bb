// What the start-up is measured against: OpenTelemetry's own set-up, and nothing else.
const { NodeSDK } = require('@opentelemetry/sdk-node')
const sdk = new NodeSDK()
sdk.start()
process.once('beforeExit', () => sdk.shutdown())
