/** Client packages of model providers, and what carries their requests. */

/** `fetch`: the global one. `undici`: the npm package. `http`: `node:http` or `node:https`. `aws`: the AWS SDK. */
export type Transport = 'fetch' | 'undici' | 'http' | 'aws'

/** By what each transport is seen. */
export const HOOKS: Readonly<Record<Transport, string>> = {
  fetch: 'fetch',
  undici: 'undici',
  http: 'node:http',
  aws: 'the AWS SDK',
}

export interface KnownClient {
  readonly name: string
  readonly transport: Transport
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
  { name: 'axios', transport: 'http' },
  { name: 'got', transport: 'http' },
  { name: 'node-fetch', transport: 'http' },
  { name: 'undici', transport: 'undici' },
]
