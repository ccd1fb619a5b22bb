/** Client packages of model providers, and what carries their requests. */

/** `fetch`: the global one. `aws`: the AWS SDK. `http`: `node:http` or `node:https`. */
export type Transport = 'fetch' | 'aws' | 'http'

/** By what each transport is seen; absent: not yet. */
export const HOOKS: Readonly<Partial<Record<Transport, string>>> = {
  fetch: 'globalThis.fetch',
  aws: 'the AWS SDK',
}

export interface KnownClient {
  readonly name: string
  readonly transport: Transport
  /** Carries other things too, so that its presence says little. */
  readonly general?: boolean
}

/** Read off each package's source or README. */
export const KNOWN_CLIENTS: readonly KnownClient[] = [
  { name: 'openai', transport: 'fetch' },
  { name: '@openai/agents', transport: 'fetch' },
  { name: '@anthropic-ai/sdk', transport: 'fetch' },
  { name: '@anthropic-ai/bedrock-sdk', transport: 'fetch' },
  { name: '@anthropic-ai/vertex-sdk', transport: 'fetch' },
  { name: '@google/genai', transport: 'fetch' },
  { name: '@google/generative-ai', transport: 'fetch' },
  { name: '@aws-sdk/client-bedrock-runtime', transport: 'aws' },
  { name: 'ai', transport: 'fetch' },
  { name: '@ai-sdk/openai', transport: 'fetch' },
  { name: '@ai-sdk/anthropic', transport: 'fetch' },
  { name: '@ai-sdk/google', transport: 'fetch' },
  { name: '@ai-sdk/amazon-bedrock', transport: 'fetch' },
  { name: '@ai-sdk/azure', transport: 'fetch' },
  { name: '@langchain/openai', transport: 'fetch' },
  { name: '@langchain/anthropic', transport: 'fetch' },
  { name: '@mistralai/mistralai', transport: 'fetch' },
  { name: 'cohere-ai', transport: 'fetch' },
  { name: 'groq-sdk', transport: 'fetch' },
  { name: 'ollama', transport: 'fetch' },
  { name: 'together-ai', transport: 'fetch' },
  { name: '@azure-rest/ai-inference', transport: 'http' },
  { name: 'axios', transport: 'http', general: true },
  { name: 'got', transport: 'http', general: true },
  { name: 'node-fetch', transport: 'http', general: true },
]
