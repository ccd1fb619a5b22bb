/**
 * What the paths of Google's APIs say.
 * Source: Gemini API reference and Vertex AI reference, REST resources, read November 2026.
 */

import type { RequestFacts } from './protocol.ts'

/** `…/models/gemini-3-flash:generateContent`: the model that a path of Google's APIs names. */
export function geminiModel(path: string): { readonly model?: string } {
  const colon = path.lastIndexOf(':')
  const slash = path.lastIndexOf('/', colon)
  const model = slash === -1 || colon <= slash + 1 ? '' : path.slice(slash + 1, colon)
  return model === '' ? {} : { model: decoded(model) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // a stray percent sign: the name as it stands
  }
}

/** `…/locations/us-east5/…`: where Vertex AI answers, which some prices depend on; nothing on the Gemini API. */
export function vertexRegion(path: string): Pick<RequestFacts, 'priceContext'> {
  const region = /\/locations\/([^/]+)\//.exec(path)?.[1]
  return region === undefined ? {} : { priceContext: { region } }
}
