// An in-memory provider in place of the network, before anything else is loaded. What it answers is told by a header: an
// answer, a short stream, one that breaks off, or an error. Through the event loop, as a network does: in a loop of
// microtasks no timer fires and no exporter sends. Shapes: OpenAI API reference, read 2026-11-24.
const usage = {
  prompt_tokens: 2000,
  completion_tokens: 300,
  total_tokens: 2300,
  prompt_tokens_details: { cached_tokens: 1500 },
  completion_tokens_details: { reasoning_tokens: 200 },
}
const JSON_HEADERS = { 'content-type': 'application/json' }
const head = { id: 'chatcmpl-1', created: 1 }
const event = (model, more) =>
  `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', model, ...more })}\n\n`
const delta = (content, finish_reason) => ({
  choices: [{ index: 0, delta: { content }, finish_reason }],
  usage: null,
})

function answer(model) {
  const message = { role: 'assistant', content: 'You can send it back within 30 days.' }
  return JSON.stringify({
    ...head,
    object: 'chat.completion',
    model,
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage,
  })
}

function streamOf(model, broken) {
  const chunks = [
    ...Array.from({ length: 8 }, (_, index) => event(model, delta(` token${index}`, null))),
    event(model, delta('', 'stop')),
    event(model, { choices: [], usage }) + 'data: [DONE]\n\n',
  ]
  const encoder = new TextEncoder()
  let next = 0
  return new ReadableStream({
    pull(controller) {
      if (broken && next === 4) controller.error(new TypeError('terminated'))
      else if (next < chunks.length) controller.enqueue(encoder.encode(chunks[next++]))
      else controller.close()
    },
  })
}

const network = globalThis.fetch
globalThis.fetch = async function fetch(input, init) {
  if (!String(input).startsWith('https://api.openai.com/')) return network(input, init)
  await new Promise(setImmediate)
  init.signal?.throwIfAborted()
  const headers = new Headers(init.headers)
  const kind = headers.get('x-answer')
  const attempt = Number(headers.get('x-stainless-retry-count') ?? 0)
  const { model, stream } = JSON.parse(init.body)
  if (kind === 'error' || (kind === 'resent' && attempt === 0)) {
    const status = kind === 'error' ? 400 : 429
    const error = JSON.stringify({ error: { message: 'no', type: 'invalid_request_error' } })
    return new Response(error, { status, headers: { ...JSON_HEADERS, 'retry-after-ms': '1' } })
  }
  if (!stream) return new Response(answer(model), { headers: JSON_HEADERS })
  return new Response(streamOf(model, kind === 'broken'), {
    headers: { 'content-type': 'text/event-stream' },
  })
}
