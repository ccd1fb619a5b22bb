// Another instrumentation in the same process, registered as applications do, and no set-up of the application's.
const { InstrumentationBase, registerInstrumentations } = require('@opentelemetry/instrumentation')

class InferenceInstrumentation extends InstrumentationBase {
  constructor() {
    super('inference-of-others', '1.0.0', {})
  }

  init() {
    return []
  }

  infer() {
    const span = this.tracer.startSpan('chat claude-sonnet-5', {
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.system': 'anthropic' },
    })
    span.setAttributes({
      'gen_ai.request.model': 'claude-sonnet-5',
      'gen_ai.usage.input_tokens': 1000,
      'gen_ai.usage.cache_read.input_tokens': 400,
      'gen_ai.usage.output_tokens': 100,
    })
    span.end()
  }
}

const instrumentation = new InferenceInstrumentation()
registerInstrumentations({ instrumentations: [instrumentation] })
instrumentation.infer()
