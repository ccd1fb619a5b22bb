// Before costspan: a `fetch` that sends what it is told to by `node:http`, as polyfills do.
const { request } = require('node:http')

const native = globalThis.fetch
globalThis.fetch = async function fetch(address, options) {
  if (!String(address).endsWith('?polyfill')) return native(address, options)
  await null
  return new Promise((resolve, reject) => {
    const sent = request(address, { method: 'POST', headers: options.headers }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => {
        resolve(new Response(Buffer.concat(chunks), { headers: response.headers }))
      })
    })
    sent.on('error', reject)
    sent.end(options.body)
  })
}
