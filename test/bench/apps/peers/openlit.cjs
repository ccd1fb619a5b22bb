// Its own init. Prices are handed over: by default it fetches them at every start.
const { load, atEnd } = require('./from-cache.cjs')
const { default: Openlit } = load('openlit')
const { metrics, trace } = load('@opentelemetry/api')
const prices = { chat: { 'gpt-5.4': { promptPrice: 0.0025, completionPrice: 0.015 } } }
Openlit.init({ otlpEndpoint: process.env.OTEL_EXPORTER_OTLP_ENDPOINT, pricingJson: prices })
atEnd(async () => {
  await trace.getTracerProvider().getDelegate().forceFlush()
  await metrics.getMeterProvider().forceFlush()
})
