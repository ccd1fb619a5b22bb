// A copy of the client that nobody instruments: loaded before anything that would, with the transport's own `fetch`. What
// loads it next gets a copy of its own.
const { createRequire } = require('node:module')
const { join, sep } = require('node:path')
const { OpenAI } = createRequire(join(process.env.BENCH_MODULES, 'package.json'))('openai')
globalThis.bareClient = new OpenAI({ apiKey: 'none', fetch: globalThis.fetch })
const inside = `${sep}node_modules${sep}openai${sep}`
for (const file of Object.keys(require.cache)) {
  if (file.includes(inside)) Reflect.deleteProperty(require.cache, file)
}
