const { OpenAI } = require('openai')
const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' })
client.chat.completions
  .create({ model: 'gpt-5.4', messages: [{ role: 'user', content: 'Hello there' }] })
  .then((answer) => {
    console.log(answer.choices[0].finish_reason)
    if (process.env.THEN === 'exit') process.exit(3)
    if (process.env.THEN === 'throw') throw new Error('an error of the application')
    if (process.env.THEN === 'linger') setTimeout(() => {}, 1200)
    if (process.env.THEN === 'wait') setTimeout(() => {}, 60_000)
  })
