/** The clients, pointed at the simulator. */

import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'

export interface Clients {
  readonly openai: OpenAI
  readonly anthropic: Anthropic
}

/** Loaded here and not above: costspan does not depend on them, and says so in one line where they are missing. */
export async function connect(openaiUrl: string, anthropicUrl: string): Promise<Clients> {
  const [openai, anthropic] = await Promise.all([import('openai'), import('@anthropic-ai/sdk')])
  return {
    openai: new openai.default({ apiKey: 'no-key-needed', baseURL: openaiUrl }),
    anthropic: new anthropic.default({ apiKey: 'no-key-needed', baseURL: anthropicUrl }),
  }
}
