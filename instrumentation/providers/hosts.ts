/**
 * Whose servers a host name means. OpenAI-compatible ones that say more than OpenAI does are a file in `hosts/` and a
 * line here.
 */

import type { Host } from './host.ts'

const HOSTS: readonly Host[] = [
  { names: ['api.openai.com'], provider: 'openai', takesStreamUsage: true },
  { names: ['api.anthropic.com'], provider: 'anthropic', takesStreamUsage: false },
  { names: ['.openai.azure.com'], provider: 'azure.ai.openai', takesStreamUsage: true },
  {
    names: ['generativelanguage.googleapis.com'],
    provider: 'gcp.gemini',
    takesStreamUsage: false,
  },
  {
    names: ['aiplatform.googleapis.com', '-aiplatform.googleapis.com'],
    provider: 'gcp.vertex_ai',
    takesStreamUsage: false,
  },
  { names: ['api.groq.com'], provider: 'groq', takesStreamUsage: true },
  { names: ['api.deepseek.com'], provider: 'deepseek', takesStreamUsage: true },
  { names: ['api.x.ai'], provider: 'x_ai', takesStreamUsage: true },
  { names: ['openrouter.ai'], provider: 'openrouter', takesStreamUsage: true },
  { names: ['api.together.xyz'], provider: 'together', takesStreamUsage: true },
  { names: ['api.fireworks.ai'], provider: 'fireworks', takesStreamUsage: true },
  { names: ['api.mistral.ai'], provider: 'mistral_ai', takesStreamUsage: false },
  { names: ['api.perplexity.ai'], provider: 'perplexity', takesStreamUsage: false },
]

export function hostOf(hostname: string): Host | undefined {
  return HOSTS.find(({ names }) => names.some((name) => isOf(hostname, name)))
}

function isOf(hostname: string, name: string): boolean {
  return /^[.-]/.test(name) ? hostname.endsWith(name) : hostname === name
}
