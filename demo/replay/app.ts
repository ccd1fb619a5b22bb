/**
 * Replays the token counts of a trace through the real clients, as fast as they go. Half of the calls are streamed, half
 * of the streams do not ask for usage, three calls in eight are Anthropic’s.
 *
 * node --require costspan/register app.js --openai URL --anthropic URL --trace FILE.csv --calls N
 */

import { parseArgs } from 'node:util'
import { withAttribution } from '../../instrumentation/index.ts'
import { proseOf } from '../simulator/tokens.ts'
import { connect, type Clients } from '../support-bot/clients.ts'
import { readTrace, type TracedCall } from './trace.ts'

const { values } = parseArgs({
  options: {
    openai: { type: 'string', default: '' },
    anthropic: { type: 'string', default: '' },
    trace: { type: 'string', default: '' },
    calls: { type: 'string', default: '1000' },
  },
})

const AT_ONCE = 16

type Kind = 'plain' | 'streamed' | 'streamed-with-usage'
const MIX: readonly (readonly ['openai' | 'anthropic', Kind])[] = [
  ['openai', 'plain'],
  ['anthropic', 'plain'],
  ['openai', 'plain'],
  ['anthropic', 'plain'],
  ['openai', 'streamed'],
  ['openai', 'streamed-with-usage'],
  ['openai', 'streamed'],
  ['anthropic', 'streamed-with-usage'],
]

async function main(): Promise<void> {
  const clients = await connect(values.openai, values.anthropic)
  const trace = readTrace(values.trace, Number(values.calls)).entries()
  const worker = async (): Promise<void> => {
    for (const [index, traced] of trace) {
      const [provider, kind] = MIX[index % MIX.length] ?? ['openai', 'plain']
      const attribution = { feature: 'trace-replay', tags: { client: provider, kind } }
      await withAttribution(attribution, () =>
        provider === 'openai'
          ? openaiCall(clients, traced, kind)
          : anthropicCall(clients, traced, kind),
      )
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

async function openaiCall({ openai }: Clients, traced: TracedCall, kind: Kind): Promise<void> {
  const request = {
    model: 'gpt-5.4',
    max_completion_tokens: traced.outputTokens,
    messages: [{ role: 'user' as const, content: proseOf(traced.inputTokens) }],
  }
  if (kind === 'plain') {
    await openai.chat.completions.create(request)
    return
  }
  const usage = kind === 'streamed-with-usage' ? { stream_options: { include_usage: true } } : {}
  const chunks = await openai.chat.completions.create({ ...request, ...usage, stream: true })
  await read(chunks)
}

async function anthropicCall(
  { anthropic }: Clients,
  traced: TracedCall,
  kind: Kind,
): Promise<void> {
  const request = {
    model: 'claude-sonnet-5',
    max_tokens: traced.outputTokens,
    messages: [{ role: 'user' as const, content: proseOf(traced.inputTokens) }],
  }
  if (kind === 'plain') await anthropic.messages.create(request)
  else await read(await anthropic.messages.create({ ...request, stream: true }))
}

async function read(items: AsyncIterable<unknown>): Promise<void> {
  for await (const item of items) if (item === undefined) return
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
