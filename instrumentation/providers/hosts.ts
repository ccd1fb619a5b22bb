/**
 * Whose servers a host name means. Of those that speak OpenAI's forms, one that says more than OpenAI does is a file in
 * `hosts/` and a line here.
 */

import type { Host } from './host.ts'
import { azure, foundry } from './hosts/azure.ts'
import { deepseek } from './hosts/deepseek.ts'
import { groq } from './hosts/groq.ts'
import { mistral } from './hosts/mistral.ts'
import { openrouter } from './hosts/openrouter.ts'
import { perplexity } from './hosts/perplexity.ts'
import { xai } from './hosts/xai.ts'

const VERTEX = ['aiplatform.googleapis.com', '-aiplatform.googleapis.com']

const HOSTS: readonly Host[] = [
  { names: ['api.openai.com'], provider: 'openai', takesStreamUsage: 'everywhere' },
  { names: ['api.anthropic.com'], provider: 'anthropic', takesStreamUsage: 'nowhere' },
  azure,
  foundry,
  {
    names: ['generativelanguage.googleapis.com'],
    provider: 'gcp.gemini',
    takesStreamUsage: 'nowhere',
  },
  { names: VERTEX, provider: 'gcp.vertex_ai', takesStreamUsage: 'nowhere' },
  groq,
  deepseek,
  xai,
  openrouter,
  {
    names: ['api.together.ai', 'api.together.xyz'],
    provider: 'together',
    takesStreamUsage: 'chat',
  },
  { names: ['api.fireworks.ai'], provider: 'fireworks', takesStreamUsage: 'chat' },
  mistral,
  perplexity,
  { names: ['api.cohere.com', 'api.cohere.ai'], provider: 'cohere', takesStreamUsage: 'nowhere' },
]

/** What people run themselves, at any address: they say where. */
const OWN: readonly Host[] = [
  // github.com/vllm-project/vllm, `StreamOptions`; docs.litellm.ai, "Streaming Usage". Read 2026-11-26.
  { names: [], provider: 'vllm', takesStreamUsage: 'everywhere' },
  { names: [], provider: 'litellm', takesStreamUsage: 'chat' },
]

/** The host that speaks as this provider's do, whatever its name. */
export function hostLike(provider: string): Host {
  return (
    [...OWN, ...HOSTS].find((host) => host.provider === provider) ?? {
      names: [],
      provider,
      takesStreamUsage: 'nowhere',
    }
  )
}

/** @param protocol its name: some hosts are known for some forms only */
export function hostOf(hostname: string, protocol: string): Host | undefined {
  return HOSTS.find(
    ({ names, protocols = '' }) =>
      protocol.startsWith(protocols) && names.some((name) => isOf(hostname, name)),
  )
}

function isOf(hostname: string, name: string): boolean {
  return /^[.-]/.test(name) ? hostname.endsWith(name) : hostname === name
}
