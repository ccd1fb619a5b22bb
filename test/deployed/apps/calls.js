// What the bundled applications have in common: a call and a stream of each client, each in a span and an attribution of
// its own; what the application saw of them is printed.
import { trace } from '@opentelemetry/api'
import { withAttribution } from 'costspan'

async function show(name, work) {
  await trace.getTracer('application').startActiveSpan(name, async (span) => {
    const seen = await withAttribution({ feature: name, conversation: `of ${name}` }, work)
    console.log(JSON.stringify({ name, seen }))
    span.end()
  })
}

async function all(stream) {
  const parts = []
  for await (const part of stream) parts.push(part)
  return parts
}

export async function callAll(clients) {
  for (const [name, { plain, stream }] of Object.entries(clients)) {
    await show(`${name} plain`, plain)
    await show(`${name} stream`, async () => all(await stream()))
  }
}

export const PROMPT = 'How are you today?'
