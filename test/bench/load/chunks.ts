/** What each held stream is made of. */

const COUNT = 20
const HEAD = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-5.4' }

function event(index: number): object {
  if (index === COUNT - 1) {
    const usage = { prompt_tokens: 2000, completion_tokens: 300, total_tokens: 2300 }
    return { ...HEAD, choices: [], usage }
  }
  const choice = {
    index: 0,
    delta: { content: ` token${index}` },
    logprobs: null,
    finish_reason: index === COUNT - 2 ? 'stop' : null,
  }
  return { ...HEAD, choices: [choice], usage: null }
}

export const CHUNKS: readonly string[] = Array.from({ length: COUNT }, (_, index) => {
  const end = index === COUNT - 1 ? 'data: [DONE]\n\n' : ''
  return `data: ${JSON.stringify(event(index))}\n\n${end}`
})
