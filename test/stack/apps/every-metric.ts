/** An application after whose end each metric of the contract has a value. */

import OpenAI from 'openai'
import { recordOutcome, withAttribution } from '../../../instrumentation/index.ts'

/** More combinations of labels than one process may have: what is beyond is folded, and counted as dropped. */
const FEATURES = 310

const simulator = process.argv[2] ?? ''
const openai = new OpenAI({ apiKey: 'none', baseURL: `${simulator}/v1` })
const request = {
  model: 'gpt-5.4',
  max_completion_tokens: 20,
  messages: [
    { role: 'system' as const, content: 'answer in one word' },
    { role: 'user' as const, content: 'words '.repeat(100) },
  ],
}

await withAttribution({ feature: 'search', conversation: 'c1' }, async () => {
  const chunks = await openai.chat.completions.create({ ...request, stream: true })
  for await (const chunk of chunks) if (chunk.choices.length === 0) break
  recordOutcome('answered', { success: true, value: 2 })
})
for (let index = 0; index < FEATURES; index += 1) {
  await withAttribution({ feature: `feature-${index}` }, () =>
    openai.chat.completions.create(request),
  )
}
