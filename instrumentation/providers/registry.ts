/** The wire protocols costspan reads. A new one is a file beside this and a line here. */

import { anthropicMessages } from './anthropic-messages.ts'
import { bedrockConverse } from './bedrock-converse.ts'
import { bedrockInvoke } from './bedrock-invoke.ts'
import { geminiEmbeddings } from './gemini-embeddings.ts'
import { geminiGenerateContent } from './gemini-generate-content.ts'
import { openaiChat } from './openai-chat.ts'
import { openaiEmbeddings } from './openai-embeddings.ts'
import { openaiResponses } from './openai-responses.ts'
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
]

/** The protocol that a POST to this path speaks, by the shape of the path alone: any host, any prefix. */
export function protocolFor(path: string): Protocol | undefined {
  return protocols.find((protocol) => protocol.claims(path))
}
