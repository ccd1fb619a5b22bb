// Leaves the process with a stream half read.
const { OpenAI } = require('openai')
const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' })
async function main() {
  const stream = await client.chat.completions.create({
    model: 'gpt-5.4',
    messages: [{ role: 'user', content: 'Hello there' }],
    max_completion_tokens: 100_000,
    stream: true,
  })
  for await (const _ of stream) process.exit(0)
}
main()
