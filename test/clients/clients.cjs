// How each client of the long tail makes a call: as in test/matrix/clients.cjs.
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { parts } = require('../matrix/clients.cjs')

const { PROMPT, MESSAGES, chatRequest, streamed, stainless } = parts
const { openaiClients, anthropic, plainFetch } = parts

const groq = {
  async prepare(load, { url }) {
    const { Groq } = await load('groq-sdk')
    return new Groq({ baseURL: url, apiKey: 'none' })
  },
  plain: (client, o) => client.chat.completions.create(llamaRequest(o), stainless(o)),
  stream: (client, o) =>
    client.chat.completions.create({ ...llamaRequest(o), stream: true }, stainless(o)),
}
const llamaRequest = ({ tokens }) => ({
  model: 'llama-3.3-70b-versatile',
  messages: MESSAGES,
  max_completion_tokens: tokens,
})

const mistral = (plainCall, streamCall) => ({
  async prepare(load, { url }) {
    const { Mistral } = await load('@mistralai/mistralai')
    return new Mistral({ serverURL: `${url}/mistral`, apiKey: 'none' })
  },
  plain: (client, o) => plainCall(client, o.tokens, mistralOptions(o)),
  stream: (client, o) => streamCall(client, o.tokens, mistralOptions(o)),
})
const mistralOptions = ({ headers, signal, timeout, retries }) => ({
  headers,
  // With a signal its own time-out does not count.
  ...(timeout === undefined ? { signal } : { timeoutMs: timeout }),
  retries:
    retries === 0
      ? { strategy: 'none' }
      : {
          strategy: 'backoff',
          backoff: { initialInterval: 5, maxInterval: 20, exponent: 1, maxElapsedTime: 5_000 },
        },
})
const mistralRequest = (maxTokens) => ({
  model: 'mistral-large-2512',
  messages: MESSAGES,
  maxTokens,
})

const cohere = (plainCall, streamCall) => ({
  async prepare(load, { url }) {
    const { CohereClientV2 } = await load('cohere-ai')
    return new CohereClientV2({ environment: url, token: 'none' })
  },
  plain: (client, o) => plainCall(client, o.tokens, cohereOptions(o)),
  stream: (client, o) => streamCall(client, o.tokens, cohereOptions(o)),
})
const cohereOptions = ({ headers, signal, timeout, retries }) => ({
  headers,
  abortSignal: signal,
  maxRetries: retries,
  ...(timeout === undefined ? {} : { timeoutInSeconds: timeout / 1_000 }),
})
const commandRequest = (maxTokens) => ({
  model: 'command-a-03-2025',
  messages: MESSAGES,
  maxTokens,
})

/** Its calls take neither headers nor a signal: they are the client's, and those of the fetch that it is given. */
const ollama = (plainCall, streamCall) => ({
  async prepare(load, { url }) {
    const { Ollama } = await load('ollama')
    return ({ headers, signal, timeout }) =>
      new Ollama({
        host: url,
        headers,
        fetch: (input, init) => {
          const signals = [signal, init?.signal, timeout && AbortSignal.timeout(timeout)]
          return fetch(input, { ...init, signal: AbortSignal.any(signals.filter(Boolean)) })
        },
      })
  },
  plain: (make, o) => plainCall(make(o), o.tokens),
  stream: (make, o) => streamCall(make(o), o.tokens),
})
const llama = (tokens) => ({
  model: 'llama3.2',
  messages: MESSAGES,
  options: { num_predict: tokens },
})

const langchain = {
  async prepare(load, { url }) {
    const { ChatOpenAI } = await load('@langchain/openai')
    return ({ tokens, headers, timeout, retries }) =>
      new ChatOpenAI({
        model: 'gpt-5.4',
        apiKey: 'none',
        maxTokens: tokens,
        maxRetries: retries,
        timeout,
        configuration: { baseURL: `${url}/v1`, defaultHeaders: headers },
      })
  },
  plain: (make, o) => make(o).invoke(PROMPT, { signal: o.signal }),
  stream: (make, o) => make(o).stream(PROMPT, { signal: o.signal }),
}

const axios = {
  whole: true,
  async prepare(load, { url }) {
    const { default: client } = await load('axios')
    return client.create({ baseURL: url })
  },
  async plain(client, o) {
    const { status, data } = await client.post(PATH, chatRequest(o.tokens), axiosOptions(o))
    return `${status} ${JSON.stringify(data)}`
  },
  async stream(client, o) {
    const options = { ...axiosOptions(o), responseType: 'stream' }
    const { data } = await client.post(PATH, streamed(chatRequest(o.tokens)), options)
    return data.setEncoding('utf8')
  },
}
const PATH = '/v1/chat/completions'
const axiosOptions = ({ headers, signal, timeout }) => ({
  headers,
  signal,
  ...(timeout === undefined ? {} : { timeout }),
})

const CERTIFICATE = join(__dirname, '../support/loopback-tls/cert.pem')

const nodeHttps = {
  whole: true,
  prepare: async (load, { tlsUrl }) => ({
    https: await load('node:https'),
    url: tlsUrl,
    ca: readFileSync(CERTIFICATE, 'utf8'),
  }),
  async plain(at, o) {
    const response = await request(at, chatRequest(o.tokens), o)
    let text = ''
    for await (const piece of response) text += piece
    return `${response.statusCode} ${text}`
  },
  stream: (at, o) => request(at, streamed(chatRequest(o.tokens)), o),
}
const request = ({ https, url, ca }, body, { headers, signal, timeout }) =>
  new Promise((resolve, reject) => {
    const sent = https.request(`${url}${PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ca,
      signal: timeout === undefined ? signal : AbortSignal.timeout(timeout),
    })
    sent.on('response', (response) => resolve(response.setEncoding('utf8')))
    sent.on('error', reject)
    sent.end(JSON.stringify(body))
  })

const versions = Object.fromEntries(
  [4, 5, 6].flatMap((version) =>
    Object.entries(openaiClients(`openai-${version}`)).map(([name, client]) => [
      `openai ${version} ${name}`,
      client,
    ]),
  ),
)

exports.clients = {
  ...versions,
  'anthropic 0': anthropic('@anthropic-ai/sdk-0'),
  mistral: mistral(
    (client, tokens, options) => client.chat.complete(mistralRequest(tokens), options),
    (client, tokens, options) => client.chat.stream(mistralRequest(tokens), options),
  ),
  'mistral embeddings': mistral((client, _tokens, options) =>
    client.embeddings.create({ model: 'mistral-embed', inputs: [PROMPT] }, options),
  ),
  groq,
  cohere: cohere(
    (client, tokens, options) => client.chat(commandRequest(tokens), options),
    (client, tokens, options) => client.chatStream(commandRequest(tokens), options),
  ),
  'cohere embed': cohere((client, _tokens, options) =>
    client.embed(
      {
        model: 'embed-v4.0',
        inputType: 'search_query',
        texts: [PROMPT],
        embeddingTypes: ['float'],
      },
      options,
    ),
  ),
  'cohere rerank': cohere((client, _tokens, options) =>
    client.rerank(
      { model: 'rerank-v4.0-pro', query: PROMPT, documents: ['Well.', 'Not well.'] },
      options,
    ),
  ),
  ollama: ollama(
    (client, tokens) => client.chat(llama(tokens)),
    (client, tokens) => client.chat({ ...llama(tokens), stream: true }),
  ),
  'ollama embed': ollama((client) => client.embed({ model: 'all-minilm', input: PROMPT })),
  langchain,
  axios,
  'node:https': nodeHttps,
  'undici 7': plainFetch(async (load) => (await load('undici-7')).fetch),
  'undici 8': plainFetch(async (load) => (await load('undici-8')).fetch),
}
