/** A stream of each protocol whose streams are text, with the given content in it. */

export interface Wire {
  readonly path: string
  /** A body of JSON, or a form. */
  readonly request: object
  readonly events: readonly string[]
  /** Default: server-sent events. */
  readonly contentType?: string
  /** What was counted. Default: input 7, output 9. */
  readonly usage?: object
}

const data = (json: object, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(json)}\n\n`
const named = (json: { readonly type: string }): string => data(json, json.type)

const anthropic = (content: string): readonly string[] => [
  named({
    type: 'message_start',
    ...{ message: { id: 'm', usage: { input_tokens: 7, output_tokens: 1 } } },
  }),
  named({
    type: 'content_block_delta',
    ...{ index: 0, delta: { type: 'text_delta', text: content } },
  }),
  named({
    type: 'message_delta',
    ...{ delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } },
  }),
  named({ type: 'message_stop' }),
]

const form = (): FormData => {
  const fields = new FormData()
  fields.append('model', 'gpt-4o-transcribe')
  fields.append('stream', 'true')
  return fields
}

const COUNTED = { input_tokens: 7, output_tokens: 9 }

/** Streams of text that providers send. Shapes: their API references, read 2026-11-24 and 2026-11-26. */
export const wires = (content: string): Readonly<Record<string, Wire>> => ({
  'openai.chat': {
    path: '/v1/chat/completions',
    request: {
      model: 'gpt-5.4',
      messages: [],
      stream: true,
      stream_options: { include_usage: true },
    },
    events: [
      data({ id: 'c', model: 'gpt-5.4', choices: [{ delta: { content } }], usage: null }),
      data({ id: 'c', model: 'gpt-5.4', choices: [{ delta: {}, finish_reason: 'stop' }] }),
      data({ id: 'c', choices: [], usage: { prompt_tokens: 7, completion_tokens: 9 } }),
      'data: [DONE]\n\n',
    ],
  },
  'openai.responses': {
    path: '/v1/responses',
    request: { model: 'gpt-5-mini', input: 'x', stream: true },
    events: [
      named({ type: 'response.created', ...{ response: { id: 'r', model: 'gpt-5-mini' } } }),
      named({ type: 'response.output_text.delta', ...{ delta: content } }),
      named({
        type: 'response.completed',
        ...{
          response: { id: 'r', status: 'completed', usage: { input_tokens: 7, output_tokens: 9 } },
        },
      }),
    ],
  },
  'anthropic.messages': {
    path: '/v1/messages',
    request: { model: 'claude-sonnet-5', max_tokens: 9, messages: [], stream: true },
    events: anthropic(content),
  },
  'gemini.generate_content': {
    path: '/v1beta/models/gemini-2.5-flash:streamGenerateContent',
    request: { contents: [{ parts: [{ text: 'x' }] }] },
    events: [
      data({
        candidates: [{ content: { parts: [{ text: content }] } }],
        usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 2 },
      }),
      data({
        candidates: [{ finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 9 },
      }).replaceAll('\n', '\r\n'),
    ],
  },
  'anthropic.vertex': {
    path: '/v1/projects/p/locations/global/publishers/anthropic/models/claude-sonnet-5:streamRawPredict',
    request: { max_tokens: 9, messages: [], stream: true },
    events: anthropic(content),
  },
  'openai.completions': {
    path: '/v1/completions',
    request: { model: 'm', prompt: 'x', stream: true, stream_options: { include_usage: true } },
    events: [
      data({ id: 'c', model: 'm', choices: [{ text: content, finish_reason: null }], usage: null }),
      data({ id: 'c', model: 'm', choices: [{ text: '', finish_reason: 'stop' }] }),
      data({ id: 'c', choices: [], usage: { prompt_tokens: 7, completion_tokens: 9 } }),
      'data: [DONE]\n\n',
    ],
  },
  'openai.images': {
    path: '/v1/images/generations',
    request: { model: 'gpt-image-2', prompt: content, stream: true },
    events: [
      named({ type: 'image_generation.partial_image', ...{ b64_json: content } }),
      named({ type: 'image_generation.completed', ...{ b64_json: content, usage: COUNTED } }),
    ],
    usage: { input: 7, imageOutput: 9 },
  },
  'openai.speech': {
    path: '/v1/audio/speech',
    request: { model: 'gpt-4o-mini-tts', input: 'x', stream_format: 'sse' },
    events: [
      data({ type: 'speech.audio.delta', audio: content }),
      data({ type: 'speech.audio.done', usage: COUNTED }),
    ],
    usage: { input: 7, audioOutput: 9 },
  },
  'openai.transcriptions': {
    path: '/v1/audio/transcriptions',
    request: form(),
    events: [
      data({ type: 'transcript.text.delta', delta: content }),
      data({ type: 'transcript.text.done', text: content, usage: { type: 'tokens', ...COUNTED } }),
    ],
  },
  'cohere.chat': {
    path: '/v2/chat',
    request: { model: 'command-a-03-2025', messages: [], stream: true },
    events: [
      named({ type: 'message-start', ...{ id: 'm', delta: {} } }),
      named({ type: 'content-delta', ...{ delta: { message: { content: { text: content } } } } }),
      named({
        type: 'message-end',
        ...{ delta: { finish_reason: 'COMPLETE', usage: { billed_units: COUNTED } } },
      }),
    ],
  },
  'ollama.chat': {
    path: '/api/chat',
    request: { model: 'gemma4', messages: [] },
    contentType: 'application/x-ndjson',
    events: [
      `${JSON.stringify({ model: 'gemma4', message: { content }, done: false })}\n`,
      `${JSON.stringify({ done: true, prompt_eval_count: 7, eval_count: 9 })}\n`,
    ],
  },
})
