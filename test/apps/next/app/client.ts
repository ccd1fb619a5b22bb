import { OpenAI } from 'openai'

export const openai = () => new OpenAI({ baseURL: `${process.env.SIM_URL}/v1`, apiKey: 'none' })

export const asked = (content: string) => ({
  model: 'gpt-5.4',
  messages: [{ role: 'user' as const, content }],
  max_completion_tokens: 200,
})
