import { Anthropic } from '@anthropic-ai/sdk'
import { recordOutcome } from 'costspan'
import { OpenAI } from 'openai'
import { callAll, PROMPT } from './calls.js'

const messages = [{ role: 'user', content: PROMPT }]
const openai = new OpenAI({ baseURL: `${process.env.SIM_URL}/v1`, apiKey: 'none' })
const anthropic = new Anthropic({ baseURL: process.env.SIM_URL, apiKey: 'none' })
const gpt = { model: 'gpt-5.4', messages, max_completion_tokens: 40 }
const claude = { model: 'claude-sonnet-5', messages, max_tokens: 40 }

async function main() {
  await callAll({
    openai: {
      plain: () => openai.chat.completions.create(gpt),
      stream: () => openai.chat.completions.create({ ...gpt, stream: true }),
    },
    anthropic: {
      plain: () => anthropic.messages.create(claude),
      stream: () => anthropic.messages.create({ ...claude, stream: true }),
    },
  })
  recordOutcome('answered', { success: true })
}
main()
