/** Whose servers a host name means: `gen_ai.provider.name`, and whether chat streams there take `stream_options`. */

interface Host {
  readonly suffix: string
  readonly provider: string
  /** Known to accept `stream_options.include_usage`, from the provider's own API reference. */
  readonly takesStreamUsage: boolean
}

const HOSTS: readonly Host[] = [
  { suffix: 'api.openai.com', provider: 'openai', takesStreamUsage: true },
  { suffix: '.openai.azure.com', provider: 'azure.ai.openai', takesStreamUsage: true },
  { suffix: 'api.anthropic.com', provider: 'anthropic', takesStreamUsage: false },
  { suffix: 'generativelanguage.googleapis.com', provider: 'gcp.gemini', takesStreamUsage: false },
  { suffix: 'aiplatform.googleapis.com', provider: 'gcp.vertex_ai', takesStreamUsage: false },
  { suffix: '-aiplatform.googleapis.com', provider: 'gcp.vertex_ai', takesStreamUsage: false },
  { suffix: 'api.groq.com', provider: 'groq', takesStreamUsage: true },
  { suffix: 'api.deepseek.com', provider: 'deepseek', takesStreamUsage: true },
  { suffix: 'api.x.ai', provider: 'x_ai', takesStreamUsage: true },
  { suffix: 'openrouter.ai', provider: 'openrouter', takesStreamUsage: true },
  { suffix: 'api.together.xyz', provider: 'together', takesStreamUsage: true },
  { suffix: 'api.fireworks.ai', provider: 'fireworks', takesStreamUsage: true },
  { suffix: 'api.mistral.ai', provider: 'mistral_ai', takesStreamUsage: false },
  { suffix: 'api.perplexity.ai', provider: 'perplexity', takesStreamUsage: false },
]

export function hostOf(hostname: string): Host | undefined {
  return HOSTS.find(({ suffix }) =>
    /^[.-]/.test(suffix) ? hostname.endsWith(suffix) : hostname === suffix,
  )
}
