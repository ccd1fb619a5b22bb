// How each client makes a call: plain, and as a stream that is iterated. `load` is require or import, so that one text
// serves both module forms. Options: tokens, headers, signal, timeout (ms), retries.
const PROMPT = 'How are you today?'
const MESSAGES = [{ role: 'user', content: PROMPT }]
const CLAUDE = 'anthropic.claude-sonnet-5-v1:0'
const NOVA = 'amazon.nova-lite-v1:0'

const stainless = ({ headers, signal, timeout, retries }) => ({
  headers,
  signal,
  maxRetries: retries,
  ...(timeout === undefined ? {} : { timeout }),
})

const openai = (method, request, package = 'openai') => ({
  async prepare(load, { url }) {
    const { OpenAI } = await load(package)
    return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none' })
  },
  plain: (client, o) => method(client)(request(o.tokens), stainless(o)),
  stream: (client, o) => method(client)({ ...request(o.tokens), stream: true }, stainless(o)),
})

const google = (plainCall, streamCall) => ({
  async prepare(load, { url }) {
    const { GoogleGenAI } = await load('@google/genai')
    return new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: url } })
  },
  plain: plainCall,
  stream: streamCall,
})
const genaiConfig = ({ tokens, headers, signal, timeout, retries }) => ({
  maxOutputTokens: tokens,
  abortSignal: signal,
  httpOptions: {
    headers,
    ...(timeout === undefined ? {} : { timeout }),
    ...(retries > 0
      ? { retryOptions: { attempts: retries + 1, initialDelay: 0.02, maxDelay: 0.05 } }
      : {}),
  },
})
const genaiRequest = (o) => ({
  model: 'gemini-2.5-flash',
  contents: PROMPT,
  config: genaiConfig(o),
})

const bedrock = (plainCommand, streamCommand, input, events) => ({
  async prepare(load, { bedrockUrl }) {
    const aws = await load('@aws-sdk/client-bedrock-runtime')
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
    const make = (retries) =>
      new aws.BedrockRuntimeClient({
        region: 'us-east-1',
        endpoint: bedrockUrl,
        credentials,
        maxAttempts: retries + 1,
      })
    return { aws, make }
  },
  plain: (client, o) => send(client, plainCommand, input, o),
  async stream(client, o) {
    const output = await send(client, streamCommand, input, o)
    return events(output)
  },
})
async function send({ aws, make }, name, input, { tokens, headers, signal, timeout, retries }) {
  const command = new aws[name](input(tokens))
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request.headers, headers)
      return next(args)
    },
    { step: 'build' },
  )
  const { $metadata, ...output } = await make(retries).send(command, {
    abortSignal: signal,
    ...(timeout === undefined ? {} : { requestTimeout: timeout }),
  })
  return { ...output, attempts: $metadata.attempts }
}
const converseInput = (tokens) => ({
  modelId: CLAUDE,
  messages: [{ role: 'user', content: [{ text: PROMPT }] }],
  inferenceConfig: { maxTokens: tokens },
})
const invokeInput = (modelId, body) => (tokens) => ({
  modelId,
  contentType: 'application/json',
  body: JSON.stringify(body(tokens)),
})
const claudeBody = (tokens) => ({
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: tokens,
  messages: MESSAGES,
})
const novaBody = (tokens) => ({
  messages: [{ role: 'user', content: [{ text: PROMPT }] }],
  inferenceConfig: { maxTokens: tokens },
})

const aiSdk = (modelOf, telemetry) => ({
  async prepare(load, { url }) {
    const ai = await load('ai')
    if (telemetry) {
      const { OpenTelemetry } = await load('@ai-sdk/otel')
      ai.registerTelemetry(new OpenTelemetry())
    }
    return { ai, model: await modelOf(load, url) }
  },
  async plain({ ai, model }, o) {
    const { text, usage, finishReason } = await ai.generateText(aiOptions(model, o, telemetry))
    return { text, usage, finishReason }
  },
  stream({ ai, model }, o) {
    // Errors of a stream are parts of it; the default handler prints them.
    return ai.streamText({ ...aiOptions(model, o, telemetry), onError: () => undefined }).stream
  },
})
const aiOptions = (model, { tokens, headers, signal, timeout, retries }, telemetry) => ({
  model,
  prompt: PROMPT,
  maxOutputTokens: tokens,
  headers,
  maxRetries: retries,
  abortSignal: timeout === undefined ? signal : AbortSignal.timeout(timeout),
  telemetry: { isEnabled: telemetry },
})
const aiOpenAI = (api) => async (load, url) => {
  const { createOpenAI } = await load('@ai-sdk/openai')
  return createOpenAI({ apiKey: 'none', baseURL: `${url}/v1` })[api]('gpt-5.4')
}
const aiAnthropic = async (load, url) => {
  const { createAnthropic } = await load('@ai-sdk/anthropic')
  return createAnthropic({ apiKey: 'none', baseURL: `${url}/v1` })('claude-sonnet-5')
}

const chatRequest = (tokens) => ({
  model: 'gpt-5.4',
  messages: MESSAGES,
  max_completion_tokens: tokens,
})

const streamed = (request) => ({
  ...request,
  stream: true,
  stream_options: { include_usage: true },
})
const plainFetch = (fetchOf) => ({
  whole: true,
  prepare: async (load, { url }) => ({ fetch: await fetchOf(load), url }),
  async plain(at, o) {
    const response = await post(at, chatRequest(o.tokens), o)
    return `${response.status} ${await response.text()}`
  },
  async stream(at, o) {
    const response = await post(at, streamed(chatRequest(o.tokens)), o)
    return response.body.pipeThrough(new TextDecoderStream())
  },
})
const post = ({ fetch, url }, body, { headers, signal, timeout }) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: timeout === undefined ? signal : AbortSignal.timeout(timeout),
  })

/** The three of a version of OpenAI's client. */
const openaiClients = (package) => ({
  chat: openai((c) => c.chat.completions.create.bind(c.chat.completions), chatRequest, package),
  responses: openai(
    (c) => c.responses.create.bind(c.responses),
    (tokens) => ({ model: 'gpt-5-mini', input: PROMPT, max_output_tokens: tokens }),
    package,
  ),
  embeddings: {
    ...openai(
      (c) => c.embeddings.create.bind(c.embeddings),
      () => ({ model: 'text-embedding-3-small', input: PROMPT }),
      package,
    ),
    stream: undefined,
  },
})

const anthropic = (package) => ({
  async prepare(load, { url }) {
    const { Anthropic } = await load(package)
    return new Anthropic({ baseURL: url, apiKey: 'none' })
  },
  plain: (client, o) => client.messages.create(claudeRequest(o), stainless(o)),
  stream: (client, o) =>
    client.messages.create({ ...claudeRequest(o), stream: true }, stainless(o)),
})
const claudeRequest = ({ tokens }) => ({
  model: 'claude-sonnet-5',
  max_tokens: tokens,
  messages: MESSAGES,
})

const own = openaiClients('openai')

/** What clients installed elsewhere are made of. */
exports.parts = {
  PROMPT,
  MESSAGES,
  chatRequest,
  streamed,
  stainless,
  openaiClients,
  anthropic,
  plainFetch,
}

exports.clients = {
  'openai chat': own.chat,
  'openai responses': own.responses,
  'openai embeddings': own.embeddings,
  anthropic: anthropic('@anthropic-ai/sdk'),
  'genai content': google(
    (c, o) => c.models.generateContent(genaiRequest(o)),
    (c, o) => c.models.generateContentStream(genaiRequest(o)),
  ),
  'genai embeddings': google(
    (c, o) =>
      c.models.embedContent({
        model: 'gemini-embedding-001',
        contents: PROMPT,
        config: { ...genaiConfig(o), maxOutputTokens: undefined },
      }),
    undefined,
  ),
  'bedrock converse': bedrock(
    'ConverseCommand',
    'ConverseStreamCommand',
    converseInput,
    (output) => output.stream,
  ),
  'bedrock invoke claude': bedrock(
    'InvokeModelCommand',
    'InvokeModelWithResponseStreamCommand',
    invokeInput(CLAUDE, claudeBody),
    (output) => output.body,
  ),
  'bedrock invoke nova': bedrock(
    'InvokeModelCommand',
    'InvokeModelWithResponseStreamCommand',
    invokeInput(NOVA, novaBody),
    (output) => output.body,
  ),
  'ai openai': aiSdk(aiOpenAI('responses'), false),
  'ai openai chat': aiSdk(aiOpenAI('chat'), false),
  'ai anthropic': aiSdk(aiAnthropic, false),
  'ai openai chat, telemetry': aiSdk(aiOpenAI('chat'), true),
  'ai anthropic, telemetry': aiSdk(aiAnthropic, true),
  fetch: plainFetch(async () => fetch),
}
