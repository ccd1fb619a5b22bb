// What the start-up is measured against: OpenTelemetry's own set-up, and nothing else.
const { NodeSDK } = require('@opentelemetry/sdk-node')
const { atEnd } = require('./from-cache.cjs')
const sdk = new NodeSDK()
sdk.start()
atEnd(() => sdk.shutdown())
