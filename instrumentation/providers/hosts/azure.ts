/**
 * Azure OpenAI: a resource's own host, or that of the services it belongs to. What is not OpenAI's form there (Claude,
 * say) is billed as its maker's.
 * Source: Azure OpenAI reference, "Data plane inference" and "v1 API", read November 2026.
 */

import type { Host } from '../host.ts'

export const azure: Host = {
  names: ['.openai.azure.com', '.openai.azure.us', '.cognitiveservices.azure.com'],
  provider: 'azure.ai.openai',
  protocols: 'openai.',
  takesStreamUsage: 'chat',
}

/** Models of other makers answer here too, and refuse what they do not know. */
export const foundry: Host = {
  ...azure,
  names: ['.services.ai.azure.com'],
  takesStreamUsage: 'nowhere',
}
