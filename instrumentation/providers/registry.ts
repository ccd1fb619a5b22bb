/** The wire protocols costspan reads. A new one is a file beside this and a line here; the common ones come first. */

import { anthropicMessages } from './anthropic-messages.ts'
import { anthropicVertex } from './anthropic-vertex.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { bedrockInvoke } from './bedrock-invoke.ts'
import { cohereChat } from './cohere-chat.ts'
import { cohereEmbed } from './cohere-embed.ts'
import { cohereRerank } from './cohere-rerank.ts'
import { geminiEmbeddings } from './gemini-embeddings.ts'
import { geminiGenerateContent } from './gemini-generate-content.ts'
import { ollamaChat } from './ollama-chat.ts'
import { ollamaEmbed } from './ollama-embed.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiCompletions } from './openai-completions.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { openaiImages } from './openai-images.ts'
import { openaiModerations } from './openai-moderations.ts'
import { openaiResponses } from './openai-responses.ts'
import { openaiSpeech } from './openai-speech.ts'
import { openaiTranscriptions } from './openai-transcriptions.ts'
import { vertexPredict } from './vertex-predict.ts'
import type { Protocol } from './protocol.ts'

export const protocols: readonly Protocol[] = [
  openaiChat,
  openaiResponses,
  openaiEmbeddings,
  anthropicMessages,
  geminiGenerateContent,
  geminiEmbeddings,
  bedrockConverse,
  bedrockInvoke,
  anthropicVertex,
  openaiCompletions,
  openaiImages,
  openaiSpeech,
  openaiTranscriptions,
  openaiModerations,
  vertexPredict,
  cohereChat,
  cohereEmbed,
  cohereRerank,
  ollamaChat,
  ollamaEmbed,
]

/** Most requests of an application are no LLM calls: one look-up by the path's last part, however many protocols there are. */
const byEnding = new Map<string, readonly Protocol[]>()
for (const protocol of protocols) {
  for (const ending of protocol.endings) {
    byEnding.set(ending, [...(byEnding.get(ending) ?? []), protocol])
  }
}

/** The protocol that a POST to this path speaks, by the shape of the path alone: any host, any prefix. */
export function protocolFor(path: string): Protocol | undefined {
  const last = Math.max(path.lastIndexOf('/'), path.lastIndexOf(':'))
  return byEnding.get(path.slice(last + 1))?.find((protocol) => protocol.claims(path))
}
