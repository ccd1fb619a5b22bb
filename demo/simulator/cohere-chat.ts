/**
 * `POST /v2/chat`.
 *
 * Shapes: Cohere API reference v2, "Chat" and "Chat with streaming" (docs.cohere.com/reference), compared with the types of
 * `cohere-ai` 8.1.0. Read 2026-11-26.
 */

import { readChat } from './tokens.ts'
import { allInput, frame, type Answer, type StreamFrames, type WireFormat } from './wire-format.ts'

export const cohereChat: WireFormat = {
  protocol: 'cohere_chat',
  provider: 'cohere',
  match: (path) => (path === '/v2/chat' ? {} : undefined),
  read: (body) => readChat(body, 'max_tokens'),
  plain: (answer) => ({
    id: answer.suffix,
    message: { role: 'assistant', content: [{ type: 'text', text: answer.text }] },
    ...ending(answer),
  }),
  stream,
  told: (answer, until) => (!answer.request.stream || until === 'end' ? answer.usage : undefined),
}

function stream(answer: Answer): StreamFrames {
  const named = (data: { readonly type: string }): string => frame(data, data.type)
  const content = (type: string, content: object): string =>
    named({ type, ...{ index: 0, delta: { message: { content } } } })
  const end = (delta: object): string =>
    named({ type: 'message-end', ...{ id: answer.suffix, delta } })
  const message = { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] }
  return {
    opening: [
      named({ type: 'message-start', ...{ id: answer.suffix, delta: { message } } }),
      content('content-start', { type: 'text', text: '' }),
    ],
    chunk: (text) => content('content-delta', { text }),
    closing: () => [named({ type: 'content-end', ...{ index: 0 } }), end(ending(answer))],
    failure: () => [end({ error: 'The generation failed.', finish_reason: 'ERROR' })],
  }
}

/** Counted is a template around the prompt as well, which is not billed. */
const TEMPLATE_TOKENS = 66

function ending(answer: Answer): object {
  const tokens = { input_tokens: allInput(answer.usage), output_tokens: answer.usage.output }
  return {
    finish_reason: answer.finish === 'length' ? 'MAX_TOKENS' : 'COMPLETE',
    usage: {
      billed_units: tokens,
      tokens: { ...tokens, input_tokens: tokens.input_tokens + TEMPLATE_TOKENS },
    },
  }
}
