/** Which package a `user-agent` names: how clients introduce themselves to providers. */

import type { DiagnosedClient } from '../core/diagnosis.ts'

/** Packages by the name that they give themselves (read off `openai` 7.57, `@anthropic-ai/sdk` 1.12, `@google/genai` 3.1). */
const PACKAGES: Readonly<Record<string, string>> = {
  'OpenAI/JS': 'openai',
  'AzureOpenAI/JS': 'openai',
  'Anthropic/JS': '@anthropic-ai/sdk',
  'google-genai-sdk': '@google/genai',
}

/** `ai/7.0.1`, `ai-sdk/openai/4.0.1`, `OpenAI/JS 7.57.0`. */
const PRODUCT =
  /(?:^| )([A-Za-z@][\w.@-]{0,30}(?:\/[A-Za-z][\w.-]{0,30}){0,2})[/ ]v?(\d[\w.+-]{0,30})/g
/** Parts that a client names after itself. */
const PARTS = /^(?:node|runtime|gl-node)/

type Named = Pick<DiagnosedClient, 'name' | 'version'>

export function clientNamed(userAgent: string | undefined, hook: string): Named {
  const products = [...(userAgent ?? '').matchAll(PRODUCT)]
  const product = products.find(([, name = '']) => !PARTS.test(name))
  const [, name, version] = product ?? []
  if (name === undefined || version === undefined) {
    return { name: hook === 'AWS SDK' ? '@aws-sdk/client-bedrock-runtime' : hook }
  }
  const known = Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined
  return { name: known ?? name, version }
}
