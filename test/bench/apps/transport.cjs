// An in-memory provider in place of the network, before anything else is loaded: a plain answer of 1 kB, a stream of 200
// chunks with usage in the last one. It answers through the event loop, as a network does: in a loop of microtasks no timer
// fires and no exporter sends. Shapes: OpenAI API reference, "The chat completion object", read 2026-11-24.
const answer = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-5.4',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'x'.repeat(600), refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: {
    prompt_tokens: 2000,
    completion_tokens: 300,
    total_tokens: 2300,
    prompt_tokens_details: { cached_tokens: 1500, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 200, audio_tokens: 0 },
  },
  service_tier: 'default',
})
const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5.4' }
const choice = (index) => ({
  index: 0,
  delta: { content: ` token${index}` },
  logprobs: null,
  finish_reason: index === 198 ? 'stop' : null,
})
const usage = { prompt_tokens: 2000, completion_tokens: 300, total_tokens: 2300 }
const events = Array.from({ length: 199 }, (_, index) => ({
  ...head,
  choices: [choice(index)],
  usage: null,
}))
const texts = [...events, { ...head, choices: [], usage }].map((event) => JSON.stringify(event))
const chunks = texts.map((text, index) =>
  new TextEncoder().encode(`data: ${text}\n\n${index === 199 ? 'data: [DONE]\n\n' : ''}`),
)

const network = globalThis.fetch
globalThis.fetch = async function fetch(input, init) {
  if (!String(input).startsWith('https://api.openai.com/')) return network(input, init)
  await new Promise(setImmediate)
  if (!init.body.includes('"stream":true')) {
    return new Response(answer, { headers: { 'content-type': 'application/json' } })
  }
  let next = 0
  const body = new ReadableStream({
    pull(controller) {
      if (next < chunks.length) controller.enqueue(chunks[next++].slice())
      else controller.close()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
