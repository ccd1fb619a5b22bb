/** `…/model/us.amazon.nova-lite-v1%3A0/converse`: the model that a path of Bedrock's runtime names. */
export function bedrockModel(path: string): { readonly model?: string } {
  const encoded = /\/model\/([^/]+)\/[a-z-]+$/.exec(path)?.[1]
  if (encoded === undefined) return {}
  try {
    return { model: decodeURIComponent(encoded) }
  } catch {
    return { model: encoded } // a stray percent sign: the name as it stands
  }
}
