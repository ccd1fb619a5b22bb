// A server that knows nothing of costspan: it reads the request's body by events and asks a model.
const { createServer } = require('node:http')
const { OpenAI } = require('openai')
const client = new OpenAI({ baseURL: process.env.BASE_URL, apiKey: 'none' })
const server = createServer((request, response) => {
  let content = ''
  request.on('data', (bytes) => (content += bytes))
  request.on('end', async () => {
    const messages = [{ role: 'user', content }]
    await client.chat.completions.create({ model: 'gpt-5.4', messages })
    response.end()
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.on('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
})
