// The exporter of an application's own set-up: what arrives is printed.
module.exports.exporter = {
  export(spans, done) {
    for (const span of spans) {
      const { traceId, spanId } = span.spanContext()
      const parent = span.parentSpanContext?.spanId
      console.log(
        `SPAN ${JSON.stringify({ name: span.name, traceId, spanId, parent, attributes: span.attributes })}`,
      )
    }
    done({ code: 0 })
  },
  shutdown: async () => {},
  forceFlush: async () => {},
}
