/** Which requests are a protocol's: by path, then by the form of the body. */

import { describe, expect, test } from 'vitest'
import { cohereChat } from '../../instrumentation/providers/cohere-chat.ts'
import { cohereRerank } from '../../instrumentation/providers/cohere-rerank.ts'
import { ollamaChat } from '../../instrumentation/providers/ollama-chat.ts'
import { ollamaEmbed } from '../../instrumentation/providers/ollama-embed.ts'
import { openaiCompletions } from '../../instrumentation/providers/openai-completions.ts'
import { openaiImages } from '../../instrumentation/providers/openai-images.ts'
import { openaiModerations } from '../../instrumentation/providers/openai-moderations.ts'
import { openaiSpeech } from '../../instrumentation/providers/openai-speech.ts'
import { protocolFor } from '../../instrumentation/providers/registry.ts'
import { scanMembers } from '../../instrumentation/wire/json-scan.ts'

describe('claiming by path', () => {
  test.each([
    ['https://api.openai.com/v1/chat/completions', 'openai.chat'],
    ['https://my.gateway/llm/openai/v1/responses', 'openai.responses'],
    ['https://x.openai.azure.com/openai/deployments/d/chat/completions', 'openai.chat'],
    ['https://api.anthropic.com/v1/messages', 'anthropic.messages'],
    ['https://api.openai.com/v1/embeddings', 'openai.embeddings'],
    ['https://api.openai.com/v1/files', undefined],
    ['https://api.anthropic.com/v1/messages/count_tokens', undefined],
    ['https://api.openai.com/v1/chat/completions/chatcmpl-1', undefined],
    ['https://api.openai.com/v1/completions', 'openai.completions'],
    ['https://api.mistral.ai/v1/fim/completions', 'openai.completions'],
    ['https://api.openai.com/v1/images/edits', 'openai.images'],
    ['https://cms.example.com/posts/7/edits', undefined],
    ['https://api.openai.com/v1/audio/translations', 'openai.transcriptions'],
    ['https://cms.example.com/translations', undefined],
    ['https://api.openai.com/v1/audio/speech', 'openai.speech'],
    ['https://api.openai.com/v1/moderations', 'openai.moderations'],
    [
      'https://x-aiplatform.googleapis.com/v1/projects/p/locations/x/publishers/anthropic/models/claude-opus-5:rawPredict',
      'anthropic.vertex',
    ],
    [
      'https://x-aiplatform.googleapis.com/v1/projects/p/locations/x/publishers/anthropic/models/count-tokens:rawPredict',
      undefined,
    ],
    [
      'https://x-aiplatform.googleapis.com/v1/projects/p/locations/x/publishers/google/models/gemini-embedding-001:predict',
      'vertex.predict',
    ],
    [
      'https://x-aiplatform.googleapis.com/v1/projects/p/locations/x/endpoints/123:predict',
      undefined,
    ],
    ['https://api.cohere.com/v2/chat', 'cohere.chat'],
    ['https://api.cohere.com/v2/rerank', 'cohere.rerank'],
    ['http://localhost:11434/api/chat', 'ollama.chat'],
    ['http://localhost:11434/api/generate', 'ollama.chat'],
    ['http://localhost:11434/api/embed', 'ollama.embed'],
    ['https://shop.example.com/chat', undefined],
  ])('%s is %s', (address, name) => {
    expect(protocolFor(address)?.name).toBe(name)
  })
})

describe('an application’s own endpoint with a path like a provider’s', () => {
  test.each([
    [cohereChat.name, cohereChat, 'https://shop.example.com/v2/chat', { messages: [] }],
    [
      ollamaChat.name,
      ollamaChat,
      'https://shop.example.com/api/chat',
      { id: 'c1', messages: [], trigger: 'submit' },
    ],
    [
      ollamaEmbed.name,
      ollamaEmbed,
      'https://shop.example.com/api/embed',
      { url: 'https://example.com' },
    ],
    [
      openaiCompletions.name,
      openaiCompletions,
      'https://shop.example.com/completions',
      { prompt: 'lorem' },
    ],
    [openaiImages.name, openaiImages, 'https://shop.example.com/images/edits', { layer: 7 }],
    [openaiSpeech.name, openaiSpeech, 'https://shop.example.com/audio/speech', { text: 'hello' }],
    [
      openaiModerations.name,
      openaiModerations,
      'https://shop.example.com/moderations',
      { post: 7 },
    ],
    [cohereRerank.name, cohereRerank, 'https://shop.example.com/v2/rerank', { query: 'x' }],
  ])('%s', (_, protocol, path, body) => {
    expect(protocolFor(path)).toBe(protocol)
    const text = JSON.stringify(body)
    expect(protocol.facts(text, scanMembers(text, protocol.requestKeys), path)).toBeUndefined()
  })
})
