// Calls one after another, 50 at once, and streams of 200 chunks; prints what one of each took.
const { OpenAI } = require('openai')
const client = new OpenAI({ apiKey: 'none' })
const request = {
  model: 'gpt-5.4',
  messages: [
    { role: 'system', content: 'You are a helpful assistant. '.repeat(16) },
    { role: 'user', content: 'Hello there. '.repeat(10) },
  ],
  max_completion_tokens: 300,
}
const streamed = { ...request, stream: true, stream_options: { include_usage: true } }
const call = () => client.chat.completions.create(request)
async function stream() {
  for await (const _ of await client.chat.completions.create(streamed)) continue
}

/** Milliseconds that one of `count` takes. */
async function each(count, run, atOnce = 1) {
  const started = performance.now()
  for (let done = 0; done < count; done += atOnce) {
    await (atOnce === 1 ? run() : Promise.all(Array.from({ length: atOnce }, run)))
  }
  return (performance.now() - started) / count
}

async function main() {
  await each(3000, call)
  const sequential = (await each(4000, call)) * 1000
  const atOnce = (await each(4000, call, 50)) * 1000
  await each(50, stream)
  const streams = await each(200, stream)
  console.log(
    JSON.stringify({
      'a call, µs': sequential,
      'a call, 50 at once, µs': atOnce,
      'a stream of 200 chunks, ms': streams,
    }),
  )
  process.exit(0)
}
main()
