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
