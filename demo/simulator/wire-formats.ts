/** What the simulator speaks. A new form is a file beside this and a line here. */

import { anthropicMessages } from './anthropic-messages.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { bedrockInvoke } from './bedrock-invoke.ts'
import { cohereChat } from './cohere-chat.ts'
import { cohereEmbed, cohereRerank } from './cohere-embed-rerank.ts'
import { geminiContent, geminiEmbeddings } from './gemini.ts'
import { groqChat } from './groq.ts'
import { mistralChat, mistralEmbeddings } from './mistral.ts'
import { ollamaChat } from './ollama-chat.ts'
import { ollamaEmbed } from './ollama-embed.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiCompletions } from './openai-completions.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { openaiResponses } from './openai-responses.ts'
import type { Provider } from './scenario.ts'
import type { WireFormat } from './wire-format.ts'

export const FORMATS: readonly WireFormat[] = [
  openaiChat,
  openaiResponses,
  openaiEmbeddings,
  anthropicMessages,
  geminiContent,
  geminiEmbeddings,
  bedrockConverse,
  bedrockInvoke,
  openaiCompletions,
  cohereChat,
  cohereEmbed,
  cohereRerank,
  ollamaChat,
  ollamaEmbed,
  mistralChat,
  mistralEmbeddings,
  groqChat,
]

/** Whose errors a path that nothing serves gets. */
export function providerOf(path: string): Provider {
  if (path.startsWith('/v1/messages')) return 'anthropic'
  if (/^\/v1(?:beta)?\/models\//.test(path)) return 'gemini'
  if (path.startsWith('/api/')) return 'ollama'
  if (path.startsWith('/v2/')) return 'cohere'
  if (path.startsWith('/mistral/')) return 'mistral'
  if (path.startsWith('/openai/')) return 'groq'
  return path.startsWith('/model/') ? 'bedrock' : 'openai'
}
