/** Patterns of rules: text in which `*` stands for any run of characters. Case counts. */

export type Pattern = (value: string) => boolean

export function patternOf(text: string): Pattern {
  const [first = '', ...rest] = text.split('*')
  const last = rest.pop()
  if (last === undefined) return (value) => value === text
  return (value) => {
    const end = value.length - last.length
    if (end < first.length || !value.startsWith(first) || !value.endsWith(last)) return false
    let position = first.length
    for (const piece of rest) {
      const found = value.indexOf(piece, position)
      if (found === -1 || found + piece.length > end) return false
      position = found + piece.length
    }
    return true
  }
}
