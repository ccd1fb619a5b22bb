/** The clients of the long tail, which are installed in this folder. */

import type { RateTable } from '../../demo/simulator/rates.ts'
import type { Client, Suite } from '../matrix/cases.ts'

// Its node-fetch pipes an answer that nobody reads into buffers of 64 KiB each.
const OPENAI_4 = { package: 'openai-4', readsOn: true, keepsUnread: true }
const OPENAI_5 = { package: 'openai-5' }
const OPENAI_6 = { package: 'openai-6' }
const MISTRAL = { package: '@mistralai/mistralai', host: 'mistral_ai' }
// The timer of a request that was reset runs on for 300 s (measured, as bare).
const COHERE = { package: 'cohere-ai', host: 'cohere', lingers: true }
const OF_NODE = { resends: false, lingers: true, keepsUnread: true } as const
const OLLAMA = { package: 'ollama', host: 'ollama', resends: false } as const

const LONG_TAIL_CLIENTS: readonly Client[] = [
  { name: 'openai 4 chat', ...OPENAI_4, streams: true },
  { name: 'openai 4 responses', ...OPENAI_4, streams: true, failsInStream: true },
  { name: 'openai 4 embeddings', ...OPENAI_4, streams: false },
  { name: 'openai 5 chat', ...OPENAI_5, streams: true },
  { name: 'openai 5 responses', ...OPENAI_5, streams: true, failsInStream: true },
  { name: 'openai 5 embeddings', ...OPENAI_5, streams: false },
  { name: 'openai 6 chat', ...OPENAI_6, streams: true },
  { name: 'openai 6 responses', ...OPENAI_6, streams: true, failsInStream: true },
  { name: 'openai 6 embeddings', ...OPENAI_6, streams: false },
  { name: 'azure openai', package: 'openai', host: 'azure.ai.openai', streams: true },
  { name: 'anthropic 0', package: '@anthropic-ai/sdk-0', streams: true },
  { name: 'mistral', ...MISTRAL, streams: true },
  { name: 'mistral embeddings', ...MISTRAL, streams: false },
  { name: 'groq', package: 'groq-sdk', host: 'groq', streams: true },
  { name: 'cohere', ...COHERE, streams: true },
  { name: 'cohere embed', ...COHERE, streams: false },
  { name: 'cohere rerank', ...COHERE, streams: false },
  { name: 'ollama', ...OLLAMA, streams: true },
  { name: 'ollama embed', ...OLLAMA, streams: false },
  {
    name: 'langchain',
    package: '@langchain/openai',
    streams: true,
    // It resends above its client, which says of each attempt that it is the first: they are recorded as calls of their own.
    resends: false,
    lingers: true,
  },
  { name: 'undici 7', package: 'undici-7', streams: true, resends: false, lingers: true },
  { name: 'undici 8', package: 'undici-8', streams: true, resends: false, lingers: true },
  { name: 'axios', package: 'axios', streams: true, ...OF_NODE },
  { name: 'node:https', streams: true, ...OF_NODE, tls: true },
]

/** As in prices.yaml. */
const RATES: RateTable = {
  'llama3.2': { input: '0.05', output: '0.10' },
  'all-minilm': { input: '0.01', output: '0' },
}

export const LONG_TAIL: Suite = {
  folder: 'test/clients',
  clients: LONG_TAIL_CLIENTS,
  processEnds: ['groq', 'openai 4 chat', 'undici 8'],
  prices: 'test/clients/prices.yaml',
  rates: RATES,
}
