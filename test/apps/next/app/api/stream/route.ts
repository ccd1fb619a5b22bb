import { withAttributedRoute } from 'costspan/next'
import { asked, openai } from '../../client'

/** Passes the words on as they come; who stops reading stops the call. */
export const POST = withAttributedRoute({ feature: 'stream' }, async (request: Request) => {
  const question = { ...asked(await request.text()), stream: true as const }
  const chunks = (await openai().chat.completions.create(question))[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  const words = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value.choices[0]?.delta.content ?? ''))
    },
    async cancel() {
      await chunks.return?.()
    },
  })
  return new Response(words, { headers: { 'content-type': 'text/plain' } })
})
