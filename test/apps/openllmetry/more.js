// What the example has not: a stream that is left, a call outside any workflow, a span of another instrumentation, and
// attribution of both kinds.
import { trace } from '@opentelemetry/api'
import * as traceloop from '@traceloop/node-server-sdk'
import { CostSpanProcessor, withAttribution } from 'costspan'
import { OpenAI } from 'openai'

traceloop.initialize({
  baseUrl: process.env.TRACELOOP_BASE_URL,
  apiKey: 'none',
  traceContent: false,
  traceloopSyncEnabled: false,
  silenceInitializationMessage: true,
  ...(process.env.INSTRUMENTED === 'no' ? {} : { instrumentModules: { openAI: OpenAI } }),
  processor: new CostSpanProcessor(),
})
const client = new OpenAI({ apiKey: 'none' })
const messages = [{ role: 'user', content: 'Where is my parcel?' }]

const acts = {
  async left() {
    // Long enough that it can't be there whole.
    const request = { model: 'gpt-5.4', messages, stream: true, max_tokens: 4000 }
    const slow = { headers: { 'x-sim-fault': 'chunk-delay=2' } }
    const stream = await client.chat.completions.create(request, slow)
    for await (const _ of stream) break
    // costspan ends the span that nobody ends, five seconds later; then it is there to be flushed.
    await new Promise((resolve) => setTimeout(resolve, 5_500))
  },
  plain: () => client.chat.completions.create({ model: 'gpt-5.4', messages }),
  async other() {
    const span = trace.getTracer('inference-of-others').startSpan('chat claude-sonnet-5', {
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-sonnet-5',
      },
    })
    span.setAttributes({ 'gen_ai.usage.input_tokens': 1000, 'gen_ai.usage.output_tokens': 100 })
    span.end()
  },
}
const act = acts[process.argv[2]]
if (process.env.ATTRIBUTED === 'by both') {
  await traceloop.withAssociationProperties({ team: 'care', customer_id: 'acme' }, () =>
    withAttribution({ team: 'growth', feature: 'search' }, act),
  )
} else
  await traceloop.withConversation('c-7', () =>
    traceloop.withAssociationProperties({ chat_id: 'x', tenant_id: 't-1' }, act),
  )
await traceloop.forceFlush()
