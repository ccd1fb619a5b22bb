/** Parsing a provider's words: anything that is not JSON has said nothing. */

export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source) as unknown
  } catch {
    return undefined // a provider may send anything; what can't be read is not said
  }
}
