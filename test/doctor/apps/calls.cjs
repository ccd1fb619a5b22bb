// Makes the calls that its arguments name, and ends as THEN says.
const http = require('node:http')
const { OpenAI } = require('openai')

const base = process.env.BASE_URL
const client = new OpenAI({ baseURL: base, apiKey: 'sk-secret', maxRetries: 0 })
const messages = [{ role: 'user', content: 'a private question' }]
const headers = (fault) => ({ headers: { 'x-sim-fault': fault } })

const post = (body) =>
  new Promise((resolve) => {
    const request = http.request(`${base}/chat/completions?key=sk-secret`, { method: 'POST' })
    request.on('response', (response) => response.resume().on('end', resolve))
    request.end(body)
  })

const acts = {
  plain: () => client.chat.completions.create({ model: 'gpt-5.4', messages, user: 'u-private' }),
  unknown: () => client.chat.completions.create({ model: 'gpt-5.4-mni', messages }),
  failed: () =>
    client.chat.completions
      .create({ model: 'gpt-5.4', messages }, headers('status=400'))
      .catch((error) => error),
  async aborted() {
    // Long enough that it can't be there whole.
    const request = { model: 'gpt-5.4', messages, stream: true, max_tokens: 4_000 }
    const stream = await client.chat.completions.create(request, headers('chunk-delay=2'))
    for await (const _ of stream) break
  },
  http: () => post(JSON.stringify({ model: 'gpt-5.4', messages })),
  formless: () => post('no JSON'),
  other: () => fetch(`${base}/v9/u-123456/generate?key=sk-secret`, { method: 'POST', body: '{}' }),
}

const endings = {
  exit: () => process.exit(3),
  crash() {
    throw new Error('an error of the application')
  },
  wait() {
    console.log('waiting')
    setInterval(() => {}, 1_000)
  },
}

async function main() {
  for (const act of process.argv.slice(2)) await acts[act]()
  process.stdin.on('data', (chunk) => process.stdout.write(`heard ${chunk}`))
  console.log('done')
  endings[process.env.THEN]?.()
}
main()
