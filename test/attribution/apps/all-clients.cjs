// One call of each client, with a canary in every place that holds an application's text, for a user whose id stands in
// the attribution and in OpenTelemetry's baggage.
const { context, propagation, trace } = require('@opentelemetry/api')
const { default: Anthropic } = require('@anthropic-ai/sdk')
const { BedrockRuntimeClient, ConverseCommand } = require('@aws-sdk/client-bedrock-runtime')
const { GoogleGenAI } = require('@google/genai')
const { OpenAI } = require('openai')
const { withAttribution } = require('costspan')

const { BASE_URL: url, BEDROCK_URL: endpoint, CANARY, USER } = process.env
const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' })
const anthropic = new Anthropic({ baseURL: url, apiKey: 'none' })
const genai = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: url } })
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
const bedrock = new BedrockRuntimeClient({ region: 'us-east-1', endpoint, credentials })

const messages = [
  { role: 'system', content: `System ${CANARY}` },
  { role: 'user', content: `First ${CANARY}` },
  { role: 'assistant', content: `Reply ${CANARY}` },
  { role: 'user', content: `Second ${CANARY}` },
]
const parameters = { type: 'object', properties: { [CANARY]: { type: 'string' } } }
const tools = [{ type: 'function', function: { name: CANARY, description: CANARY, parameters } }]
const said = messages.slice(1)

const calls = [
  () => openai.chat.completions.create({ model: 'gpt-5.4', messages, tools }),
  async () => {
    const request = { model: 'gpt-5.4', messages, stream: true }
    for await (const _ of await openai.chat.completions.create(request)) continue
  },
  () =>
    openai.responses.create({
      model: 'gpt-5.4',
      instructions: CANARY,
      input: CANARY,
      prompt: { id: 'pmpt_1', version: '1', variables: { name: CANARY } },
    }),
  () => openai.embeddings.create({ model: 'text-embedding-3-small', input: CANARY }),
  () =>
    anthropic.messages.create({
      model: 'claude-sonnet-4-6',
      max_tokens: 50,
      system: CANARY,
      messages: said,
    }),
  async () => {
    const request = { model: 'claude-sonnet-4-6', max_tokens: 50, system: CANARY, messages: said }
    for await (const _ of await anthropic.messages.create({ ...request, stream: true })) continue
  },
  () =>
    genai.models.generateContent({
      model: 'gemini-2.5-flash',
      contents: CANARY,
      config: { systemInstruction: CANARY },
    }),
  () =>
    bedrock.send(
      new ConverseCommand({
        modelId: 'amazon.nova-lite-v1:0',
        system: [{ text: CANARY }],
        messages: [{ role: 'user', content: [{ text: CANARY }] }],
      }),
    ),
  () =>
    openai.chat.completions
      .create({ model: 'gpt-5.4', messages }, { headers: { 'x-sim-fault': 'status=400' } })
      .catch(() => undefined),
]

async function main() {
  const baggage = propagation.createBaggage({ 'user.id': { value: USER } })
  await trace.getTracer('app').startActiveSpan('request', (span) =>
    context.with(propagation.setBaggage(context.active(), baggage), () =>
      withAttribution({ feature: 'all', user: USER, conversation: 'c1' }, async () => {
        for (const call of calls) await call()
        span.end()
      }),
    ),
  )
}
main()
