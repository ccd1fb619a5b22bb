// Makes one call each way there is, and prints what the application got. What the ways are made of is given by the file
// that calls this, in its own module form.
const { createRequire } = require('node:module')

const url = `${process.env.SIM_URL}/v1/chat/completions`
const text = JSON.stringify({
  model: 'gpt-5.4',
  messages: [{ role: 'user', content: 'Hello there' }],
  max_completion_tokens: 30,
})
const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: text }

function answerTo(sent) {
  return new Promise((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (response) => {
      let answer = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => (answer += chunk))
      response.on('end', () => resolve(answer))
    })
  })
}

/** The AWS SDK over HTTP/1, which goes through `node:http` below its middlewares. */
async function bedrock() {
  const { BedrockRuntimeClient, ConverseCommand } = require('@aws-sdk/client-bedrock-runtime')
  const its = createRequire(require.resolve('@aws-sdk/client-bedrock-runtime'))
  const { NodeHttpHandler } = its('@smithy/node-http-handler')
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: process.env.SIM_URL,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: new NodeHttpHandler(),
  })
  const messages = [{ role: 'user', content: [{ text: 'Hello there' }] }]
  const modelId = 'anthropic.claude-sonnet-4-6'
  const { usage } = await client.send(new ConverseCommand({ modelId, messages }))
  return JSON.stringify({ usage })
}

exports.run = async ({ withAttribution, http, undici, undiciFetch, undiciRequest }) => {
  const ways = {
    request: () => {
      const sent = http.request(url, { method: 'POST', headers: post.headers })
      sent.end(text)
      return answerTo(sent)
    },
    'new ClientRequest': () => {
      const sent = new http.ClientRequest({ ...addressOf(url), method: 'POST' })
      sent.end(text)
      return answerTo(sent)
    },
    'global fetch': async () => (await fetch(url, post)).text(),
    'global fetch through a pool of undici': async () => {
      const dispatcher = new undici.Agent({ connections: 1 })
      const answer = await (await fetch(url, { ...post, dispatcher })).text()
      await dispatcher.close()
      return answer
    },
    'fetch of undici': async () => (await undiciFetch(url, post)).text(),
    'request of undici': async () => (await undiciRequest(url, post)).body.text(),
    'a fetch that was a polyfill before us': async () =>
      (await fetch(`${url}?polyfill`, post)).text(),
    'Bedrock over HTTP/1': bedrock,
  }
  for (const [name, way] of Object.entries(ways)) {
    const answer = await withAttribution({ feature: name }, way)
    console.log(`${name}: ${/"usage"/.test(answer)}`)
  }
}

function addressOf(address) {
  const { hostname, port, pathname } = new URL(address)
  return { hostname, port, path: pathname }
}
