// The client of the programs that are measured, in the version that the benchmark names.
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { OpenAI } = createRequire(join(process.env.BENCH_MODULES, 'package.json'))('openai')
const bare = new OpenAI({ apiKey: 'none' })
const client = globalThis.wrapClient?.(bare) ?? bare
const request = {
  model: 'gpt-5.4',
  messages: [
    { role: 'system', content: 'You are a helpful assistant. '.repeat(16) },
    { role: 'user', content: 'Hello there. '.repeat(10) },
  ],
  max_completion_tokens: 300,
}
const streamed = { ...request, stream: true, stream_options: { include_usage: true } }

/** What a client is asked for, and how often it was. */
function programOf(asked) {
  const program = {
    calls: 0,
    async call() {
      program.calls += 1
      await asked.chat.completions.create(request)
    },
    async stream() {
      program.calls += 1
      let chunks = 0
      for await (const _ of await asked.chat.completions.create(streamed)) chunks += 1
      if (chunks !== 200) throw new Error(`${chunks} of 200 chunks`)
    },
  }
  return program
}
const program = programOf(client)

/** Runs `count` of them, `atOnce` side by side. */
async function repeat(count, run, atOnce = 1) {
  for (let done = 0; done < count; done += atOnce) {
    await (atOnce === 1 ? run() : Promise.all(Array.from({ length: atOnce }, run)))
  }
}

/** Until the process has had nothing to do for longer than a batch waits: what was recorded is exported. 5 s at most. */
async function settle() {
  for (let idle = 0, left = 100; idle < 3 && left > 0; left -= 1) {
    const before = process.cpuUsage()
    await new Promise((resolve) => setTimeout(resolve, 50))
    const { user, system } = process.cpuUsage(before)
    idle = user + system < 3000 ? idle + 1 : 0
  }
}

function report(figures) {
  console.log(`figures ${JSON.stringify({ calls: program.calls, ...figures })}`)
}
module.exports = {
  call: program.call,
  stream: program.stream,
  program,
  programOf,
  repeat,
  settle,
  report,
}
