// Answers turns of conversations: a JSON line each on stdin, `done` on stdout for each.
const { createInterface } = require('node:readline')
const { OpenAI } = require('openai')
const { withAttribution } = require('../../../dist/instrumentation/index.js')

const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none', maxRetries: 0 })
const message = (n) => ({ role: n % 2 === 0 ? 'user' : 'assistant', content: `message ${n}` })

async function answer({ unit, turn, embed }) {
  await withAttribution({ feature: 'support', unit }, async () => {
    if (embed)
      await client.embeddings.create({ model: 'text-embedding-3-small', input: 'question' })
    const messages = Array.from({ length: turn * 2 - 1 }, (_, n) => message(n))
    await client.chat.completions.create({ model: 'gpt-5.4-mini', messages })
  })
  process.stdout.write('done\n')
}

createInterface({ input: process.stdin }).on('line', (line) => answer(JSON.parse(line)))
